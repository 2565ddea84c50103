import type { PolicyStatement, Principals } from './principals.ts';
import { noteDenial, noteUse, type Use } from './usage.ts';

/** What a caller wants to do: one action on one resource, with the request's condition keys. */
export interface AccessRequest {
  readonly accessKeyId: string;
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request, for example `dynamodb:LeadingKeys`. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** `statement` names the grant that allowed the call, so that unused ones can be reported. */
export type Decision =
  | { readonly allowed: true; readonly statement: string }
  | {
      readonly allowed: false;
      readonly unknownCaller: boolean;
      readonly message: string;
    };

/**
 * Decides one call as IAM does for identity policies: an explicit deny wins, then any allow, else denied. Notes the use of a statement that
 * alone allowed it, for without that one it would be denied; and a denial.
 */
export function authorize(principals: Principals, request: AccessRequest): Decision {
  const principal = Object.hasOwn(principals, request.accessKeyId) ? principals[request.accessKeyId] : undefined;
  if (principal === undefined) {
    return {
      allowed: false,
      unknownCaller: true,
      message: 'The security token included in the request is invalid.',
    };
  }
  const applying = principal.statements.filter((statement) => applies(statement, request));
  const denial = applying.find((statement) => statement.effect === 'Deny');
  const [grant, another] = applying.filter((statement) => statement.effect === 'Allow');
  if (denial === undefined && grant !== undefined) {
    if (another === undefined) noteUse(whatAllows(grant, request));
    return { allowed: true, statement: grant.source };
  }
  const why =
    denial === undefined
      ? `because no identity-based policy allows the ${request.action} action`
      : 'with an explicit deny in an identity-based policy';
  const message = `User: ${principal.arn} is not authorized to perform: ${request.action} on resource: ${request.resource} ${why}`;
  noteDenial(message);
  return { allowed: false, unknownCaller: false, message };
}

function whatAllows({ source, actions, resources }: PolicyStatement, { action, resource }: AccessRequest): Use {
  const wanted = action.toLowerCase();
  const byAction = actions.find((pattern) => matches(pattern.toLowerCase(), wanted)) ?? '*';
  const byResource = resources.find((pattern) => matches(pattern, resource)) ?? '*';
  return `${source} ${byAction} ${byResource}`;
}

function applies(statement: PolicyStatement, { action, resource, context = {} }: AccessRequest): boolean {
  const wanted = action.toLowerCase();
  if (statement.notActions?.some((pattern) => matches(pattern.toLowerCase(), wanted))) return false;
  if (
    statement.notActions === undefined &&
    !statement.actions.some((pattern) => matches(pattern.toLowerCase(), wanted))
  )
    return false;
  if (statement.notResources?.some((pattern) => matches(pattern, resource))) return false;
  if (statement.notResources === undefined && !statement.resources.some((pattern) => matches(pattern, resource)))
    return false;
  // condition keys are case-insensitive, as `AWS:SourceArn` of CDK's own policies shows
  const actual = new Map(Object.entries(context).map(([key, values]) => [key.toLowerCase(), values]));
  return Object.entries(statement.conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, values, actual.get(key.toLowerCase()))),
  );
}

/** Whether `text` matches an IAM pattern of `*` and `?`, in time linear in the text for each star. */
export function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function holds(operator: string, expected: readonly string[], actual: readonly string[] | undefined): boolean {
  const [, quantifier, name] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
  if (name === 'Null') {
    const isAbsent = actual === undefined || actual.length === 0;
    return expected.some((value) => (value.toLowerCase() === 'true') === isAbsent);
  }
  const test = name === undefined ? undefined : CONDITIONS[name];
  if (test === undefined) throw new Error(`IAM condition operator ${operator} is not known here`);
  if (actual === undefined || actual.length === 0) return quantifier === 'ForAllValues';
  const one = (value: string) => expected.some((pattern) => test(pattern, value));
  return quantifier === 'ForAnyValue' ? actual.some(one) : actual.every(one);
}

const CONDITIONS: Readonly<Record<string, (expected: string, actual: string) => boolean>> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: matches,
  ArnLike: matches,
  ArnEquals: matches,
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
};
