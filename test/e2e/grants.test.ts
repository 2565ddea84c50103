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
/** The few that `npm test` leaves out: one that the start needs, one of the first step, one that is told of in a log alone. */
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
});

const unusedOf = (grants: readonly Grant[]): string[] =>
  grants.flatMap(({ source, uses, unusedActions, unusedResources }) => {
    // of what allowed nothing at all, its actions tell enough
    const resources = uses === 0 ? [] : unusedResources;
    const actions = unusedActions.filter((name) => !AWS_ONLY.some(({ action }) => action === name));
    return [...actions, ...resources].map((what) => `${source} ${what}`);
  });

describe('a journey through the platform', () => {
  it('succeeds', () => expect(outcome.failure).toBeUndefined());

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

describe(`without a statement, ${FULL ? 'each in turn' : 'three of them'}`, () => {
  const wanted = (grants: readonly Grant[]) =>
    FULL
      ? grants
      : SAMPLE.map(([role, action]) => {
          const found = grants.find(({ source, actions }) => source.startsWith(role) && actions.includes(action));
          if (found === undefined) throw new Error(`no statement of ${role} allows ${action}`);
          return found;
        });

  it(
    'the journey fails, and tells why',
    async () => {
      const silent: string[] = [];
      for (const { source, actions } of wanted(outcome.grants)) {
        const { failure } = await runJourney(source);
        if (failure === undefined) silent.push(`${source} ${actions.join(', ')}`);
        else if (FULL) process.stdout.write(`${source}: ${failure.slice(0, 200)}\n`);
      }
      expect(silent).toEqual([]);
    },
    FULL ? 3_600_000 : 300_000,
  );
});
