import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEdge } from '../../../functions/adapters/edge/edge.ts';
import { DynamoDbLimiter } from '../../../functions/adapters/limiter/dynamodb.ts';
import { LIMITS, limitOf } from '../../../functions/adapters/limiter/limits.ts';
import { DynamoDbLimitUses } from '../../../functions/adapters/limiter/uses.ts';
import type { AuthenticatedCall } from '../../../functions/core/http.ts';
import { PLATFORM, type ProjectId } from '../../../functions/core/project.ts';
import type { EndpointClass } from '../../../functions/core/route.ts';
import { SetProjectLimits } from '../../../functions/identity/limits-api.ts';
import { makeGetProjectLimits, makeSetProjectLimits } from '../../../functions/identity/project-limits.ts';
import { makeLimitsStatus, makeResetLimit, makeResetLimits } from '../../../functions/identity/rate-limits.ts';
import { codeOf, type Identity, startIdentity } from '../../support/identity.ts';
import { readAuditTrail } from '../../support/tables.ts';

let identity: Identity;
let call: AuthenticatedCall;
beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
  const admin = await identity.person();
  await identity.makePlatformAdmin(admin);
  call = await identity.as(admin.token, undefined, 'platform');
});
afterAll(() => identity.tables.stop());

const now = () => identity.clock.now;
const limiter = () => new DynamoDbLimiter(identity.tables.client, 'limits', { factor: 1 }, now);
const parts = () => ({
  uses: new DynamoDbLimitUses(identity.tables.client, 'limits', { factor: 1 }, now),
  audit: identity.parts.audit,
});
const exhaust = async (who: string) => {
  const from = limiter();
  for (let n = 0; n < LIMITS.register.units; n++) await from.take({ of: 'register', who });
  return from;
};
const take = (from: DynamoDbLimiter, who: string) => codeOf(from.take({ of: 'register', who }));

describe('limits of a stage and of a project', () => {
  it('go before the usual ones: the project’s before the stage’s', () => {
    const stage = { factor: 2, units: { search: 70 } };
    expect(limitOf({ of: 'recent', who: 'user:a' }, stage)).toMatchObject({ units: 200, text: '200 per 1 minute' });
    expect(limitOf({ of: 'search', who: 'user:a' }, stage)).toMatchObject({ units: 70, text: '70 per 1 minute' });
    expect(limitOf({ of: 'search', who: 'key:a' }, stage).units).toBe(70);
    expect(limitOf({ of: 'search', who: 'user:a@p', units: 9 }, stage).units).toBe(9);
  });

  it('are set for a project by administrators of the platform, each change an entry of its trail, for no project that is not there', async () => {
    const person = await identity.person();
    const { parts: own } = identity;
    const set = (project_id: string, limits: object) =>
      makeSetProjectLimits(own)(SetProjectLimits.parse({ project_id, limits }), call);
    expect(await makeGetProjectLimits(own)({ project_id: person.home })).toEqual({
      project_id: person.home,
      limits: {},
    });
    await set(person.home, { search: 7, page: 5_000 });
    await set(person.home, { search: 9 });
    expect((await makeGetProjectLimits(own)({ project_id: person.home })).limits).toEqual({ search: 9 });
    const trail = await readAuditTrail(identity.tables.client, 'audit', person.home);
    const changes = trail.filter(({ action }) => action === 'rate_limits.updated');
    expect(changes.map(({ old_values, new_values }) => [old_values, new_values])).toEqual([
      [{}, { search: 7, page: 5_000 }],
      [{ search: 7, page: 5_000 }, { search: 9 }],
    ]);
    for (const nowhere of ['not-there', '../x']) expect(await codeOf(set(nowhere, {}))).toBe('not_found');
    expect(SetProjectLimits.safeParse({ project_id: person.home, limits: { login: 1 } }).success).toBe(false);
  });

  it('count for requests to that project alone, and stay the stage’s where nobody can say', async () => {
    const person = await identity.person();
    const limits = SetProjectLimits.parse({ project_id: person.home, limits: { search: 3 } });
    await makeSetProjectLimits(identity.parts)(limits, call);
    const { caller } = await identity.as(person.token);
    const env = {
      LIMITS_TABLE_NAME: 'limits',
      LIMITS_FACTOR: 1,
      LIMITS_UNITS: { recent: 2 },
      ORIGIN_SECRET_ARN: 'none',
    };
    const ask = async (directory: string, of: EndpointClass, project: string) => {
      const { options } = makeEdge({ ...env, DIRECTORY_TABLE_NAME: directory }, identity.tables.client);
      const who = { caller: { ...caller, project: project as ProjectId }, sourceIp: '192.0.2.9' };
      return (await options.limit(of, who))['ratelimit-limit'];
    };
    expect(await ask('directory', 'search', person.home)).toBe('3');
    expect(await ask('directory', 'search', 'another')).toBe('50');
    expect(await ask('directory', 'recent', person.home)).toBe('2');
    expect(await ask('no-such-table', 'search', person.home)).toBe('50');
    const own = (
      await makeLimitsStatus({
        ...parts(),
        uses: new DynamoDbLimitUses(identity.tables.client, 'limits', { factor: 1 }, Date.now),
      })()
    ).items.find(({ who }) => who === `user:${person.id}@${person.home}`);
    expect(own).toMatchObject({ class: 'search', limit: 3, used: 1 });
  });
});

