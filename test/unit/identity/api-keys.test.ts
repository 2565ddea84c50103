import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbKeyUses } from '../../../functions/adapters/key-uses/dynamodb.ts';
import type { AuthenticatedCall } from '../../../functions/core/http.ts';
import { SCOPES } from '../../../functions/core/permissions.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import {
  makeCreateApiKey,
  makeListApiKeys,
  makeRevokeApiKey,
  makeRotateApiKey,
} from '../../../functions/identity/api-keys.ts';
import { codeOf, type Identity, type Person, startIdentity } from '../../support/identity.ts';
import { readAuditTrail } from '../../support/tables.ts';

const DAY = 86_400_000;

let identity: Identity;
let owner: Person;
let call: AuthenticatedCall;
beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
});
afterAll(() => identity.tables.stop());
beforeEach(async () => {
  owner = await identity.person();
  call = await identity.as(owner.token);
});

const create = (input: Partial<Parameters<ReturnType<typeof makeCreateApiKey>>[0]> = {}, by = call) =>
  makeCreateApiKey(identity.parts)({ name: 'shipper', scopes: ['ingest'], ...input }, by);
const list = async () => (await makeListApiKeys(identity.parts)(undefined, call)).items;
const rotate = (id: string, overlap_minutes = 60) => makeRotateApiKey(identity.parts)({ id, overlap_minutes }, call);
const proves = (key: string) => codeOf(identity.authenticator().key(key));

describe('an API key', () => {
  it('is shown once, and kept as a hash', async () => {
    const { key, prefix } = await create();
    expect(key).toMatch(/^trb_test_/);
    const [listed] = await list();
    expect(listed).toMatchObject({ name: 'shipper', prefix, scopes: ['ingest'] });
    expect(listed).not.toHaveProperty('key');
    for (const TableName of ['directory', 'audit', 'limits']) {
      const { Items } = await identity.tables.client.send(new ScanCommand({ TableName }));
      expect(JSON.stringify(Items), TableName).not.toContain(key);
    }
  });

  it('has no scope that who makes it has not', async () => {
    const scoped = await create({ scopes: ['admin', 'read'] });
    const byKey = { ...call, caller: await identity.authenticator().key(scoped.key) };
    expect((await create({ scopes: ['read'] }, byKey)).scopes).toEqual(['read']);
    expect(await codeOf(create({ scopes: ['read', 'write'] }, byKey))).toBe('forbidden');
    expect((await create({ scopes: [...SCOPES] })).scopes).toEqual([...SCOPES]);
  });

  it('ends when it is to, to the second', async () => {
    const { key } = await create({ expires_in_days: 1 });
    identity.clock.now += DAY - 1_000;
    expect(await proves(key)).toBe('allowed');
    identity.clock.now += 1_000;
    expect(await proves(key)).toBe('unauthenticated');
  });

  it('that is rotated stays good beside its successor for the overlap, and no longer', async () => {
    const old = await create({ scopes: ['ingest', 'read'], expires_in_days: 10 });
    identity.clock.now += 9 * DAY;
    const next = await rotate(old.id);
    expect(next).toMatchObject({ name: 'shipper', scopes: ['ingest', 'read'] });
    // as long as the old one was made for
    expect(Date.parse(next.expires_at ?? '')).toBe(identity.clock.now + 10 * DAY);
    expect([await proves(old.key), await proves(next.key)]).toEqual(['allowed', 'allowed']);
    expect(await codeOf(rotate(old.id))).toBe('conflict');
    identity.clock.now += 60 * 60_000;
    expect([await proves(old.key), await proves(next.key)]).toEqual(['unauthenticated', 'allowed']);
    expect((await list()).find(({ id }) => id === old.id)?.replaced_by).toBe(next.id);
  });

  it('that is rotated does not outlive its own end', async () => {
    const old = await create({ expires_in_days: 1 });
    identity.clock.now += DAY - 60_000;
    await rotate(old.id, 1_440);
    identity.clock.now += 60_000;
    expect(await proves(old.key)).toBe('unauthenticated');
  });

  it('tells when it was last used, written once a minute at most', async () => {
    const { id } = await create();
    const uses = new DynamoDbKeyUses(identity.tables.client, 'limits', () => identity.clock.now);
    const lastUse = async () => (await list()).find((key) => key.id === id)?.last_used_at;
    expect(await lastUse()).toBeUndefined();
    const first = new Date(identity.clock.now).toISOString();
    await uses.note(id);
    identity.clock.now += 59_000;
    await uses.note(id);
    expect(await lastUse()).toBe(first);
    identity.clock.now += 1_000;
    await uses.note(id);
    expect(await lastUse()).toBe(new Date(identity.clock.now).toISOString());
  });

  it('of another project is not there', async () => {
    const { id } = await create();
    const stranger = await identity.as((await identity.person()).token);
    for (const wanted of [id, 'aaaaaaaaaaaa']) {
      expect(await codeOf(makeRevokeApiKey(identity.parts)({ id: wanted }, stranger))).toBe('not_found');
      expect(await codeOf(makeRotateApiKey(identity.parts)({ id: wanted, overlap_minutes: 0 }, stranger))).toBe(
        'not_found',
      );
    }
    expect((await makeListApiKeys(identity.parts)(undefined, stranger)).total).toBe(0);
  });

  it('leaves what happened to it in the trail', async () => {
    const { id } = await create();
    const { id: next } = await rotate(id);
    await makeRevokeApiKey(identity.parts)({ id: next }, call);
    const entries = await readAuditTrail(identity.tables.client, 'audit', owner.home as ProjectId);
    expect(entries.map(({ action, entity_id }) => [action, entity_id])).toEqual(
      expect.arrayContaining([
        ['api_key.created', id],
        ['api_key.rotated', id],
        ['api_key.revoked', next],
      ]),
    );
  });
});
