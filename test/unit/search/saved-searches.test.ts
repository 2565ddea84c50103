import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import { DynamoDbSavedSearches } from '../../../functions/adapters/saved-searches/dynamodb.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import {
  SavedSearchEntry,
  SavedSearchInput,
  SavedSearchList,
  UpdateSavedSearch,
} from '../../../functions/search/saved-api.ts';
import {
  makeCreateSavedSearch,
  makeDeleteSavedSearch,
  makeGetSavedSearch,
  makeListSavedSearches,
  makeUpdateSavedSearch,
} from '../../../functions/search/saved-searches.ts';
import { callOf } from '../../support/calls.ts';
import { readAuditTrail, startTables } from '../../support/tables.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  tables = await startTables('settings', 'audit');
});
afterAll(() => tables.stop());

let projects = 0;
/** A project with two users who may write and one who only reads. */
function start() {
  const project = ProjectId.parse(`project-${projects++}`);
  let now = Date.parse('2026-11-21T12:00:00Z');
  const searches = new DynamoDbSavedSearches(
    tables.client,
    'settings',
    new DynamoDbAuditTrail(tables.client, 'audit', () => ++now),
  );
  const parts = { searches, now: () => ++now };
  const userOf = (id: string, of = project) => {
    const call = callOf(of, { id, scopes: id === 'viewer' ? ['read'] : ['read', 'write'] });
    return {
      list: async () => SavedSearchList.parse(await makeListSavedSearches(parts)({}, call)).items,
      names: async () => (await makeListSavedSearches(parts)({}, call)).items.map(({ name }) => name),
      create: async (input: object) =>
        SavedSearchEntry.parse(await makeCreateSavedSearch(parts)(SavedSearchInput.parse(input), call)),
      get: (search: string) => makeGetSavedSearch(parts)({ id: search }, call),
      update: (search: string, input: object) =>
        makeUpdateSavedSearch(parts)(UpdateSavedSearch.parse({ ...input, id: search }), call),
      remove: (search: string) => makeDeleteSavedSearch(parts)({ id: search }, call),
      defaults: async () =>
        (await makeListSavedSearches(parts)({}, call)).items.filter((each) => each.is_default).map(({ name }) => name),
    };
  };
  return { project, userOf, ann: userOf('ann'), bob: userOf('bob'), viewer: userOf('viewer') };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );

describe('saved searches', () => {
  it('come back as they were saved', async () => {
    const { ann } = start();
    const input = {
      name: 'Slow payments',
      description: 'over a second',
      query: 'service:payment duration_ms:>1000 | sort time',
      columns: ['timestamp', 'message', 'duration_ms'],
      range: { from: 'now-1h', to: 'now' },
      visibility: 'private',
      is_default: false,
    };
    const saved = await ann.create(input);
    expect(saved).toMatchObject({ ...input, owner: { id: 'ann', name: 'ann' }, created_at: saved.updated_at });
    expect(await ann.get(saved.id)).toEqual(saved);
    expect(await ann.list()).toEqual([saved]);
  });

  it('are seen by all where they are shared, by their owner alone where they are private, by no other project', async () => {
    const { ann, bob, viewer, userOf } = start();
    const shared = await ann.create({ name: 'b shared', visibility: 'shared' });
    const own = await ann.create({ name: 'a private' });
    expect(await ann.names()).toEqual(['a private', 'b shared']);
    expect(await bob.names()).toEqual(['b shared']);
    expect(await viewer.names()).toEqual(['b shared']);
    expect(await codeOf(bob.get(own.id))).toBe('not_found');
    expect(await codeOf(bob.update(own.id, { name: 'mine now' }))).toBe('not_found');
    expect(await codeOf(bob.remove(own.id))).toBe('not_found');
    const elsewhere = userOf('ann', ProjectId.parse('elsewhere'));
    expect(await elsewhere.names()).toEqual([]);
    expect(await codeOf(elsewhere.get(shared.id))).toBe('not_found');
  });

  it('of their own may be kept by who only reads; shared ones ask for the scope write', async () => {
    const { ann, viewer } = start();
    const own = await viewer.create({ name: 'mine' });
    expect(await codeOf(viewer.create({ name: 'ours', visibility: 'shared' }))).toBe('forbidden');
    expect(await codeOf(viewer.update(own.id, { name: 'ours', visibility: 'shared' }))).toBe('forbidden');
    const shared = await ann.create({ name: 'ours', visibility: 'shared' });
    expect(await codeOf(viewer.update(shared.id, { name: 'x' }))).toBe('forbidden');
    expect(await codeOf(viewer.remove(shared.id))).toBe('forbidden');
    expect(await viewer.names()).toEqual(['mine', 'ours']);
  });

  it('are replaced, and made private by their owner alone', async () => {
    const { ann, bob } = start();
    const saved = await ann.create({ name: 'one', query: 'a', visibility: 'shared' });
    const changed = await bob.update(saved.id, { name: 'two', query: 'b', visibility: 'shared' });
    expect(changed).toMatchObject({ name: 'two', query: 'b', owner: { id: 'ann' }, created_at: saved.created_at });
    expect(changed.updated_at > saved.updated_at).toBe(true);
    expect(await codeOf(bob.update(saved.id, { name: 'two', visibility: 'private' }))).toBe('forbidden');
    await ann.update(saved.id, { name: 'three', visibility: 'private' });
    expect(await bob.names()).toEqual([]);
  });

  it('have one default a user and one a project', async () => {
    const { ann, bob } = start();
    const first = await ann.create({ name: 'first', is_default: true });
    await bob.create({ name: 'of bob', is_default: true });
    const ours = await ann.create({ name: 'ours', visibility: 'shared', is_default: true });
    expect(await ann.defaults()).toEqual(['first', 'ours']);
    expect(await bob.defaults()).toEqual(['of bob', 'ours']);
    const second = await ann.create({ name: 'second', is_default: true });
    expect(await ann.defaults()).toEqual(['ours', 'second']);
    await ann.update(second.id, { name: 'second' });
    expect(await ann.defaults()).toEqual(['ours']);
    await ann.update(first.id, { name: 'first', visibility: 'shared', is_default: true });
    expect(await bob.defaults()).toEqual(['first', 'of bob']);
    await ann.remove(first.id);
    await ann.remove(ours.id);
    expect(await bob.defaults()).toEqual(['of bob']);
  });

  it('are refused where they could not be run', async () => {
    const { ann } = start();
    expect(await codeOf(ann.create({ name: 'x', query: '(a' }))).toBe('query_syntax');
    expect(await codeOf(ann.create({ name: 'x', range: { from: 'whenever' } }))).toBe('invalid_request');
    expect(await ann.names()).toEqual([]);
  });

  it('are gone once, and told in the audit trail', async () => {
    const { ann, project } = start();
    const saved = await ann.create({ name: 'one', is_default: true });
    await ann.update(saved.id, { name: 'two', is_default: true });
    const removed = await Promise.allSettled([ann.remove(saved.id), ann.remove(saved.id)]);
    expect(removed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await codeOf(ann.remove(saved.id))).toBe('not_found');
    const entries = await readAuditTrail(tables.client, 'audit', project);
    expect(entries.map(({ action, old_values, new_values }) => [action, old_values?.name, new_values?.name])).toEqual([
      ['saved_search.created', undefined, 'one'],
      ['saved_search.updated', 'one', 'two'],
      ['saved_search.deleted', 'two', undefined],
    ]);
  });
});
