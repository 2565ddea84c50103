import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Send } from '../support/emulated-opensearch.ts';
import { logsTemplate } from './opensearch-template.ts';

/** Any JSON of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path, and a wrong path fails the test
export type Json = any;

/** One answer of the engine. */
interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** Eight documents that differ in what the queries below ask for. `d7` has neither time nor attributes. */
const DOCUMENTS: readonly Json[] = [
  {
    id: 'd0',
    project: 'p',
    time: '2026-01-01T00:00:00.000000000Z',
    severity: 9,
    words: ['get index html', 'ok done'],
    kv: ['a\0x', 'b\0Straße', 'n\x01bff8000000000000'],
    keys: ['a', 'b', 'n'],
    n0: 1.5,
  },
  {
    id: 'd1',
    project: 'p',
    time: '2026-01-01T00:00:00.000000001Z',
    severity: 17,
    words: ['get data', 'index html'],
    kv: ['a\0y', 'b\0*literal?'],
    keys: ['a', 'b'],
    n0: 2.5,
    n1: [1, 3],
  },
  {
    id: 'd2',
    project: 'p',
    time: '2026-01-01T00:59:59.999999999Z',
    severity: 17,
    words: ['a b a b c'],
    kv: ['a\0z', 'b\0back\\slash'],
    keys: ['a', 'b'],
    n0: -4,
  },
  {
    id: 'd3',
    project: 'p',
    time: '2026-01-01T01:00:00Z',
    severity: 9,
    words: ['b a c'],
    kv: ['a\0x', 'a\0y', 'b\0\u{1F600}'],
    keys: ['a', 'b'],
    n0: 0,
  },
  {
    id: 'd4',
    project: 'q',
    time: '2026-01-01T03:00:00.5Z',
    severity: 21,
    words: ['ok'],
    kv: ['a\0x', 'b\0\uFF5E'],
    keys: ['a', 'b'],
    n0: 100,
  },
  {
    id: 'd5',
    project: 'q',
    time: '2026-01-02T00:00:00Z',
    severity: 1,
    words: [],
    kv: ['a\0X', 'b\0'],
    keys: ['a', 'b'],
  },
  {
    id: 'd6',
    project: 'q',
    time: '2026-01-02T12:34:56.123456Z',
    severity: 0,
    words: ['\u{1F600} é ok'],
    kv: ['ab\0x', 'b\0z z'],
    keys: ['ab', 'b'],
    n0: 1.5,
  },
  { id: 'd7', project: 'r', severity: -3, words: ['nothing else'] },
];

const EVENT = '{"a": 1.0, "big": 12345678901234567890}';
const bulkOf = (index: string, documents: readonly Json[]): string =>
  documents
    .map(
      (document) =>
        `${JSON.stringify({ create: { _index: index, _id: document.id } })}\n${JSON.stringify({ ...document, event: EVENT })}\n`,
    )
    .join('');

