import { type Place, TemplateError, within } from '../template/template-error.ts';
import type { PolicyStatement } from './principals.ts';

/** Who a statement of a resource policy is about: services, AWS principals (`*` or ARNs). */
interface StatementPrincipal {
  readonly services: readonly string[];
  readonly aws: readonly string[];
}

export interface ResourceStatement extends PolicyStatement {
  readonly principal: StatementPrincipal;
}

const KEYS = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition', 'Principal']);

/**
 * The statements of a resolved policy document. `source` names the policy; each statement adds its index.
 * @throws TemplateError for an element that is not known here
 */
export function readStatements(document: unknown, source: string, place: Place): readonly ResourceStatement[] {
  const { Statement = [] } = (document ?? {}) as { Statement?: unknown };
  return list(Statement).map((raw, index) => {
    const statement = raw as Record<string, unknown>;
    const here = within(within(place, 'Statement'), index);
    for (const key of Object.keys(statement)) {
      if (!KEYS.has(key)) throw new TemplateError(within(here, key), 'policy element is not known here');
    }
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
      throw new TemplateError(
        within(here, 'Effect'),
        `expected Allow or Deny, got ${JSON.stringify(statement.Effect)}`,
      );
    }
    return {
      effect: statement.Effect,
      actions: texts(statement.Action).map((action) => action.toLowerCase()),
      ...(statement.NotAction === undefined
        ? {}
        : {
            notActions: texts(statement.NotAction).map((action) => action.toLowerCase()),
          }),
      resources: texts(statement.Resource),
      ...(statement.NotResource === undefined ? {} : { notResources: texts(statement.NotResource) }),
      conditions: readConditions(statement.Condition),
      source: `${source}/${index}`,
      principal: readPrincipal(statement.Principal),
    };
  });
}

function readConditions(conditions: unknown): PolicyStatement['conditions'] {
  return Object.fromEntries(
    Object.entries((conditions ?? {}) as Record<string, Record<string, unknown>>).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, texts(values)])),
    ]),
  );
}

function readPrincipal(principal: unknown): StatementPrincipal {
  if (principal === '*') return { services: [], aws: ['*'] };
  const { Service, AWS } = (principal ?? {}) as {
    Service?: unknown;
    AWS?: unknown;
  };
  return { services: texts(Service), aws: texts(AWS) };
}

function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function texts(value: unknown): readonly string[] {
  return list(value).map(String);
}
