import { illegalArgument, indexNotFound, OpenSearchError, parsingError } from '../errors.ts';
import { isObject, parseJson, RawJson } from '../json.ts';
import type { SearchParameters } from '../reader/reader.ts';
import { parseTime } from '../search/request.ts';
import type { Hub, IndexOptions } from './hub.ts';

/** A request as the routes see it. */
export interface Call {
  readonly method: string;
  /** Decoded parts of the path. */
  readonly path: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** What a route answers: a status and a body, which a HEAD does not have. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

type Handler = (call: Call, hub: Hub, names: readonly string[]) => Promise<Reply>;

interface Route {
  readonly methods: readonly string[];
  /** Parts of the path; `{…}` takes any name that does not begin with `_`. */
  readonly path: readonly string[];
  /** Parameters beside those that every call takes. */
  readonly parameters: readonly string[];
  readonly handle: Handler;
}

const COMMON = ['pretty', 'human', 'error_trace', 'filter_path', 'format', 'master_timeout', 'cluster_manager_timeout'];
const INDICES = ['ignore_unavailable', 'allow_no_indices', 'expand_wildcards'];
const SEARCH = [
  ...INDICES,
  'request_cache',
  'timeout',
  'preference',
  'size',
  'from',
  'track_total_hits',
  'allow_partial_search_results',
  'rest_total_hits_as_int',
  'typed_keys',
  'batched_reduce_size',
  'max_concurrent_shard_requests',
  'pre_filter_shard_size',
  'ccs_minimize_roundtrips',
  // what `timeout` does here at every step, it does for an engine that is stuck within one
  'cancel_after_time_interval',
  'search_type',
];

const route = (methods: string, path: string, parameters: readonly string[], handle: Handler): Route => ({
  methods: methods.split('|'),
  path: path.split('/').filter((part) => part !== ''),
  parameters,
  handle,
});

const ok = (body: unknown): Reply => ({ status: 200, body });
const acknowledged = { acknowledged: true };

/** Everything that is answered; the rest is refused by name. */
const ROUTES: readonly Route[] = [
  route('GET', '/_cluster/health', ['timeout', 'wait_for_status', 'level', 'local'], async (_call, hub) =>
    ok(health(hub)),
  ),
  route('PUT|POST', '/_index_template/{name}', ['create', 'cause'], async (call, hub, [name]) => {
    await hub.write('putTemplate', [name, json(call)]);
    return ok(acknowledged);
  }),
  route('GET', '/_index_template/{name}', ['local', 'flat_settings'], async (_call, hub, [name]) =>
    ok({ index_templates: await hub.write('templates', [name]) }),
  ),
  route('HEAD', '/_index_template/{name}', ['local'], async (_call, hub, [name]) =>
    exists(hub.write('templates', [name])),
  ),
  route('DELETE', '/_index_template/{name}', ['timeout'], async (_call, hub, [name]) => {
    await hub.write('deleteTemplate', [name]);
    return ok(acknowledged);
  }),
  route('GET', '/_cat/indices/{index}', [...INDICES, 'h', 's', 'bytes', 'v', 'time'], catIndices),
  route('GET', '/_cat/indices', [...INDICES, 'h', 's', 'bytes', 'v', 'time'], catIndices),
  route('POST|PUT', '/_bulk', ['refresh', 'timeout', 'wait_for_active_shards', 'require_alias'], bulk),
  route('POST|PUT', '/{index}/_bulk', ['refresh', 'timeout', 'wait_for_active_shards', 'require_alias'], bulk),
  route('POST|GET', '/_search', SEARCH, search),
  route('DELETE', '/_search/point_in_time', [], closePoints),
  route('POST|GET', '/_msearch', [...INDICES, 'max_concurrent_searches'], multiSearch),
  route('POST|GET', '/{index}/_msearch', [...INDICES, 'max_concurrent_searches'], multiSearch),
  route('POST|GET', '/_count', INDICES, count),
  route('POST|GET', '/_refresh', INDICES, refresh),
  route('POST|GET', '/{index}/_search', SEARCH, search),
  route(
    'POST',
    '/{index}/_search/point_in_time',
    [...INDICES, 'keep_alive', 'preference', 'allow_partial_pit_creation'],
    openPoint,
  ),
  route('POST|GET', '/{index}/_count', [...INDICES, 'preference'], count),
  route('POST|GET', '/{index}/_refresh', INDICES, refresh),
  route(
    'POST',
    '/{index}/_delete_by_query',
    [...INDICES, 'conflicts', 'refresh', 'wait_for_completion', 'timeout', 'slices', 'scroll_size'],
    deleteByQuery,
  ),
  route(
    'GET|HEAD',
    '/{index}/_doc/{id}',
    ['realtime', 'refresh', 'preference', '_source', '_source_includes', 'stored_fields'],
    getDocument,
  ),
  route(
    'PUT|POST',
    '/{index}/_mapping',
    [...INDICES, 'timeout', 'write_index_only'],
    async (call, hub, [index = '']) => {
      await hub.write('putMapping', [hub.resolve(index, indexOptions(call, false)), json(call)]);
      return ok(acknowledged);
    },
  ),
  route('PUT', '/{index}', ['timeout', 'wait_for_active_shards'], async (call, hub, [index]) => {
    await hub.write('createIndex', [index, call.body.length === 0 ? {} : json(call)]);
    return ok({ ...acknowledged, shards_acknowledged: true, index });
  }),
  route('HEAD', '/{index}', INDICES, async (call, hub, [index = '']) =>
    exists((async () => hub.resolve(index, indexOptions(call, false)))()),
  ),
  route(
    'GET',
    '/{index}',
    [...INDICES, 'flat_settings', 'local', 'include_defaults'],
    async (call, hub, [index = '']) => {
      const names = hub.resolve(index, indexOptions(call));
      return ok(
        Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hub.write('describe', [name])]))),
      );
    },
  ),
  route('DELETE', '/{index}', [...INDICES, 'timeout'], async (call, hub, [index = '']) => {
    await hub.write('deleteIndices', [hub.resolve(index, indexOptions(call))]);
    return ok(acknowledged);
  }),
];

