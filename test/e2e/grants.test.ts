import { beforeAll, describe, expect, it } from 'vitest';
import type { Grant } from '../../lib/local-cloud/iam/grant-ledger.ts';
import { type Outcome, runJourney } from '../support/grant-journey.ts';
import { writeReport } from '../support/grant-report.ts';

/** What only AWS itself needs, with the reason. */
const AWS_ONLY: readonly { readonly action: string; readonly because: string }[] = [
  { action: 'logs:createlogstream', because: 'Lambda makes a stream for each environment; here a function has a file' },
  {
    action: 'kinesis:describestreamsummary',
    because: 'an event source mapping of AWS describes its stream; here it lists the shards at once',
  },
];
/** The few that `npm test` leaves out: one that the start needs, one of the first step, one that is used late. */
const SAMPLE: readonly [role: string, action: string][] = [
  ['IndexRole', 's3:listbucket'],
  ['IdentityRole', 'dynamodb:batchgetitem'],
  ['TailRole', 'execute-api:manageconnections'],
];
const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;

let outcome: Outcome;
beforeAll(async () => {
  outcome = await runJourney();
  writeReport(unusedOf(outcome.grants));
}, 600_000);

const unusedOf = (grants: readonly Grant[]): string[] =>
  grants.flatMap(({ source, uses, unusedActions, unusedResources }) => {
    // of what allowed nothing at all, its actions tell enough
    const resources = uses === 0 ? [] : unusedResources;
    const actions = unusedActions.filter((name) => !AWS_ONLY.some(({ action }) => action === name));
    return [...actions, ...resources].map((what) => `${source} ${what}`);
  });

describe('a journey through the platform', () => {
  it('succeeds', () => expect(outcome.failure).toBeUndefined());

  // of each there is a call then that nothing else allows, so that without the statement it is denied
  it('needs every action and every resource of every statement, but for what only AWS uses', () => {
    expect(unusedOf(outcome.grants)).toEqual([]);
  });

  it('does without what only AWS uses', () => {
    for (const { action } of AWS_ONLY) {
      expect(
        outcome.grants.some(({ unusedActions }) => unusedActions.includes(action)),
        action,
      ).toBe(true);
    }
  });
});

describe(`without a statement, ${FULL ? 'one of each role' : 'three of them'}`, () => {
  const wanted = (grants: readonly Grant[]) =>
    FULL
      ? [...Map.groupBy(grants, ({ source }) => source.split('/')[0]).values()].flatMap((ofRole) => ofRole.slice(-1))
      : SAMPLE.map(([role, action]) => {
          const found = grants.find(({ source, actions }) => source.startsWith(role) && actions.includes(action));
          if (found === undefined) throw new Error(`no statement of ${role} allows ${action}`);
          return found;
        });

  it(
    'the journey fails by the call that is denied',
    async () => {
      const otherwise: string[] = [];
      for (const { source, actions } of wanted(outcome.grants)) {
        const { failure } = await runJourney(source);
        if (!failure?.includes('is not authorized')) otherwise.push(`${source} ${actions.join(', ')}: ${failure}`);
      }
      expect(otherwise).toEqual([]);
    },
    FULL ? 1_800_000 : 300_000,
  );
});
