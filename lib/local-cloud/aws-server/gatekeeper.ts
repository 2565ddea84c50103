import type { IncomingHttpHeaders } from 'node:http';
import { authorize } from '../iam/authorize.ts';
import type { Principal, Principals } from '../iam/principals.ts';

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

/** Knows who calls and what they may, and remembers which grants were of use. */
export class Gatekeeper {
  readonly #principals: Principals;
  readonly #used = new Set<string>();

  constructor(principals: Principals) {
    this.#principals = principals;
  }

  /** Who signed a request, by the access key id in its `Authorization` header or presigned query. */
  identify(headers: IncomingHttpHeaders, query: URLSearchParams): Caller | 'unsigned' | 'unknown' {
    const credential =
      /^AWS4-HMAC-SHA256\s+(?:.*[\s,])?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ??
      query.get('X-Amz-Credential');
    const accessKeyId = credential?.split('/')[0];
    if (accessKeyId === undefined) return 'unsigned';
    const principal = Object.hasOwn(this.#principals, accessKeyId) ? this.#principals[accessKeyId] : undefined;
    return principal === undefined ? 'unknown' : { ...principal, accessKeyId };
  }

  /** Checks each need against the caller's identity policies. @returns AWS's sentence about the first that is denied */
  denial({ accessKeyId }: Caller, needs: readonly Need[]): string | undefined {
    for (const need of needs) {
      const decision = authorize(this.#principals, { accessKeyId, ...need });
      if (!decision.allowed) return decision.message;
      this.#used.add(decision.statement);
    }
    return undefined;
  }

  /** Sources of the statements that have allowed a call so far. */
  usedStatements(): string[] {
    return [...this.#used].sort();
  }
}