/** Answers a call by the first route that fits. @throws OpenSearchError for one that is not known */
export async function answer(call: Call, hub: Hub): Promise<Reply> {
  const fitting = ROUTES.flatMap((candidate) => {
    const names = match(candidate.path, call.path);
    return names === undefined ? [] : [{ candidate, names }];
  });
  const found = fitting.find(({ candidate }) => candidate.methods.includes(call.method));
  const uri = `/${call.path.join('/')}`;
  if (found === undefined) {
    const allowed = fitting.flatMap(({ candidate }) => candidate.methods);
    if (allowed.length === 0) throw noHandler(`no handler found for uri [${uri}] and method [${call.method}]`);
    throw new OpenSearchError(405, {
      type: 'method_not_allowed',
      reason: `Incorrect HTTP method for uri [${uri}] and method [${call.method}], allowed: [${allowed.join(', ')}]`,
    });
  }
  const { candidate, names } = found;
  const other = [...call.parameters.keys()].find(
    (name) => !COMMON.includes(name) && !candidate.parameters.includes(name),
  );
  if (other !== undefined) throw illegalArgument(`request [${uri}] contains unrecognized parameter: [${other}]`);
  return await candidate.handle(call, hub, names);
}

const noHandler = (reason: string) => illegalArgument(reason);

function match(pattern: readonly string[], path: readonly string[]): string[] | undefined {
  if (pattern.length !== path.length) return undefined;
  const names: string[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const [wanted, part] = [pattern[i] as string, path[i] as string];
    if (!wanted.startsWith('{')) {
      if (wanted !== part) return undefined;
    } else if (i === 0 && part.startsWith('_') && part !== '_all') return undefined;
    else names.push(part);
  }
  return names;
}

