import { authorize } from '../iam/authorize.ts';
import type { Principal, Principals } from '../iam/principals.ts';
import { type SignatureCheck, type SignedRequest, verifySignature } from '../iam/signature.ts';

/** One action on one resource that a call needs the right to. */
export interface Need {
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** Condition keys, for example `dynamodb:LeadingKeys`. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** Whoever signed a request. */
export interface Caller extends Principal {
  readonly accessKeyId: string;
}

/** Why a request's signature was not accepted. */
export type Refusal = Extract<SignatureCheck, { verified: false }>;

/** Knows who calls and what they may. */
export class Gatekeeper {
  readonly #principals: Principals;
  readonly #now: () => number;

  constructor(principals: Principals, now: () => number) {
    this.#principals = principals;
    this.#now = now;
  }

  /** Who signed a request, if the signature holds. */
  identify(request: SignedRequest): Caller | Refusal {
    const check = verifySignature(request, this.#principals, this.#now);
    if (!check.verified) return check;
    const principal = this.#principals[check.accessKeyId];
    if (principal === undefined) throw new Error(`no principal has the verified access key ${check.accessKeyId}`);
    return { ...principal, accessKeyId: check.accessKeyId };
  }

  /** Checks each need against the caller's identity policies. @returns AWS's sentence about the first that is denied */
  denial({ accessKeyId }: Caller, needs: readonly Need[]): string | undefined {
    for (const need of needs) {
      const decision = authorize(this.#principals, { accessKeyId, ...need });
      if (!decision.allowed) return decision.message;
    }
    return undefined;
  }
}
