import { AwsError } from '../aws-server/aws-error.ts';
import type { Caller, Need } from '../aws-server/gatekeeper.ts';
import type { DeclaredResource } from '../emulator.ts';
import { authorize, matches } from '../iam/authorize.ts';
import { type ResourceStatement, readStatements } from '../iam/policy-document.ts';

/** Every call stands for one over TLS, which the deployed bucket would insist on. */
const CONTEXT = { 'aws:SecureTransport': ['true'] };

/** Policies of buckets, and what they and a caller's own policies allow together. */
export class BucketAccess {
  readonly #statements: readonly ResourceStatement[];

  /** `policies` are of type `AWS::S3::BucketPolicy`. */
  constructor(policies: readonly DeclaredResource[]) {
    this.#statements = policies.flatMap(({ logicalId, properties }) =>
      readStatements(properties.PolicyDocument, logicalId, { stack: '', logicalId, path: 'PolicyDocument' }),
    );
  }

  /** @throws AwsError `AccessDenied` naming the first need that is not met */
  check(caller: Caller, needs: readonly Need[]): void {
    for (const need of needs) {
      const denied = this.#denial(caller, need);
      if (denied !== undefined) throw new AwsError('AccessDenied', denied, 403);
    }
  }

  allows(caller: Caller, need: Need): boolean {
    return this.#denial(caller, need) === undefined;
  }

  /** Within one account an allow of either policy is enough, and a deny of either is final. */
  #denial(caller: Caller, { action, resource, context = {} }: Need): string | undefined {
    const { accessKeyId } = caller;
    const applying = this.#statements.filter(({ principal }) =>
      principal.aws.some((pattern) => isCaller(pattern, caller.arn)),
    );
    const principals = { [accessKeyId]: { ...caller, statements: [...caller.statements, ...applying] } };
    const decision = authorize(principals, { accessKeyId, action, resource, context: { ...CONTEXT, ...context } });
    return decision.allowed ? undefined : decision.message;
  }
}

/** Whether a policy's principal is the caller: everybody, its ARN, or the role that its session is of. */
function isCaller(pattern: string, arn: string): boolean {
  const [, account, role] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return (
    pattern === '*' ||
    matches(pattern, arn) ||
    (role !== undefined && pattern === `arn:aws:iam::${account}:role/${role}`)
  );
}