function json({ body }: Call): unknown {
  if (body.length === 0)
    throw new OpenSearchError(400, { type: 'parse_exception', reason: 'request body is required' });
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new OpenSearchError(400, {
      type: 'json_parse_exception',
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

function flag({ parameters }: Call, name: string, standard: boolean): boolean {
  const value = parameters.get(name);
  if (value === undefined) return standard;
  if (value === '' || value === 'true') return true;
  if (value === 'false') return false;
  throw illegalArgument(`Failed to parse value [${value}] as only [true] or [false] are allowed.`);
}

function indexOptions(call: Call, allowNoIndices = true): IndexOptions {
  const wildcards = call.parameters.get('expand_wildcards');
  if (wildcards !== undefined && wildcards !== 'open' && wildcards !== 'all')
    throw illegalArgument(`[expand_wildcards] must be [open] or [all] here, got [${wildcards}]`);
  return {
    ignoreUnavailable: flag(call, 'ignore_unavailable', false),
    allowNoIndices: flag(call, 'allow_no_indices', allowNoIndices),
  };
}

function refreshOf({ parameters }: Call, allowed: readonly string[] = ['true', 'false', 'wait_for']): string {
  const value = parameters.get('refresh') ?? 'false';
  const meant = value === '' ? 'true' : value;
  if (!allowed.includes(meant)) throw illegalArgument(`Unknown value for refresh: [${value}].`);
  return meant;
}

/** 200 when the work succeeds, 404 without a body when what it asks for is not there. */
async function exists(work: Promise<unknown>): Promise<Reply> {
  try {
    await work;
    return { status: 200 };
  } catch (error) {
    if (error instanceof OpenSearchError && error.status === 404) return { status: 404 };
    throw error;
  }
}

function health(hub: Hub): unknown {
  const { shards } = hub;
  return {
    cluster_name: 'tributary',
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    discovered_master: true,
    discovered_cluster_manager: true,
    active_primary_shards: shards,
    active_shards: shards,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: 100,
  };
}

async function bulk(call: Call, hub: Hub, [index]: readonly string[]): Promise<Reply> {
  const start = performance.now();
  const refreshing = refreshOf(call);
  // a copy of its own, so that it can be handed over instead of copied again
  const body = new Uint8Array(call.body);
  const text = await hub.write<string>('bulk', [body, index, refreshing], [body.buffer]);
  return ok(new RawJson(`{"took":${Math.round(performance.now() - start)},${text.slice(1)}`));
}

function searchParameters(call: Call): SearchParameters {
  const { parameters } = call;
  const number = (name: string) => {
    const text = parameters.get(name);
    if (text === undefined) return {};
    if (!/^\d+$/.test(text)) throw illegalArgument(`Failed to parse int parameter [${name}] with value [${text}]`);
    return { [name]: Number(text) };
  };
  for (const name of ['rest_total_hits_as_int', 'typed_keys'])
    if (flag(call, name, false)) throw illegalArgument(`[${name}] is not supported here`);
  const timeout = parameters.get('timeout');
  const track = parameters.get('track_total_hits');
  return {
    ...number('size'),
    ...number('from'),
    ...(timeout === undefined ? {} : { timeoutMillis: parseTime(timeout, 'timeout') }),
    ...(track === undefined ? {} : { trackTotalHits: track }),
  };
}

async function search(call: Call, hub: Hub, [index = '']: readonly string[]): Promise<Reply> {
  return {
    status: 200,
    body: new RawJson(
      await runSearch(hub, index, call.body.toString(), call.signal, indexOptions(call), searchParameters(call)),
    ),
  };
}

/** One search; a point in time stands in the body and is kept by one reader. */
async function runSearch(
  hub: Hub,
  index: string,
  body: string,
  signal: AbortSignal,
  options: IndexOptions,
  parameters: SearchParameters,
): Promise<string> {
  const point = body.includes('"pit"') ? pointOf(body) : undefined;
  if (point !== undefined) {
    if (index !== '')
      throw new OpenSearchError(400, {
        type: 'action_request_validation_exception',
        reason: 'Validation Failed: 1: [indices] cannot be used with point in time;',
      });
    return await hub.search<string>('search', [], body, signal, parameters, hub.readerOf(point));
  }
  return await hub.search<string>('search', hub.resolve(index, options), body, signal, parameters);
}

function pointOf(body: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined; // the reader says what is wrong with it
  }
  const pit = isObject(parsed) ? parsed.pit : undefined;
  return isObject(pit) && typeof pit.id === 'string' ? pit.id : undefined;
}

async function multiSearch(call: Call, hub: Hub, [index = '']: readonly string[]): Promise<Reply> {
  const start = performance.now();
  const lines = call.body.toString().split('\n');
  if (lines.at(-1) !== '') throw illegalArgument('The msearch request must be terminated by a newline [\\n]');
  lines.pop();
  if (lines.length === 0)
    throw new OpenSearchError(400, {
      type: 'action_request_validation_exception',
      reason: 'Validation Failed: 1: no requests added;',
    });
  if (lines.length % 2 === 1)
    throw illegalArgument('a header without a search stands at the end of the msearch request');
  const options = indexOptions(call);
  const searches: Array<Promise<unknown>> = [];
  for (let i = 0; i < lines.length; i += 2) searches.push(one(lines[i] as string, lines[i + 1] as string));
  const responses = await Promise.all(searches);
  return ok({ took: Math.round(performance.now() - start), responses });

  async function one(headerLine: string, body: string): Promise<unknown> {
    const header = headerLine.trim() === '' ? {} : parseJson(headerLine);
    if (!isObject(header)) throw parsingError('a header of msearch must be an object');
    const {
      index: names = index,
      ignore_unavailable,
      allow_no_indices,
      preference: _p,
      request_cache: _r,
      ...rest
    } = header;
    const other = Object.keys(rest)[0];
    if (other !== undefined) throw illegalArgument(`key [${other}] is not supported in the metadata section`);
    try {
      const own = {
        ignoreUnavailable:
          ignore_unavailable === undefined ? options.ignoreUnavailable : String(ignore_unavailable) === 'true',
        allowNoIndices: allow_no_indices === undefined ? options.allowNoIndices : String(allow_no_indices) === 'true',
      };
      const text = await runSearch(
        hub,
        Array.isArray(names) ? names.join(',') : String(names),
        body,
        call.signal,
        own,
        {},
      );
      return new RawJson(`${text.slice(0, -1)},"status":200}`);
    } catch (error) {
      // a body that cannot be read refuses the whole call, as in OpenSearch; what the shards refuse concerns one search
      if (!(error instanceof OpenSearchError) || (error.status === 400 && error.shardIndex === undefined)) throw error;
      return error.toBody();
    }
  }
}

async function count(call: Call, hub: Hub, [index = '']: readonly string[]): Promise<Reply> {
  const names = hub.resolve(index, indexOptions(call));
  return {
    status: 200,
    body: new RawJson(await hub.search<string>('count', names, call.body.toString(), call.signal)),
  };
}

async function refresh(call: Call, hub: Hub, [index = '']: readonly string[]): Promise<Reply> {
  const names = hub.resolve(index, indexOptions(call));
  await hub.write('refresh', [names]);
  return ok({ _shards: { total: names.length, successful: names.length, failed: 0 } });
}

async function openPoint(call: Call, hub: Hub, [index = '']: readonly string[]): Promise<Reply> {
  const keepAlive = call.parameters.get('keep_alive');
  if (keepAlive === undefined)
    throw new OpenSearchError(400, {
      type: 'action_request_validation_exception',
      reason: 'Validation Failed: 1: keep alive not specified;',
    });
  const names = hub.resolve(index, indexOptions(call));
  const id = await hub.openPoint(names, parseTime(keepAlive, 'keep_alive'));
  return ok({
    pit_id: id,
    _shards: { total: names.length, successful: names.length, skipped: 0, failed: 0 },
    creation_time: Date.now(),
  });
}

async function closePoints(call: Call, hub: Hub): Promise<Reply> {
  const body = json(call);
  const ids = isObject(body) ? body.pit_id : undefined;
  const list = Array.isArray(ids) ? ids.map(String) : typeof ids === 'string' ? [ids] : undefined;
  if (list === undefined) throw illegalArgument('[pit_id] must be a list of ids');
  const pits = await Promise.all(list.map(async (id) => ({ successful: await hub.closePoint(id), pit_id: id })));
  return ok({ pits });
}

async function deleteByQuery(call: Call, hub: Hub, [index = '']: readonly string[]): Promise<Reply> {
  const start = performance.now();
  const { conflicts = 'abort' } = Object.fromEntries(call.parameters);
  if (conflicts !== 'abort' && conflicts !== 'proceed')
    throw illegalArgument(`conflicts may only be "proceed" or "abort" but was [${conflicts}]`);
  if (!flag(call, 'wait_for_completion', true))
    throw illegalArgument('[wait_for_completion=false] is not supported here');
  const body = json(call);
  const other = isObject(body) ? Object.keys(body).find((key) => key !== 'query') : 'value';
  if (other !== undefined) throw parsingError(`Unknown key for a VALUE in [${other}].`);
  if ((body as { query?: unknown }).query === undefined)
    throw new OpenSearchError(400, {
      type: 'action_request_validation_exception',
      reason: 'Validation Failed: 1: query is missing;',
    });
  const refreshing = refreshOf(call, ['true', 'false']);
  let [total, deleted] = [0, 0];
  for (const name of hub.resolve(index, indexOptions(call))) {
    const rows = await hub.search<number[]>('rows', name, call.body.toString(), call.signal);
    total += rows.length;
    if (rows.length > 0) deleted += await hub.write<number>('deleteRows', [name, rows, refreshing]);
  }
  const result = {
    took: Math.round(performance.now() - start),
    timed_out: false,
    total,
    deleted,
    batches: Math.ceil(total / 1000),
    version_conflicts: total - deleted,
    noops: 0,
    retries: { bulk: 0, search: 0 },
    throttled_millis: 0,
    requests_per_second: -1,
    throttled_until_millis: 0,
    failures: [],
  };
  return { status: total > deleted && conflicts === 'abort' ? 409 : 200, body: result };
}

async function getDocument(call: Call, hub: Hub, [index = '', id = '']: readonly string[]): Promise<Reply> {
  if (hub.resolve(index, { ignoreUnavailable: false, allowNoIndices: false })[0] !== index) throw indexNotFound(index);
  if (!flag(call, 'realtime', true)) throw illegalArgument('[realtime=false] is not supported here');
  const filter = call.parameters.get('_source') ?? call.parameters.get('_source_includes');
  const text = await hub.read<string>('get', [index, id, filter]);
  return { status: text.endsWith('"found":false}') ? 404 : 200, body: new RawJson(text) };
}

async function catIndices(call: Call, hub: Hub, [index = '']: readonly string[]): Promise<Reply> {
  if (call.parameters.get('format') !== 'json')
    throw illegalArgument('[_cat/indices] is answered as [format=json] only');
  const names = hub.resolve(index, indexOptions(call));
  const columns = call.parameters.get('h')?.split(',') ?? [
    'health',
    'status',
    'index',
    'uuid',
    'pri',
    'rep',
    'docs.count',
    'docs.deleted',
    'store.size',
    'pri.store.size',
  ];
  const inBytes = call.parameters.get('bytes') === 'b';
  const rows = await Promise.all(
    names.map(async (name) => {
      const [{ uuid, created, settings }, { documents, deleted, bytes }] = await Promise.all([
        hub.write<{ uuid: string; created: number; settings: Record<string, string> }>('created', [name]),
        hub.read<{ documents: number; deleted: number; bytes: number }>('counts', [name]),
      ]);
      const size = inBytes ? String(bytes) : humanSize(bytes);
      const cells: Record<string, string> = {
        health: 'green',
        status: 'open',
        index: name,
        uuid,
        pri: settings['index.number_of_shards'] ?? '1',
        rep: settings['index.number_of_replicas'] ?? '1',
        'docs.count': String(documents),
        'docs.deleted': String(deleted),
        'store.size': size,
        'pri.store.size': size,
        'creation.date': String(created),
        'creation.date.string': new Date(created).toISOString(),
      };
      return Object.fromEntries(
        columns.map((column) => [column, cells[column]]).filter(([, cell]) => cell !== undefined),
      );
    }),
  );
  const order = call.parameters.get('s')?.split(':');
  if (order !== undefined) {
    const [column = '', direction] = order;
    rows.sort((a, b) => String(a[column]).localeCompare(String(b[column])) * (direction === 'desc' ? -1 : 1));
  }
  return ok(rows);
}

function humanSize(bytes: number): string {
  const [unit, factor] =
    bytes >= 2 ** 30 ? ['gb', 2 ** 30] : bytes >= 2 ** 20 ? ['mb', 2 ** 20] : bytes >= 1024 ? ['kb', 1024] : ['b', 1];
  return `${(bytes / (factor as number)).toFixed(1).replace(/\.0$/, '')}${unit}`;
}
