import { describe, expect, it } from 'vitest';
import { makeHealth, makeReadiness } from '../../../functions/operation/checks.ts';
import { stateOf } from '../../../functions/operation/domain-state.ts';

const WELL = {
  opensearch: async () => 'green',
  dynamodb: async () => 'ACTIVE',
  kinesis: async () => 'ACTIVE',
  domain: async () => 'Active',
};
const broken = async (): Promise<string> => {
  const error = new Error('connect ECONNREFUSED 10.0.0.1');
  error.name = 'TimeoutError';
  throw error;
};

describe('readiness', () => {
  it('names each dependency with its state', async () => {
    const { status, checks } = await makeReadiness(WELL)();
    expect(status).toBe('ready');
    expect(Object.entries(checks).map(([name, check]) => [name, check.status, check.detail])).toEqual([
      ['opensearch', 'up', 'green'],
      ['dynamodb', 'up', 'ACTIVE'],
      ['kinesis', 'up', 'ACTIVE'],
      ['domain', 'up', 'Active'],
    ]);
  });

  it.each(['opensearch', 'dynamodb', 'kinesis', 'domain'])(
    'is lost with %s, without telling where it is',
    async (name) => {
      const { status, checks } = await makeReadiness({ ...WELL, [name]: broken })();
      expect(status).toBe('not_ready');
      expect(checks[name]).toMatchObject({ status: 'down', detail: 'TimeoutError' });
      expect(JSON.stringify(checks)).not.toContain('10.0.0.1');
    },
  );

  it('is health for people: a red store or a lost table degrades it', async () => {
    expect((await makeHealth(WELL)()).status).toBe('healthy');
    expect((await makeHealth({ ...WELL, opensearch: async () => 'red' })()).status).toBe('degraded');
    expect((await makeHealth({ ...WELL, dynamodb: broken })()).services.database).toBe('unhealthy');
  });
});

describe('the state of the domain', () => {
  const status = { Created: true, Deleted: false };
  it.each([
    ['rests', { Processing: false, DomainProcessingStatus: 'Active' }, 'Active'],
    ['changes', { Processing: true, DomainProcessingStatus: 'Modifying' }, 'Modifying'],
    ['changes, by an older answer', { Processing: true }, 'Modifying'],
    ['is upgraded', { UpgradeProcessing: true, DomainProcessingStatus: 'Active' }, 'UpgradingEngineVersion'],
  ])('is told where it %s, and usable', (_what, over, word) => {
    expect(stateOf({ ...status, ...over })).toBe(word);
  });

  it.each([
    [{ Deleted: true }, 'DomainDeleted'],
    [{ Created: false }, 'DomainNotCreated'],
  ])('is an error where it cannot be used: %j', (over, name) => {
    expect(() => stateOf({ ...status, ...over })).toThrow(expect.objectContaining({ name }));
  });

  it('is unknown without an answer', () => expect(stateOf(undefined)).toBe('UNKNOWN'));
});
