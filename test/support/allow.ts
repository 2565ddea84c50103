import type { PolicyStatement } from '../../lib/local-cloud/iam/principals.ts';

/** A statement that allows `actions` on `resources`. */
export const allow = (
  actions: readonly string[],
  resources: readonly string[],
  conditions: PolicyStatement['conditions'] = {},
): PolicyStatement => ({ effect: 'Allow', actions, resources, conditions, source: `Role/Policy/${actions}` });
