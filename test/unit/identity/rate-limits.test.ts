import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbLimiter } from '../../../functions/adapters/limiter/dynamodb.ts';
import { LIMITS } from '../../../functions/adapters/limiter/limits.ts';
import { DynamoDbLimitUses } from '../../../functions/adapters/limiter/uses.ts';
import type { AuthenticatedCall } from '../../../functions/core/http.ts';
import { PLATFORM } from '../../../functions/core/project.ts';
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
const limiter = () => new DynamoDbLimiter(identity.tables.client, 'limits', 1, now);
const parts = () => ({
  uses: new DynamoDbLimitUses(identity.tables.client, 'limits', 1, now),
  audit: identity.parts.audit,
});
const exhaust = async (who: string) => {
  const from = limiter();
  for (let n = 0; n < LIMITS.register.units; n++) await from.take({ of: 'register', who });
  return from;
};
const take = (from: DynamoDbLimiter, who: string) => codeOf(from.take({ of: 'register', who }));

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