describe('rate limits', () => {
  it('are shown with what is taken of each, the fullest first, and what is over not at all', async () => {
    await exhaust('ip:192.0.2.1');
    await limiter().take({ of: 'search', who: 'user:usr_1' });
    const status = await makeLimitsStatus(parts())();
    expect(status.items[0]).toMatchObject({ id: 'register:ip:192.0.2.1', limit: 10, used: 10, remaining: 0 });
    expect(status.items.map(({ id }) => id)).toContain('search:user:usr_1');
    expect(status.limits).toContainEqual({
      class: 'search',
      limit: 50,
      window_seconds: 60,
      text: '50 per 1 minute',
    });
    identity.clock.now += 60_000;
    const later = await makeLimitsStatus(parts())();
    expect(later.items.map(({ id }) => id)).not.toContain('search:user:usr_1');
    expect(later.items.map(({ id }) => id)).toContain('register:ip:192.0.2.1');
  });

  it('are taken back for one, also where an instance has refused already, and told', async () => {
    identity.clock.now += 3_600_000;
    const warm = await exhaust('ip:2001:db8::1');
    await exhaust('ip:192.0.2.2');
    expect(await take(warm, 'ip:2001:db8::1')).toBe('rate_limited');
    expect(await makeResetLimit(parts())({ id: 'register:ip:2001:db8::1' }, call)).toEqual({ reset: 1 });
    identity.clock.now += 5_000;
    expect(await take(warm, 'ip:2001:db8::1')).toBe('allowed');
    expect(await take(limiter(), 'ip:192.0.2.2')).toBe('rate_limited');
    const trail = await readAuditTrail(identity.tables.client, 'audit', PLATFORM);
    expect(trail.at(-1)).toMatchObject({ action: 'rate_limit.reset', entity_id: 'register:ip:2001:db8::1' });
  });

  it('are taken back for all', async () => {
    identity.clock.now += 3_600_000;
    for (const who of ['ip:192.0.2.3', 'ip:192.0.2.4']) await exhaust(who);
    expect((await makeResetLimits(parts())(undefined, call)).reset).toBeGreaterThanOrEqual(2);
    for (const who of ['ip:192.0.2.3', 'ip:192.0.2.4']) expect(await take(limiter(), who)).toBe('allowed');
    expect((await makeLimitsStatus(parts())()).total).toBe(2);
  });

  it.each(['nothing', 'constructor:x', ':x', ''])('that there are not, like "%s", are not found', async (id) => {
    expect(await codeOf(makeResetLimit(parts())({ id }, call))).toBe('not_found');
  });
});
