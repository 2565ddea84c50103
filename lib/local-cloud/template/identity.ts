import { createHash } from 'node:crypto';

/** Who a resource is before its properties are known, so that others can refer to it. */
export interface Identity {
  readonly stack: string;
  readonly logicalId: string;
  /** Physical name: the one the template gives, else one made of stack and logical id, the same at every start. */
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
}

const digest = (identity: Identity) => createHash('sha256').update(`${identity.stack}/${identity.logicalId}`).digest();

/** `length` characters of `[a-z0-9]` that belong to this resource alone. */
export function shortId(identity: Identity, length: number): string {
  return BigInt(`0x${digest(identity).toString('hex')}`)
    .toString(36)
    .slice(0, length);
}

/** A UUID that belongs to this resource alone. */
export function uuid(identity: Identity): string {
  return digest(identity)
    .toString('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
}

/** How CloudFormation makes a name for a type. */
export interface NamingRule {
  /** @default 64 */
  readonly nameLength?: number;
  readonly nameWithoutStack?: boolean;
}

/** The name CloudFormation would make: `<stack>-<logical id>-<12 characters>`, cut from the left part to fit. */
export function generatedName(
  stack: string,
  logicalId: string,
  { nameLength = 64, nameWithoutStack = false }: NamingRule,
): string {
  const suffix = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, 12);
  const prefix = nameWithoutStack ? logicalId : `${stack}-${logicalId}`;
  return `${prefix.slice(0, nameLength - 13)}-${suffix}`;
}
