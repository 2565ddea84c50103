/** One statement of an identity policy with every intrinsic resolved. */
export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** Lower-case `service:action` patterns with `*` and `?`. */
  readonly actions: readonly string[];
  readonly notActions?: readonly string[];
  /** ARN patterns with `*` and `?`. */
  readonly resources: readonly string[];
  readonly notResources?: readonly string[];
  /** `Condition` as written: operator → key → values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Where it stands, `<role logical id>/<policy>/<index>`, for messages and the report of unused grants. */
  readonly source: string;
}

/** Whoever calls an emulator: a function's role, a service acting for one, or the operator of the machine. */
export interface Principal {
  readonly arn: string;
  /** Secret that signatures are verified with. */
  readonly secretAccessKey: string;
  readonly statements: readonly PolicyStatement[];
}

/** Principals by access key id. */
export type Principals = Readonly<Record<string, Principal>>;