/** What both engines must do alike. `start` gives a sender for a running engine; names are unique to each run. */
export function openSearchContract(
  engine: string,
  start: () => Promise<{ send: Send; stop: () => Promise<void> }>,
): void {
  describe(`OpenSearch (${engine})`, () => {
    const run = `oc${randomUUID().slice(0, 8)}`;
    const [one, two] = [`${run}-data-one`, `${run}-data-two`];
    let engineOf: { send: Send; stop: () => Promise<void> };

    const call = async (method: string, path: string, body?: Json): Promise<Answer> => {
      const ndjson = typeof body === 'string';
      const text = body === undefined ? undefined : ndjson ? body : JSON.stringify(body);
      const response = await engineOf.send(method, path, text, ndjson ? { contentType: 'application/x-ndjson' } : {});
      const answer = await response.text();
      return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
    };
    const search = async (body: Json, index = `${run}-data-*`): Promise<Json> => {
      const { status, body: answer } = await call('POST', `/${index}/_search`, body);
      expect(status, JSON.stringify(answer)).toBe(200);
      return answer;
    };
    const idsOf = (answer: Json): string[] => answer.hits.hits.map((hit: Json) => hit._id);
    /** Ids of the documents that a query keeps, in the order of their names. */
    const kept = async (query: Json): Promise<string> =>
      idsOf(await search({ query, size: 100, sort: ['id'] })).join(' ');
    const aggregate = async (aggs: Json, query: Json = { match_all: {} }): Promise<Json> =>
      (await search({ size: 0, query, aggs })).aggregations;
    const refusal = async (body: Json): Promise<string> => {
      const { status, body: answer } = await call('POST', `/${one}/_search`, body);
      return `${status} ${answer.error?.type}${answer.error?.type === 'search_phase_execution_exception' ? `/${answer.error.root_cause[0].type}` : ''}`;
    };

    beforeAll(async () => {
      engineOf = await start();
      await call('PUT', `/_index_template/${run}`, logsTemplate(`${run}-*`));
      // three refreshes make three segments, in two indices
      expect((await call('POST', '/_bulk?refresh=true', bulkOf(one, DOCUMENTS.slice(0, 2)))).body.errors).toBe(false);
      expect((await call('POST', '/_bulk?refresh=true', bulkOf(one, DOCUMENTS.slice(2, 5)))).body.errors).toBe(false);
      expect((await call('POST', '/_bulk?refresh=true', bulkOf(two, DOCUMENTS.slice(5)))).body.errors).toBe(false);
    });

    afterAll(async () => {
      await call('DELETE', `/${run}-*`);
      await call('DELETE', `/_index_template/${run}`);
      await engineOf.stop();
    });

    describe('templates and indices', () => {
      it('gives a template back as it was put', async () => {
        const { status, body } = await call('GET', `/_index_template/${run}`);
        const [{ name, index_template: template }] = body.index_templates;
        expect([status, name, template.version, template._meta, template.index_patterns, template.composed_of]).toEqual(
          [200, run, 7, { owner: 'contract' }, [`${run}-*`], []],
        );
        expect(template.template.settings.index.refresh_interval).toBe('1s');
        expect(template.template.mappings.properties.time).toEqual({
          type: 'date_nanos',
          format: 'strict_date_optional_time_nanos',
        });
      });

      it('answers 404 for a template or an index that is not there', async () => {
        expect((await call('GET', `/_index_template/${run}-no`)).body.error.type).toBe('resource_not_found_exception');
        expect((await call('HEAD', `/_index_template/${run}-no`)).status).toBe(404);
        expect((await call('HEAD', `/_index_template/${run}`)).status).toBe(200);
        expect((await call('HEAD', `/${run}-no`)).status).toBe(404);
        expect((await call('HEAD', `/${one}`)).status).toBe(200);
        const { status, body } = await call('POST', `/${run}-no/_search`, {});
        expect([status, body.error.type, body.error.reason, body.error.index]).toEqual([
          404,
          'index_not_found_exception',
          `no such index [${run}-no]`,
          `${run}-no`,
        ]);
        expect((await call('DELETE', `/${run}-no`)).status).toBe(404);
      });

      it('creates, describes and deletes an index', async () => {
        const created = await call('PUT', `/${run}-made`, {});
        expect(created).toEqual({
          status: 200,
          body: { acknowledged: true, shards_acknowledged: true, index: `${run}-made` },
        });
        const again = await call('PUT', `/${run}-made`, {});
        expect([again.status, again.body.error.type]).toEqual([400, 'resource_already_exists_exception']);
        const { body } = await call('GET', `/${run}-made`);
        expect(body[`${run}-made`].mappings.properties.severity).toEqual({ type: 'byte' });
        expect(body[`${run}-made`].settings.index.provided_name).toBe(`${run}-made`);
        expect(
          (await call('PUT', `/${run}-made/_mapping`, { properties: { extra: { type: 'keyword' } } })).body,
        ).toEqual({ acknowledged: true });
        const clash = await call('PUT', `/${run}-made/_mapping`, { properties: { extra: { type: 'double' } } });
        expect([clash.status, clash.body.error.type]).toEqual([400, 'illegal_argument_exception']);
        expect((await call('DELETE', `/${run}-made`)).body).toEqual({ acknowledged: true });
        expect((await call('PUT', `/${run}-Bad`, {})).body.error.type).toBe('invalid_index_name_exception');
        expect((await call('PUT', `/${run}-odd`, { settings: { index: { nonsense: 1 } } })).body.error.type).toBe(
          'illegal_argument_exception',
        );
      });

      it('lists indices with their documents', async () => {
        const { body } = await call('GET', `/_cat/indices/${run}-data-*?format=json&h=index,docs.count,pri&s=index`);
        expect(body).toEqual([
          { index: one, 'docs.count': '5', pri: '1' },
          { index: two, 'docs.count': '3', pri: '1' },
        ]);
      });

      it('tells who it is and how it does', async () => {
        expect((await call('GET', '/')).body.version.number).toBe('2.19.1');
        expect((await call('GET', '/_cluster/health')).body).toMatchObject({ number_of_nodes: 1, timed_out: false });
      });
    });

    describe('writing', () => {
      const bulk = `${run}-bulk`;
      const act = async (action: string, id: string | undefined, source?: Json, query = ''): Promise<Json> => {
        const lines = `${JSON.stringify({ [action]: { _index: bulk, ...(id === undefined ? {} : { _id: id }) } })}\n${source === undefined ? '' : `${typeof source === 'string' ? source : JSON.stringify(source)}\n`}`;
        const { status, body } = await call('POST', `/_bulk${query}`, lines);
        expect(status, JSON.stringify(body)).toBe(200);
        return body.items[0][action];
      };

      it('creates once, and says who holds the id', async () => {
        expect(await act('create', 'c', { id: 'c' })).toMatchObject({
          _index: bulk,
          _id: 'c',
          _version: 1,
          result: 'created',
          status: 201,
        });
        const again = await act('create', 'c', { id: 'c' });
        expect(again).toMatchObject({
          status: 409,
          error: { type: 'version_conflict_engine_exception', index: bulk, shard: '0' },
        });
        expect(again.error.reason).toBe('[c]: version conflict, document already exists (current version [1])');
        const twice = `${JSON.stringify({ create: { _id: 'e' } })}\n{"id":"e"}\n`.repeat(2);
        const { body } = await call('POST', `/${bulk}/_bulk`, twice);
        expect([body.errors, ...body.items.map((item: Json) => item.create.status)]).toEqual([true, 201, 409]);
      });

      it('counts versions through index, update, delete and create', async () => {
        const versions: Json[] = [];
        const note = (item: Json) => versions.push([item.status, item.result, item._version]);
        note(await act('index', 'v', { id: 'v', event: 'a' }));
        note(await act('index', 'v', { id: 'v', event: 'b' }));
        note(await act('update', 'v', { doc: { event: 'c' } }));
        note(await act('update', 'v', { doc: { event: 'c' } }));
        note(await act('delete', 'v'));
        note(await act('delete', 'v'));
        note(await act('create', 'v', { id: 'v' }));
        expect(versions).toEqual([
          [201, 'created', 1],
          [200, 'updated', 2],
          [200, 'updated', 3],
          [200, 'noop', 3],
          [200, 'deleted', 4],
          [404, 'not_found', 5],
          [201, 'created', 6],
        ]);
        expect(await act('update', 'missing', { doc: {} })).toMatchObject({
          status: 404,
          error: { type: 'document_missing_exception', reason: '[missing]: document missing' },
        });
        expect((await act('index', undefined, { id: 'x' }))._id).toMatch(/^[\w-]{20}$/);
      });

      it('merges objects in an update, and replaces everything else', async () => {
        await act('index', 'm', { id: 'm', deep: { a: 1, b: [1, 2] }, event: 'x' });
        await act('update', 'm', { doc: { deep: { b: [3], c: null }, other: true } });
        expect((await call('GET', `/${bulk}/_doc/m`)).body._source).toEqual({
          id: 'm',
          deep: { a: 1, b: [3], c: null },
          event: 'x',
          other: true,
        });
      });

      it.each([
        ['severity', 'loud', 'mapper_parsing_exception', 'number_format_exception'],
        ['severity', 128, 'mapper_parsing_exception', 'illegal_argument_exception'],
        ['time', 'yesterday', 'mapper_parsing_exception', 'illegal_argument_exception'],
        ['time', '2026-13-01', 'mapper_parsing_exception', 'illegal_argument_exception'],
        ['time', '1969-12-31T23:59:59Z', 'mapper_parsing_exception', 'illegal_argument_exception'],
        ['time', '2262-04-12T00:00:00Z', 'mapper_parsing_exception', 'illegal_argument_exception'],
        ['n0', 'many', 'mapper_parsing_exception', 'number_format_exception'],
        ['kv', { a: 1 }, 'mapper_parsing_exception', 'illegal_state_exception'],
        ['kv', ['x'.repeat(33_000)], 'illegal_argument_exception', 'max_bytes_length_exceeded_exception'],
      ])('refuses %s = %j alone, and takes its neighbours', async (field, value, type, cause) => {
        const lines = [{ id: 'good' }, { id: 'bad', [field]: value }, { id: 'good' }]
          .map((source) => `{"index":{"_id":"${source.id}"}}\n${JSON.stringify(source)}\n`)
          .join('');
        const { body } = await call('POST', `/${bulk}/_bulk`, lines);
        expect(body.errors).toBe(true);
        expect(body.items[1].index).toMatchObject({
          _id: 'bad',
          status: 400,
          error: { type, caused_by: { type: cause } },
        });
        expect([body.items[0].index.status, body.items[2].index.status]).toEqual([expect.any(Number), 200]);
      });

      it('takes numbers and dates in their other spellings', async () => {
        const sources = [
          { severity: '5' },
          { severity: 5.9 },
          { severity: null },
          { n0: '1e3' },
          { time: '2026' },
          { time: '2026-01-01T10:00:00+02:00' },
          { kv: [1, true, null, ['nested']] },
          { n1: [] },
        ];
        const lines = sources
          .map((source, index) => `{"index":{"_id":"s${index}"}}\n${JSON.stringify(source)}\n`)
          .join('');
        const { body } = await call('POST', `/${bulk}/_bulk?refresh=true`, lines);
        expect(body.errors, JSON.stringify(body)).toBe(false);
        const keptIn = async (query: Json) =>
          (await search({ query, size: 100, sort: ['_doc'] }, bulk)).hits.hits.map((hit: Json) => hit._id).sort();
        expect(await keptIn({ term: { severity: 5 } })).toEqual(['s0', 's1']);
        expect(await keptIn({ range: { time: { gte: '2026-01-01T08:00:00Z', lte: '2026-01-01T08:00:00Z' } } })).toEqual(
          ['s5'],
        );
        expect(await keptIn({ terms: { kv: ['1', 'true', 'nested'] } })).toEqual(['s6']);
        expect(await keptIn({ range: { n0: { gte: 1000 } } })).toEqual(['s3']);
      });

      it.each([
        ['', 'parse_exception'],
        ['{"create":{"_index":"x-y"}}\n{}', 'illegal_argument_exception'],
        ['{"paint":{"_index":"x-y"}}\n{}\n', 'illegal_argument_exception'],
        ['{"create":{"_index":"x-y","_colour":1}}\n{}\n', 'illegal_argument_exception'],
        ['{"delete":{"_index":"x-y"}}\n', 'action_request_validation_exception'],
      ])('refuses the whole body %j', async (lines, type) => {
        const { status, body } = await call('POST', '/_bulk', lines);
        expect([status, body.error.type]).toEqual([400, type]);
      });

      it('shows a document to GET at once, to searches after a refresh', async () => {
        const quiet = `${run}-quiet`;
        await call('PUT', `/${quiet}`, { settings: { index: { refresh_interval: '-1' } } });
        await call(
          'POST',
          `/${quiet}/_bulk`,
          '{"create":{"_id":"r"}}\n{"id":"r","event":"{ \\"x\\" : 1.0 }","words":["w"]}\n',
        );
        const { status, body } = await call('GET', `/${quiet}/_doc/r`);
        expect([status, body.found, body._version, body._seq_no, body._primary_term]).toEqual([200, true, 1, 0, 1]);
        expect(body._source).toEqual({ id: 'r', event: '{ "x" : 1.0 }' });
        expect((await call('POST', `/${quiet}/_count`, {})).body.count).toBe(0);
        expect((await call('POST', `/${quiet}/_refresh`)).body._shards.failed).toBe(0);
        expect((await call('POST', `/${quiet}/_count`, {})).body.count).toBe(1);
        const missing = await call('GET', `/${quiet}/_doc/no`);
        expect(missing).toEqual({ status: 404, body: { _index: quiet, _id: 'no', found: false } });
        expect((await call('GET', `/${run}-no/_doc/r`)).body.error.type).toBe('index_not_found_exception');
      });

      it('makes a write visible before it answers with wait_for', async () => {
        const { body } = await call(
          'POST',
          `/${run}-wait/_bulk?refresh=wait_for`,
          '{"create":{"_id":"w"}}\n{"id":"w"}\n',
        );
        expect(body.errors).toBe(false);
        expect((await call('POST', `/${run}-wait/_count`, {})).body.count).toBe(1);
      });

      it('shows a replaced document once, and a deleted one not at all', async () => {
        const index = `${run}-replace`;
        const count = async () =>
          (await call('POST', `/${index}/_search`, { size: 10, sort: ['id'] })).body.hits.hits.map((hit: Json) => [
            hit._id,
            hit._source.event,
          ]);
        await call(
          'POST',
          `/${index}/_bulk?refresh=true`,
          '{"index":{"_id":"1"}}\n{"id":"1","event":"a"}\n{"index":{"_id":"2"}}\n{"id":"2","event":"a"}\n',
        );
        await call(
          'POST',
          `/${index}/_bulk?refresh=true`,
          '{"index":{"_id":"1"}}\n{"id":"1","event":"b"}\n{"index":{"_id":"1"}}\n{"id":"1","event":"c"}\n',
        );
        expect(await count()).toEqual([
          ['1', 'c'],
          ['2', 'a'],
        ]);
        await call('POST', `/${index}/_bulk?refresh=true`, '{"delete":{"_id":"1"}}\n');
        expect(await count()).toEqual([['2', 'a']]);
      });

      it('loses what _source leaves out when it updates', async () => {
        const index = `${run}-lost`;
        await call(
          'POST',
          `/${index}/_bulk?refresh=true`,
          '{"index":{"_id":"1"}}\n{"id":"1","event":"a","kv":["k"]}\n',
        );
        await call('POST', `/${index}/_bulk?refresh=true`, '{"update":{"_id":"1"}}\n{"doc":{"event":"b"}}\n');
        expect((await call('POST', `/${index}/_count`, { query: { term: { kv: 'k' } } })).body.count).toBe(0);
        expect((await call('POST', `/${index}/_count`, { query: { term: { id: '1' } } })).body.count).toBe(1);
      });

      it('deletes by query', async () => {
        const index = `${run}-dbq`;
        const lines = ['1', '2', '3']
          .map((id) => `{"index":{"_id":"${id}"}}\n{"id":"${id}","project":"${id === '3' ? 'q' : 'p'}"}\n`)
          .join('');
        await call('POST', `/${index}/_bulk?refresh=true`, lines);
        const { status, body } = await call('POST', `/${index}/_delete_by_query?conflicts=proceed&refresh=true`, {
          query: { term: { project: 'p' } },
        });
        expect([status, body.total, body.deleted, body.version_conflicts, body.failures, body.timed_out]).toEqual([
          200,
          2,
          2,
          0,
          [],
          false,
        ]);
        expect((await call('POST', `/${index}/_count`, {})).body.count).toBe(1);
        expect((await call('POST', `/${index}/_delete_by_query`, {})).body.error.type).toBe(
          'action_request_validation_exception',
        );
      });

      it('keeps only what filter_path names', async () => {
        const { body } = await call(
          'POST',
          `/${bulk}/_bulk?filter_path=errors,items.*.status`,
          '{"index":{"_id":"f"}}\n{"id":"f"}\n',
        );
        expect(body).toEqual({ errors: false, items: [{ index: { status: 201 } }] });
        const { body: found } = await call('POST', `/${one}/_search?filter_path=hits.hits._id,-**.failed`, {
          query: { ids: { values: ['d0'] } },
        });
        expect(found).toEqual({ hits: { hits: [{ _id: 'd0' }] } });
      });
    });

    describe('queries', () => {
      const term = (value: string) => ({ term: { words: value } });
      it.each<[name: string, query: Json, ids: string]>([
        ['match_all', { match_all: {} }, 'd0 d1 d2 d3 d4 d5 d6 d7'],
        ['match_none', { match_none: {} }, ''],
        ['term on a keyword', { term: { project: 'q' } }, 'd4 d5 d6'],
        ['term with value', { term: { project: { value: 'p' } } }, 'd0 d1 d2 d3'],
        ['term is case-sensitive', { term: { kv: 'a\0X' } }, 'd5'],
        ['term on a byte', { term: { severity: 17 } }, 'd1 d2'],
        ['term on a byte as text', { term: { severity: '-3' } }, 'd7'],
        ['term on a byte with a fraction', { term: { severity: 9.5 } }, ''],
        ['term on a double', { term: { n0: 1.5 } }, 'd0 d6'],
        ['term on one of several doubles', { term: { n1: 3 } }, 'd1'],
        ['term on a word', term('html'), 'd0 d1'],
        ['term on a date', { term: { time: '2026-01-02T00:00:00Z' } }, 'd5'],
        ['term on a day', { term: { time: '2026-01-02' } }, 'd5 d6'],
        ['term on an unmapped field', { term: { nowhere: 'x' } }, ''],
        ['terms', { terms: { kv: ['a\0y', 'a\0z', 'never'] } }, 'd1 d2 d3'],
        ['terms on numbers', { terms: { severity: [1, '21'] } }, 'd4 d5'],
        ['terms of none', { terms: { kv: [] } }, ''],
        ['ids', { ids: { values: ['d1', 'd6', 'no'] } }, 'd1 d6'],
        ['exists keyword', { exists: { field: 'kv' } }, 'd0 d1 d2 d3 d4 d5 d6'],
        ['exists date', { exists: { field: 'time' } }, 'd0 d1 d2 d3 d4 d5 d6'],
        ['exists double', { exists: { field: 'n1' } }, 'd1'],
        ['exists text', { exists: { field: 'words' } }, 'd0 d1 d2 d3 d4 d6 d7'],
        ['exists unmapped', { exists: { field: 'nowhere' } }, ''],
        ['prefix', { prefix: { kv: 'a\0' } }, 'd0 d1 d2 d3 d4 d5'],
        ['prefix with value', { prefix: { kv: { value: 'ab\0' } } }, 'd6'],
        ['prefix of nothing', { prefix: { kv: '' } }, 'd0 d1 d2 d3 d4 d5 d6'],
        ['prefix on words', { prefix: { words: 'ht' } }, 'd0 d1'],
        ['wildcard star', { wildcard: { kv: { value: 'b\0*a*' } } }, 'd0 d1 d2'],
        ['wildcard question mark is one code point', { wildcard: { kv: { value: 'b\0?' } } }, 'd3 d4'],
        ['wildcard escapes', { wildcard: { kv: { value: 'b\0\\*literal\\?' } } }, 'd1'],
        ['wildcard escaped backslash', { wildcard: { kv: { value: 'b\0back\\\\*' } } }, 'd2'],
        ['wildcard without a wildcard', { wildcard: { kv: { value: 'a\0x' } } }, 'd0 d3 d4'],
        ['wildcard case-insensitive', { wildcard: { kv: { value: 'A\0X*', case_insensitive: true } } }, 'd0 d3 d4 d5'],
        [
          'wildcard case-insensitive folds ASCII only',
          { wildcard: { kv: { value: 'b\0STRA\u1E9Ee', case_insensitive: true } } },
          '',
        ],
        [
          'wildcard case-insensitive leaves escaped letters',
          { wildcard: { kv: { value: 'A\0\\X', case_insensitive: true } } },
          'd5',
        ],
        ['wildcard on words', { wildcard: { words: { value: 'i*x' } } }, 'd0 d1'],
        ['range on a keyword goes by bytes', { range: { kv: { gte: 'b\0\u{FFFF}', lt: 'b\x01' } } }, 'd3'],
        ['range on a keyword, half-width tilde', { range: { kv: { gt: 'b\0\u9999', lte: 'b\0\uFF5E' } } }, 'd4'],
        ['range on a keyword, open', { range: { kv: { gt: 'b\0' } } }, 'd0 d1 d2 d3 d4 d6'],
        ['range on encoded numbers', { range: { kv: { gte: 'n\x01b', lt: 'n\x01c' } } }, 'd0'],
        ['range on words', { range: { words: { gte: 'x' } } }, 'd6'],
        ['range on a byte', { range: { severity: { gt: 0, lte: 17 } } }, 'd0 d1 d2 d3 d5'],
        ['range on a byte with a fraction', { range: { severity: { gt: 8.5, lt: 9.5 } } }, 'd0 d3'],
        ['range on a double', { range: { n0: { gt: 1.5 } } }, 'd1 d4'],
        ['range on several doubles', { range: { n1: { gt: 1, lt: 4 } } }, 'd1'],
        ['range without bounds', { range: { n0: {} } }, 'd0 d1 d2 d3 d4 d6'],
        ['range upside down', { range: { n0: { gt: 5, lt: 1 } } }, ''],
        [
          'range on nanoseconds',
          { range: { time: { gt: '2026-01-01T00:00:00.000000000Z', lt: '2026-01-01T01:00:00.000000000Z' } } },
          'd1 d2',
        ],
        [
          'range closed',
          { range: { time: { gte: '2026-01-01T00:00:00.000000001Z', lte: '2026-01-01T01:00:00Z' } } },
          'd1 d2 d3',
        ],
        [
          'range rounds an upper day up',
          { range: { time: { gte: '2026-01-01', lte: '2026-01-01' } } },
          'd0 d1 d2 d3 d4',
        ],
        ['range gt of a day is behind it', { range: { time: { gt: '2026-01-01' } } }, 'd5 d6'],
        ['range lt of a day is before it', { range: { time: { lt: '2026-01-02' } } }, 'd0 d1 d2 d3 d4'],
        ['range with a format', { range: { time: { gte: 1767312000000, format: 'epoch_millis' } } }, 'd5 d6'],
        [
          'range from before the epoch',
          { range: { time: { gte: '1970-01-01T00:00:00Z', lt: '2262-01-01T00:00:00Z' } } },
          'd0 d1 d2 d3 d4 d5 d6',
        ],
        ['phrase', { match_phrase: { words: 'index html' } }, 'd0 d1'],
        ['phrase with query', { match_phrase: { words: { query: 'get index' } } }, 'd0'],
        ['phrase not over the gap', { match_phrase: { words: 'data index' } }, ''],
        ['phrase not over the gap, at the first value', { match_phrase: { words: 'html ok' } }, ''],
        ['phrase of one word', { match_phrase: { words: 'ok' } }, 'd0 d4 d6'],
        ['phrase with repeated words', { match_phrase: { words: 'a b c' } }, 'd2'],
        ['phrase of a word twice', { match_phrase: { words: 'a b a b' } }, 'd2'],
        ['phrase of nothing', { match_phrase: { words: ' ' } }, ''],
        ['phrase of emoji', { match_phrase: { words: '\u{1F600} é' } }, 'd6'],
        [
          'bool must and filter',
          { bool: { must: [{ term: { project: 'p' } }], filter: { term: { severity: 17 } } } },
          'd1 d2',
        ],
        ['bool should alone needs one', { bool: { should: [term('data'), term('c')] } }, 'd1 d2 d3'],
        [
          'bool should beside filter needs none',
          { bool: { filter: [{ term: { project: 'p' } }], should: [term('data')] } },
          'd0 d1 d2 d3',
        ],
        [
          'bool minimum',
          {
            bool: { filter: [{ term: { project: 'p' } }], should: [term('data'), term('c')], minimum_should_match: 1 },
          },
          'd1 d2 d3',
        ],
        [
          'bool minimum of two',
          { bool: { should: [term('a'), term('b'), term('get')], minimum_should_match: 2 } },
          'd2 d3',
        ],
        [
          'bool minimum counted back',
          { bool: { should: [term('a'), term('b'), term('get')], minimum_should_match: -1 } },
          'd2 d3',
        ],
        ['bool minimum too high', { bool: { should: [term('a')], minimum_should_match: 2 } }, ''],
        ['bool must_not', { bool: { must_not: [{ exists: { field: 'n0' } }] } }, 'd5 d7'],
        [
          'bool nested',
          { bool: { must_not: { bool: { should: [{ term: { project: 'p' } }, { term: { project: 'q' } }] } } } },
          'd7',
        ],
        ['bool of nothing', { bool: {} }, 'd0 d1 d2 d3 d4 d5 d6 d7'],
        ['constant_score', { constant_score: { filter: { term: { project: 'r' } } } }, 'd7'],
      ])('%s', async (_name, query, ids) => {
        expect(await kept(query)).toBe(ids);
        const { body } = await call('POST', `/${run}-data-*/_count`, {
          query: { bool: { filter: [query, { terms: { id: DOCUMENTS.map(({ id }) => id) } }] } },
        });
        expect(body.count).toBe(ids === '' ? 0 : ids.split(' ').length);
      });

      it.each<[body: Json, refused: string]>([
        [{ query: { nonsense: {} } }, '400 parsing_exception'],
        [{ query: { term: { a: 1, b: 2 } } }, '400 parsing_exception'],
        [{ query: { term: { a: { colour: 1 } } } }, '400 parsing_exception'],
        [{ query: { match_all: {}, match_none: {} } }, '400 parsing_exception'],
        [{ query: { range: { time: { above: 1 } } } }, '400 parsing_exception'],
        [{ query: { bool: { perhaps: [] } } }, '400 x_content_parse_exception'],
        [{ query: { terms: { kv: 'x' } } }, '400 parsing_exception'],
        [{ query: { term: { severity: 'loud' } } }, '400 search_phase_execution_exception/query_shard_exception'],
        [{ query: { range: { time: { gte: 'never' } } } }, '400 search_phase_execution_exception/parse_exception'],
        [
          { query: { wildcard: { severity: { value: '1*' } } } },
          '400 search_phase_execution_exception/query_shard_exception',
        ],
        [{ nonsense: 1 }, '400 parsing_exception'],
        [{ size: -5 }, '400 illegal_argument_exception'],
        [{ size: 10_001 }, '400 search_phase_execution_exception/illegal_argument_exception'],
        [{ from: 9_999, size: 2 }, '400 search_phase_execution_exception/illegal_argument_exception'],
        [{ sort: ['nowhere'] }, '400 search_phase_execution_exception/query_shard_exception'],
        [{ sort: ['words'] }, '400 search_phase_execution_exception/illegal_argument_exception'],
        [{ sort: [{ time: { order: 'sideways' } }] }, '400 x_content_parse_exception'],
        [{ sort: [{ time: { format: 'epoch_millis' } }] }, '400 x_content_parse_exception'],
        [{ sort: ['time'], search_after: [1, 2] }, '400 search_phase_execution_exception/illegal_argument_exception'],
        [
          { sort: ['time'], search_after: ['1767225600000000000'] },
          '400 search_phase_execution_exception/parse_exception',
        ],
        [{ search_after: [1] }, '400 search_phase_execution_exception/illegal_argument_exception'],
        [{ aggs: { a: { nonsense: {} } } }, '400 parsing_exception'],
        [
          { aggs: { a: { terms: { field: 'words' } } } },
          '400 search_phase_execution_exception/illegal_argument_exception',
        ],
        [
          { aggs: { a: { max: { field: 'n0' }, aggs: { b: { max: { field: 'n0' } } } } } },
          '500 aggregation_initialization_exception',
        ],
        [
          { aggs: { a: { terms: { field: 'kv', order: { nowhere: 'asc' } } } } },
          '500 search_phase_execution_exception/aggregation_execution_exception',
        ],
        [{ aggs: { a: { terms: { field: 'kv', size: 0 } } } }, '400 x_content_parse_exception'],
        [
          { aggs: { a: { date_histogram: { field: 'time', fixed_interval: 'often' } } } },
          '400 x_content_parse_exception',
        ],
        [
          { aggs: { a: { date_histogram: { field: 'kv', fixed_interval: '1h' } } } },
          '400 search_phase_execution_exception/illegal_argument_exception',
        ],
        [{ aggs: { a: { terms: { field: 'kv', colour: 1 } } } }, '400 x_content_parse_exception'],
        [
          { query: { range: { time: { gte: '1960-01-01' } } } },
          '400 search_phase_execution_exception/illegal_argument_exception',
        ],
        [{ aggs: { a: { sum: { field: 'kv' } } } }, '400 search_phase_execution_exception/illegal_argument_exception'],
        [{ pit: { id: 'AAAA', keep_alive: '1m' } }, '400 action_request_validation_exception'],
      ])('refuses %j', async (body, refused) => {
        expect(await refusal(body)).toBe(refused);
      });
    });

    describe('order and pages', () => {
      const sortsOf = async (sort: Json): Promise<string> => idsOf(await search({ size: 100, sort })).join(' ');
      it.each<[sort: Json, ids: string]>([
        [[{ time: 'desc' }], 'd6 d5 d4 d3 d2 d1 d0 d7'],
        [[{ time: 'asc' }], 'd0 d1 d2 d3 d4 d5 d6 d7'],
        [[{ time: { order: 'asc', missing: '_first' } }], 'd7 d0 d1 d2 d3 d4 d5 d6'],
        [[{ time: { order: 'desc', missing: '_first' } }], 'd7 d6 d5 d4 d3 d2 d1 d0'],
        [[{ severity: 'desc' }, { time: { order: 'desc', missing: '_last' } }], 'd4 d2 d1 d3 d0 d5 d6 d7'],
        [[{ n0: 'asc' }, 'id'], 'd2 d3 d0 d6 d1 d4 d5 d7'],
        [[{ n0: 'desc' }, { id: 'desc' }], 'd4 d1 d6 d0 d3 d2 d7 d5'],
        [[{ n0: { order: 'asc', missing: 2 } }, 'id'], 'd2 d3 d0 d6 d5 d7 d1 d4'],
        [[{ kv: 'asc' }, 'id'], 'd5 d0 d3 d4 d1 d2 d6 d7'],
        [[{ kv: { order: 'desc', missing: '_first' } }, 'id'], 'd7 d0 d3 d4 d6 d2 d1 d5'],
        [[{ project: 'desc' }, { severity: 'asc' }, 'id'], 'd7 d6 d5 d4 d0 d3 d1 d2'],
        [[{ time: { order: 'asc', numeric_type: 'date' } }, { id: 'desc' }], 'd1 d0 d2 d3 d4 d5 d6 d7'],
      ])('sorts by %j', async (sort, ids) => {
        expect(await sortsOf(sort)).toBe(ids);
      });

      it('shows nanoseconds as one number, and what stands for a missing value', async () => {
        const response = await engineOf.send(
          'POST',
          `/${run}-data-*/_search`,
          JSON.stringify({
            size: 100,
            sort: [{ time: 'asc' }, { severity: 'asc' }, { n0: 'desc' }, { project: 'asc' }],
          }),
        );
        const text = await response.text();
        const sorts = [...text.matchAll(/"sort":(\[[^\]]*\])/g)].map((match) =>
          (match[1] ?? '').replaceAll('.0,', ','),
        );
        expect(sorts[1]).toBe('[1767225600000000001,17,2.5,"p"]');
        expect(sorts[5]).toBe('[1767312000000000000,1,"-Infinity","q"]');
        expect(sorts[7]).toBe('[9223372036854775807,-3,"-Infinity","r"]');
        const descending = await (
          await engineOf.send(
            'POST',
            `/${run}-data-*/_search`,
            JSON.stringify({ size: 100, sort: [{ time: 'desc' }, { kv: 'desc' }, { n0: 'asc' }] }),
          )
        ).text();
        expect(descending).toContain('[-9223372036854775808,null,"Infinity"]');
      });

      it.each<[sort: Json, time: (nanos: string) => Json]>([
        [[{ time: 'desc' }, { id: 'asc' }], (iso) => iso],
        [[{ time: 'asc' }, { id: 'asc' }], (iso) => iso],
      ])('pages by %j without skipping or repeating', async (sort, after) => {
        const all = (await sortsOf(sort)).split(' ').filter((id) => id !== 'd7');
        const seen: string[] = [];
        let searchAfter: Json;
        for (let page = 0; page < 10; page++) {
          const answer = await search({
            size: 2,
            query: { exists: { field: 'time' } },
            sort,
            docvalue_fields: [{ field: 'time', format: 'strict_date_optional_time_nanos' }],
            ...(searchAfter === undefined ? {} : { search_after: searchAfter }),
          });
          const last = answer.hits.hits.at(-1);
          if (last === undefined) break;
          seen.push(...idsOf(answer));
          searchAfter = [after(last.fields.time[0]), last._id];
        }
        expect(seen).toEqual(all);
      });

      it('pages by numbers, keywords and missing values alike', async () => {
        for (const sort of [
          [{ n0: 'asc' }, { id: 'asc' }],
          [{ n0: 'desc' }, { id: 'desc' }],
          [{ kv: 'asc' }, { id: 'asc' }],
          [{ kv: 'desc' }, { id: 'asc' }],
          [{ severity: 'desc' }, { project: 'asc' }, { id: 'asc' }],
        ]) {
          const seen: string[] = [];
          let after: Json;
          for (let page = 0; page < 10; page++) {
            const answer = await search({ size: 3, sort, ...(after === undefined ? {} : { search_after: after }) });
            if (answer.hits.hits.length === 0) break;
            seen.push(...idsOf(answer));
            after = answer.hits.hits.at(-1).sort;
          }
          expect(seen.join(' '), JSON.stringify(sort)).toBe(await sortsOf(sort));
        }
      });

      it('cuts pages by from and size', async () => {
        expect(idsOf(await search({ from: 2, size: 3, sort: ['id'] }))).toEqual(['d2', 'd3', 'd4']);
        expect(idsOf(await search({ from: 7, size: 3, sort: ['id'] }))).toEqual(['d7']);
      });

      it('counts exactly, up to a number, or not at all', async () => {
        expect((await search({ size: 0 })).hits.total).toEqual({ value: 8, relation: 'eq' });
        expect((await search({ size: 0, track_total_hits: true })).hits.total).toEqual({ value: 8, relation: 'eq' });
        expect((await search({ size: 0, track_total_hits: false })).hits.total).toBeUndefined();
        expect((await search({ size: 1, sort: ['id'] })).hits.max_score).toBeNull();
      });

      it('shows the source whole, in part or not at all, and doc values in their formats', async () => {
        const hit = async (body: Json) =>
          (await search({ query: { ids: { values: ['d1'] } }, sort: ['id'], ...body })).hits.hits[0];
        expect((await hit({}))._source).toEqual({
          id: 'd1',
          project: 'p',
          time: '2026-01-01T00:00:00.000000001Z',
          severity: 17,
          event: EVENT,
        });
        expect(await hit({ _source: false })).toEqual({ _index: one, _id: 'd1', _score: null, sort: ['d1'] });
        expect((await hit({ _source: ['event', 'no'] }))._source).toEqual({ event: EVENT });
        expect((await hit({ _source: 'severity' }))._source).toEqual({ severity: 17 });
        expect((await hit({ _source: { excludes: ['event'] } }))._source).not.toHaveProperty('event');
        expect(await hit({ stored_fields: [] })).not.toHaveProperty('_source');
        const { fields } = await hit({
          _source: false,
          docvalue_fields: ['kv', 'n0', 'n1', 'severity', 'time', { field: 'observed', format: 'epoch_millis' }],
        });
        expect(fields).toEqual({
          kv: ['a\0y', 'b\0*literal?'],
          n0: [2.5],
          n1: [1, 3],
          severity: [17],
          time: ['2026-01-01T00:00:00.000000001Z'],
        });
        const [whole] = (
          await search({
            query: { ids: { values: ['d5'] } },
            docvalue_fields: ['time', { field: 'time', format: 'epoch_millis' }],
          })
        ).hits.hits;
        expect(whole.fields.time).toHaveLength(2);
        const {
          _version: version,
          _seq_no: seq,
          _primary_term: primary,
        } = await hit({ version: true, seq_no_primary_term: true });
        expect([version, seq, primary]).toEqual([1, 1, 1]);
      });
    });

    describe('aggregations', () => {
      const terms = (field: string, more: Json = {}) => ({ a: { terms: { field, ...more } } });
      const bucketsOf = (answer: Json): Json => answer.a.buckets.map((bucket: Json) => [bucket.key, bucket.doc_count]);

      it('counts terms, most frequent first, ties by key', async () => {
        const answer = await aggregate(terms('project'));
        expect(answer.a).toEqual({
          doc_count_error_upper_bound: 0,
          sum_other_doc_count: 0,
          buckets: [
            { key: 'p', doc_count: 4 },
            { key: 'q', doc_count: 3 },
            { key: 'r', doc_count: 1 },
          ],
        });
        expect(bucketsOf(await aggregate(terms('severity')))).toEqual([
          [9, 2],
          [17, 2],
          [-3, 1],
          [0, 1],
          [1, 1],
          [21, 1],
        ]);
        expect((await aggregate(terms('kv', { size: 2 }))).a.sum_other_doc_count).toBe(11);
        expect(bucketsOf(await aggregate(terms('n1')))).toEqual([
          [1, 1],
          [3, 1],
        ]);
        expect(bucketsOf(await aggregate(terms('nowhere')))).toEqual([]);
      });

      it.each<[include: Json, buckets: Json]>([
        [
          'a\0.*',
          [
            ['a\0x', 3],
            ['a\0y', 2],
            ['a\0X', 1],
            ['a\0z', 1],
          ],
        ],
        ['b\0b.*', [['b\0back\\slash', 1]]],
        ['b\0back\\\\slash', [['b\0back\\slash', 1]]],
        ['b\0\\*literal\\?', [['b\0*literal?', 1]]],
        ['a\0', []],
        [
          ['a\0y', 'a\0z', 'no'],
          [
            ['a\0y', 2],
            ['a\0z', 1],
          ],
        ],
      ])('includes %j', async (include, buckets) => {
        expect(bucketsOf(await aggregate(terms('kv', { include })))).toEqual(buckets);
      });

      it('orders terms by key, by count and by a metric', async () => {
        expect(bucketsOf(await aggregate(terms('project', { order: { _key: 'desc' } })))).toEqual([
          ['r', 1],
          ['q', 3],
          ['p', 4],
        ]);
        expect(bucketsOf(await aggregate(terms('project', { order: { _count: 'asc' }, size: 1 })))).toEqual([['r', 1]]);
        expect(bucketsOf(await aggregate(terms('kv', { order: { _key: 'desc' }, include: 'b\0.*', size: 2 })))).toEqual(
          [
            ['b\0\u{1F600}', 1],
            ['b\0\uFF5E', 1],
          ],
        );
        expect(bucketsOf(await aggregate(terms('project', { min_doc_count: 3 })))).toEqual([
          ['p', 4],
          ['q', 3],
        ]);
        const nested = {
          a: { terms: { field: 'project', order: { m: 'desc' } }, aggs: { m: { max: { field: 'severity' } } } },
        };
        expect((await aggregate(nested)).a.buckets.map((bucket: Json) => [bucket.key, bucket.m.value])).toEqual([
          ['q', 21],
          ['p', 17],
          ['r', -3],
        ]);
        const stats = {
          a: { terms: { field: 'project', order: { 's.min': 'asc' } }, aggs: { s: { stats: { field: 'severity' } } } },
        };
        expect(bucketsOf(await aggregate(stats)).map(([key]: Json) => key)).toEqual(['r', 'q', 'p']);
      });

      it('counts by time, gaps included', async () => {
        const hourly = {
          date_histogram: { field: 'time', fixed_interval: '12h' },
          aggs: { s: { terms: { field: 'severity' } } },
        };
        const { a } = await aggregate({ a: hourly });
        expect(a.buckets.map((bucket: Json) => [bucket.key, bucket.key_as_string, bucket.doc_count])).toEqual([
          [1767225600000, '2026-01-01T00:00:00.000Z', 5],
          [1767268800000, '2026-01-01T12:00:00.000Z', 0],
          [1767312000000, '2026-01-02T00:00:00.000Z', 1],
          [1767355200000, '2026-01-02T12:00:00.000Z', 1],
        ]);
        expect(a.buckets[0].s.buckets).toEqual([
          { key: 9, doc_count: 2 },
          { key: 17, doc_count: 2 },
          { key: 21, doc_count: 1 },
        ]);
        expect(a.buckets[1].s).toEqual({ doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets: [] });
      });

      it.each<[more: Json, buckets: Json]>([
        [
          { min_doc_count: 1 },
          [
            [1767225600000, 5],
            [1767312000000, 2],
          ],
        ],
        [
          { offset: '6h' },
          [
            [1767160800000 + 86_400_000 - 86_400_000, 5],
            [1767247200000, 1],
            [1767333600000, 1],
          ],
        ],
        [
          { extended_bounds: { min: 1767052800000, max: 1767398400000 } },
          [
            [1767052800000, 0],
            [1767139200000, 0],
            [1767225600000, 5],
            [1767312000000, 2],
            [1767398400000, 0],
          ],
        ],
        [
          { extended_bounds: { min: '2025-12-31T00:00:00Z', max: '2026-01-02T00:00:00Z' } },
          [
            [1767139200000, 0],
            [1767225600000, 5],
            [1767312000000, 2],
          ],
        ],
        [{ hard_bounds: { min: 1767312000000, max: 1767398400000 } }, [[1767312000000, 2]]],
        [
          { order: { _key: 'desc' } },
          [
            [1767312000000, 2],
            [1767225600000, 5],
          ],
        ],
      ])('counts by day with %j', async (more, buckets) => {
        expect(
          bucketsOf(await aggregate({ a: { date_histogram: { field: 'time', fixed_interval: '1d', ...more } } })),
        ).toEqual(buckets);
      });

      it('fills extended bounds when nothing matches', async () => {
        const aggs = {
          a: {
            date_histogram: {
              field: 'time',
              fixed_interval: '1d',
              extended_bounds: { min: 1767225600000, max: 1767312000000 },
            },
          },
        };
        expect(bucketsOf(await aggregate(aggs, { match_none: {} }))).toEqual([
          [1767225600000, 0],
          [1767312000000, 0],
        ]);
      });

      it('measures', async () => {
        const metrics = ['min', 'max', 'sum', 'avg', 'stats', 'value_count', 'cardinality'];
        const answer = await aggregate(
          Object.fromEntries(metrics.map((metric) => [metric, { [metric]: { field: 'n0' } }])),
        );
        expect(answer).toEqual({
          min: { value: -4 },
          max: { value: 100 },
          sum: { value: 101.5 },
          avg: { value: 101.5 / 6 },
          stats: { count: 6, min: -4, max: 100, avg: 101.5 / 6, sum: 101.5 },
          value_count: { value: 6 },
          cardinality: { value: 5 },
        });
        expect(
          await aggregate({
            n: { sum: { field: 'n1' } },
            c: { value_count: { field: 'kv' } },
            d: { cardinality: { field: 'kv', precision_threshold: 1000 } },
          }),
        ).toEqual({ n: { value: 4 }, c: { value: 16 }, d: { value: 13 } });
        const times = await aggregate({
          low: { min: { field: 'time' } },
          high: { max: { field: 'time' } },
          c: { value_count: { field: 'time' } },
        });
        expect([times.low.value_as_string, times.low.value, times.c.value]).toEqual([
          '2026-01-01T00:00:00.000Z',
          1767225600000,
          7,
        ]);
        expect(times.high.value).toBeCloseTo(1767357296123.456, 0);
      });

      it('measures nothing as nothing', async () => {
        const metrics = ['min', 'max', 'sum', 'avg', 'stats', 'value_count', 'cardinality', 'percentiles'];
        const answer = await aggregate(
          Object.fromEntries(
            metrics.map((metric) => [
              metric,
              { [metric]: { field: 'n0', ...(metric === 'percentiles' ? { percents: [50] } : {}) } },
            ]),
          ),
          { match_none: {} },
        );
        expect(answer).toEqual({
          min: { value: null },
          max: { value: null },
          sum: { value: 0 },
          avg: { value: null },
          stats: { count: 0, min: null, max: null, avg: null, sum: 0 },
          value_count: { value: 0 },
          cardinality: { value: 0 },
          percentiles: { values: { '50.0': null } },
        });
      });

      it('interpolates percentiles', async () => {
        const { a, b } = await aggregate({
          a: { percentiles: { field: 'n0', percents: [0, 25, 50, 90, 99.9, 100] } },
          b: { percentiles: { field: 'n0', percents: [50], keyed: false } },
        });
        expect(Object.keys(a.values)).toEqual(['0.0', '25.0', '50.0', '90.0', '99.9', '100.0']);
        expect(Object.values(a.values)).toEqual([-4, 0, 1.5, expect.closeTo(90.25, 6), 100, 100]);
        expect(b.values).toEqual([{ key: 50, value: 1.5 }]);
      });

      it('cuts into ranges, filters and what is missing', async () => {
        const answer = await aggregate({
          r: {
            range: { field: 'severity', ranges: [{ to: 9 }, { from: 9, to: 17 }, { key: 'high', from: 17 }] },
            aggs: { n: { sum: { field: 'n0' } } },
          },
          f: { filter: { term: { project: 'p' } }, aggs: { n: { max: { field: 'n0' } } } },
          k: { filters: { filters: { ok: { term: { words: 'ok' } }, none: { match_none: {} } } } },
          l: { filters: { filters: [{ term: { project: 'q' } }], other_bucket: true } },
          m: { missing: { field: 'n0' } },
        });
        expect(answer.r.buckets).toEqual([
          { key: '*-9.0', to: 9, doc_count: 3, n: { value: 1.5 } },
          { key: '9.0-17.0', from: 9, to: 17, doc_count: 2, n: { value: 1.5 } },
          { key: 'high', from: 17, doc_count: 3, n: { value: 98.5 } },
        ]);
        expect(answer.f).toEqual({ doc_count: 4, n: { value: 2.5 } });
        expect(answer.k.buckets).toEqual({ ok: { doc_count: 3 }, none: { doc_count: 0 } });
        expect(answer.l.buckets).toEqual([{ doc_count: 3 }, { doc_count: 5 }]);
        expect(answer.m).toEqual({ doc_count: 2 });
      });

      it('walks composite buckets page by page', async () => {
        const sources = [
          { p: { terms: { field: 'project' } } },
          { d: { date_histogram: { field: 'time', fixed_interval: '1d' } } },
        ];
        const first = await aggregate({
          a: { composite: { size: 2, sources }, aggs: { s: { max: { field: 'severity' } } } },
        });
        expect(first.a.buckets).toEqual([
          { key: { p: 'p', d: 1767225600000 }, doc_count: 4, s: { value: 17 } },
          { key: { p: 'q', d: 1767225600000 }, doc_count: 1, s: { value: 21 } },
        ]);
        const next = await aggregate({ a: { composite: { size: 2, sources, after: first.a.after_key } } });
        expect(next.a).toEqual({
          after_key: { p: 'q', d: 1767312000000 },
          buckets: [{ key: { p: 'q', d: 1767312000000 }, doc_count: 2 }],
        });
        const last = await aggregate({ a: { composite: { size: 2, sources, after: next.a.after_key } } });
        expect(last.a).toEqual({ buckets: [] });
        const many = await aggregate({
          a: {
            composite: {
              size: 100,
              sources: [
                { k: { terms: { field: 'kv', order: 'desc' } } },
                { n: { terms: { field: 'n1', missing_bucket: true } } },
              ],
            },
          },
        });
        expect(many.a.buckets.slice(0, 2)).toEqual([
          { key: { k: 'n\x01bff8000000000000', n: null }, doc_count: 1 },
          { key: { k: 'b\0\u{1F600}', n: null }, doc_count: 1 },
        ]);
        expect(many.a.buckets).toHaveLength(16);
      });

      it('shows the first documents of a bucket', async () => {
        const { a } = await aggregate({
          a: {
            terms: { field: 'project' },
            aggs: { h: { top_hits: { size: 1, sort: [{ time: 'desc' }], _source: ['severity'] } } },
          },
        });
        const [first] = a.buckets;
        expect(first.h.hits.total).toEqual({ value: 4, relation: 'eq' });
        expect(first.h.hits.hits[0]).toMatchObject({ _index: one, _id: 'd3', _source: { severity: 9 } });
      });
    });

    describe('which indices', () => {
      it('takes lists, patterns and what is not there', async () => {
        const count = async (expression: string, query = '') => {
          const { status, body } = await call('POST', `/${expression}/_count${query}`, {});
          return status === 200 ? body.count : body.error.type;
        };
        expect(await count(`${one},${two}`)).toBe(8);
        expect(await count(`${run}-data-*,-${two}`)).toBe(5);
        expect(await count(`${one},${run}-no`)).toBe('index_not_found_exception');
        expect(await count(`${one},${run}-no`, '?ignore_unavailable=true')).toBe(5);
        expect(await count(`${run}-no`, '?ignore_unavailable=true')).toBe(0);
        expect(await count(`${run}x-*`)).toBe(0);
        expect(await count(`${run}x-*`, '?allow_no_indices=false')).toBe('index_not_found_exception');
        expect(await search({ aggs: { a: { terms: { field: 'project' } } } }, `${run}x-*`)).toMatchObject({
          hits: { total: { value: 0, relation: 'eq' }, hits: [] },
          _shards: { total: 0 },
        });
      });

      it('runs several searches in one call, each with its own outcome', async () => {
        const lines = [
          { index: one },
          { size: 0 },
          { index: `${run}-no` },
          { size: 0 },
          { index: [two], ignore_unavailable: true },
          { size: 10_001 },
        ]
          .map((line) => `${JSON.stringify(line)}\n`)
          .join('');
        const { status, body } = await call('POST', '/_msearch', lines);
        expect(status).toBe(200);
        expect(
          body.responses.map((response: Json) => [response.status, response.hits?.total.value ?? response.error.type]),
        ).toEqual([
          [200, 5],
          [404, 'index_not_found_exception'],
          [400, 'search_phase_execution_exception'],
        ]);
        const unread = await call(
          'POST',
          '/_msearch',
          `${JSON.stringify({ index: one })}\n{"query":{"nonsense":{}}}\n`,
        );
        expect([unread.status, unread.body.error.type]).toEqual([400, 'parsing_exception']);
      });
    });

    describe('points in time', () => {
      const fill = (index: string, ids: readonly string[]) =>
        call(
          'POST',
          `/${index}/_bulk?refresh=true`,
          ids.map((id) => `{"index":{"_id":"${id}"}}\n{"id":"${id}"}\n`).join(''),
        );
      const open = async (index: string): Promise<string> =>
        (await call('POST', `/${index}/_search/point_in_time?keep_alive=1m`)).body.pit_id;

      it('shows what was there when it was opened', async () => {
        const index = `${run}-pit`;
        await fill(index, ['1', '2', '3']);
        const id = await open(index);
        await fill(index, ['0', '4']);
        await call('POST', `/${index}/_bulk?refresh=true`, '{"delete":{"_id":"2"}}\n');
        const page = async (more: Json = {}) =>
          await call('POST', '/_search', { size: 2, sort: [{ id: 'asc' }], pit: { id, keep_alive: '1m' }, ...more });
        const { body: first } = await page();
        expect([first.pit_id, first.hits.total.value, idsOf(first)]).toEqual([id, 3, ['1', '2']]);
        expect(idsOf((await page({ search_after: ['2'] })).body)).toEqual(['3']);
        expect((await call('POST', `/${index}/_search`, { pit: { id } })).status).toBe(400);
        expect((await call('DELETE', '/_search/point_in_time', { pit_id: [id] })).body.pits).toEqual([
          { successful: true, pit_id: id },
        ]);
        const { status, body } = await page();
        expect([status, body.error.root_cause[0].type]).toEqual([404, 'search_context_missing_exception']);
      });

      it('ends with its index', async () => {
        const index = `${run}-gone`;
        await fill(index, ['1']);
        const id = await open(index);
        await call('DELETE', `/${index}`);
        expect((await call('POST', '/_search', { pit: { id } })).status).toBe(404);
        expect((await call('POST', `/${index}/_search/point_in_time?keep_alive=1m`)).status).toBe(404);
        expect((await call('POST', `/${one}/_search/point_in_time`)).status).toBe(400);
      });
    });

    it('refuses what it does not know by name', async () => {
      expect((await call('POST', `/${one}/_search?nonsense=1`, {})).body.error.reason).toContain(
        'unrecognized parameter: [nonsense]',
      );
      expect((await call('GET', '/_nonsense/at/all')).status).toBe(400);
      expect((await call('PATCH', `/${one}`)).status).toBe(405);
      const broken = await engineOf.send('POST', `/${one}/_search`, '{"query":');
      expect(broken.status).toBe(400);
    });
  });
}
