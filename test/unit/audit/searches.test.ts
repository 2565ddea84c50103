import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import { DynamoDbSearchEntries } from '../../../functions/adapters/audit-trail/searches.ts';
import { DynamoDbAuditSettings } from '../../../functions/adapters/audit-trail/settings.ts';
import { ListAuditInput } from '../../../functions/audit/api.ts';
import { makeListSearches } from '../../../functions/audit/list-searches.ts';
import { makeGetAuditSettings, makePutAuditSettings } from '../../../functions/audit/settings.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { makeSearchEntry } from '../../../functions/core/search-entry.ts';
import { callOf } from '../../support/calls.ts';
import { codeOf } from '../../support/identity.ts';
import { readAuditTrail, startTables } from '../../support/tables.ts';

const START = Date.parse('2026-11-21T12:00:00Z');
const project = ProjectId.parse('searched');
const other = ProjectId.parse('other');

let tables: Awaited<ReturnType<typeof startTables>>;
let list: (input?: object, of?: ProjectId) => ReturnType<ReturnType<typeof makeListSearches>>;
let settings: DynamoDbAuditSettings;

beforeAll(async () => {
  tables = await startTables('audit');
  const trail = new DynamoDbAuditTrail(tables.client, 'audit', () => START);
  settings = new DynamoDbAuditSettings(tables.client, 'audit', trail);
  const searches = new DynamoDbSearchEntries(tables.client, 'audit');
  const { signal } = new AbortController();
  // one a minute: 250 searches of which every tenth fails and every fifth is of an event
  for (let n = 0; n < 250; n++) {
    const asked = {
      project,
      actor: { type: 'user', id: `u${n % 3}`, name: `Person ${n % 3}` },
      operation: n % 5 === 0 ? 'getLog' : 'searchLogs',
      ...(n % 5 === 0 ? { eventId: `event-${n}` } : { query: `word${n}` }),
      parameters: {},
    };
    const outcome = { result: n % 10 === 0 ? ('failure' as const) : ('success' as const), tookMillis: 1 };
    await searches.add(project, makeSearchEntry(asked, outcome, START + n * 60_000), 9e9, signal);
  }
  const answer = makeListSearches({ searches, now: () => START + 250 * 60_000 });
  list = (input = {}, of = project) => answer(ListAuditInput.parse({ chain: 'none', ...input }), callOf(of));
});
afterAll(() => tables.stop());

const minuteOf = ({ timestamp }: { readonly timestamp: string }) => (Date.parse(timestamp) - START) / 60_000;

describe('recorded searches', () => {
  it('are listed newest first, a page at a time, each once, and told apart from entries of a chain', async () => {
    const found: number[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await list({ limit: 60, ...(cursor !== undefined && { cursor }) });
      expect(page.items.every(({ chained }) => !chained)).toBe(true);
      found.push(...page.items.map(minuteOf));
      expect(page.total).toBe(found.length);
      expect(page.total_relation).toBe(page.next_cursor === null ? 'eq' : 'gte');
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(found).toEqual(Array.from({ length: 250 }, (_, n) => 249 - n));
  });

  it('are filtered by who, what, which event, outcome and time', async () => {
    const minutes = async (input: object) => (await list({ limit: 200, ...input })).items.map(minuteOf);
    expect((await minutes({ actor: 'person 1' })).every((n) => n % 3 === 1)).toBe(true);
    expect(await minutes({ action: 'read.get_log', actor: 'u2', result: 'failure' })).toEqual([
      230, 200, 170, 140, 110, 80, 50, 20,
    ]);
    expect(await minutes({ entity_type: 'log', entity_id: 'event-35' })).toEqual([35]);
    const from = new Date(START + 10 * 60_000).toISOString();
    const to = new Date(START + 13 * 60_000).toISOString();
    expect(await minutes({ from, to })).toEqual([12, 11, 10]);
    expect(await minutes({ from: 'now-2m' })).toEqual([249, 248]);
    expect(await minutes({ action: 'read.*', to: from })).toHaveLength(10);
  });

  it('of another project are not there, nor is a cursor of theirs any good', async () => {
    expect((await list({}, other)).items).toEqual([]);
    const { next_cursor: cursor } = await list({ limit: 10 });
    expect(await codeOf(list({ cursor }, other))).toBe('invalid_cursor');
    expect(await codeOf(list({ cursor, actor: 'u1' }))).toBe('invalid_cursor');
  });
});

describe('the switch', () => {
  it('is off until an administrator turns it on, which is an entry of the chain', async () => {
    const now = () => START;
    const get = () => makeGetAuditSettings({ settings })({}, callOf(other));
    const put = makePutAuditSettings({ settings, now });
    const admin = callOf(other, { scopes: ['admin'] });
    expect(await get()).toEqual({ record_searches: false, keep_days: 90, version: 0 });
    const on = await put({ record_searches: true, keep_days: 30, version: 0 }, admin);
    expect(on).toMatchObject({ record_searches: true, keep_days: 30, version: 1, updated_by: 'u-1' });
    expect(await get()).toEqual(on);
    expect(await codeOf(put({ record_searches: false, keep_days: 30, version: 0 }, admin))).toBe('conflict');
    await put({ record_searches: false, keep_days: 30 }, admin);
    const trail = await readAuditTrail(tables.client, 'audit', other);
    expect(trail.map(({ action, old_values, new_values }) => [action, old_values, new_values])).toEqual([
      ['audit_settings.updated', { record_searches: false, keep_days: 90 }, { record_searches: true, keep_days: 30 }],
      ['audit_settings.updated', { record_searches: true, keep_days: 30 }, { record_searches: false, keep_days: 30 }],
    ]);
  });

  it('that two turn at once is turned by one of them', async () => {
    const shared = ProjectId.parse('shared');
    const next = { version: 1, recordSearches: true, keepDays: 1, updatedAt: '', updatedBy: '' };
    const event = {
      project: shared,
      actor: { type: 'user', id: 'a', name: 'a' },
      action: 'audit_settings.updated',
      entityType: 'audit_settings',
      entityId: shared,
      result: 'success' as const,
    };
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(settings.replace(shared, next, event))));
    expect(codes.sort()).toEqual(['allowed', 'conflict', 'conflict']);
    expect(await readAuditTrail(tables.client, 'audit', shared)).toHaveLength(1);
  });
});
