import type { z } from 'zod';
import { type EventId, indexOf } from '../../core/event-id.ts';
import type { LogRecord } from '../../core/log-record.ts';
import { type ProjectId, tenantFilter } from '../../core/project.ts';
import { toIsoNano } from '../../core/unix-nano.ts';
import { QueryLimitError } from '../../search/language/errors.ts';
import { makeMatcher } from '../../search/language/evaluator.ts';
import type { Credentials } from '../signature.ts';
import { type Aggregator, makeExtent, makeFacets, makeHistogram, makeKeyList, makeStats, typeOf } from './aggregate.ts';
import { Bulk, type BulkAnswer, toCreateAction, toFailure, toOutcome } from './bulk.ts';
import { all, type Clause, not } from './clauses.ts';
import { compile, isExact, timeRange } from './compile.ts';
import { parseLine, toDocument } from './document.ts';
import type { EventStoreEnv } from './env.ts';
import { LEVELS, readFacet, toFacetAggs, toLevels } from './facet-query.ts';
import {
  fieldOfPair,
  INDEX_PATTERN,
  KEY_FLAGS,
  makeTemplate,
  OWN_KEYS,
  TEMPLATE_NAME,
  TEMPLATE_VERSION,
  VALUE,
} from './mapping.ts';
import { OpenSearchClient, OpenSearchError } from './opensearch-client.ts';
import {
  type EventGroup,
  type EventPage,
  type EventPoints,
  type EventStore,
  type Extent,
  type FacetRequest,
  type Facets,
  type Histogram,
  type HistogramRequest,
  type KeyList,
  type PageRequest,
  type Partial,
  PointExpired,
  type PointInTime,
  type Position,
  type ReadControl,
  type Selection,
  type Stats,
  type StatsRequest,
  type StoredEvent,
  type WriteOutcome,
} from './port.ts';
import { partialOf, type SearchAnswer, type TermBucket, type TimeBucket, totalOf } from './search-answer.ts';
import { readStats, toStatsAggs } from './stats-query.ts';
import { spellingOf } from './values.ts';

const TIMEOUT_MILLIS = 20_000;
/** Behind its time-out, a search that goes on is cancelled. */
const CANCEL_AFTER_MILLIS = 1_000;
/** Of a search, on a node: as many as it has processors. More would not end sooner, and leave no thread to others. */
const SHARDS_AT_ONCE = 2;
/** How long a point in time outlives its last read. */
const POINT_KEPT = '5m';
const MAX_CANDIDATES = 200_000;
/** Candidates looked at for a total when the page itself is full. */
const COUNT_CANDIDATES = 20_000;
/** Candidates of the first call; each further call asks for more, up to the last. */
const FIRST_CANDIDATES = 200;
const MOST_CANDIDATES = 2_000;
/** Entries of `keys` looked at for a list of keys. */
const KEY_ENTRIES = 20_000;

/** Events in OpenSearch, in the form of `mapping.ts`. */
export class OpenSearchEventStore implements EventStore, EventPoints {
  readonly #client: OpenSearchClient;
  readonly #template: ReturnType<typeof makeTemplate>;
  #templateReady: Promise<void> | undefined;

  /**
   * @param credentials that requests are signed with; those of the environment unless given
   * @param fetch the platform's unless given
   */
  constructor(env: z.output<typeof EventStoreEnv>, credentials?: Credentials, fetch?: typeof globalThis.fetch) {
    const url = env.OPENSEARCH_URL ?? `https://${env.OPENSEARCH_DOMAIN_ENDPOINT}`;
    this.#client = new OpenSearchClient(url, credentials, fetch);
    this.#template = makeTemplate({
      shards: 1,
      replicas: env.OPENSEARCH_REPLICAS,
      refreshInterval: `${env.OPENSEARCH_REFRESH_SECONDS}s`,
    });
  }

  /** `green`, `yellow` or `red`. @throws RetryLater */
  async health(signal?: AbortSignal): Promise<string> {
    const call = { method: 'GET', path: '/_cluster/health', ...(signal && { signal }) } as const;
    return (await this.#client.call<{ status: string }>(call)).status;
  }

  // --- writing ----------------------------------------------------------------------------------------------------------

  async create(groups: readonly EventGroup[], signal: AbortSignal): Promise<readonly (readonly WriteOutcome[])[]> {
    const outcomes = groups.map(({ lines }) => new Array<WriteOutcome>(lines.length));
    try {
      this.#templateReady ??= this.#putTemplate(signal);
      await this.#templateReady;
    } catch (error) {
      this.#templateReady = undefined; // the next write tries again
      for (const group of outcomes) group.fill(toFailure(error, group.length));
      return outcomes;
    }
    let bulk = new Bulk();
    for (const [at, { project, index, lines, hidden }] of groups.entries()) {
      const group = outcomes[at] as WriteOutcome[];
      for (const [position, line] of lines.entries()) {
        let action: string;
        try {
          action = toCreateAction(index, toDocument(project, line, hidden));
        } catch (error) {
          group[position] = { kind: 'refused', reason: `line is no event: ${(error as Error).message}` };
          continue;
        }
        const bytes = Buffer.byteLength(action);
        if (!bulk.takes(bytes)) {
          await this.#send(bulk, signal);
          bulk = new Bulk();
        }
        bulk.add(action, bytes, (outcome) => {
          group[position] = outcome;
        });
      }
    }
    if (bulk.settles.length > 0) await this.#send(bulk, signal);
    return outcomes;
  }

  async #send({ actions, settles }: Bulk, signal: AbortSignal): Promise<void> {
    try {
      const { items } = await this.#client.call<BulkAnswer>({
        method: 'POST',
        path: '/_bulk',
        query: { filter_path: 'items.create.status,items.create.error.type,items.create.error.reason' },
        body: actions.join(''),
        signal,
      });
      for (const [at, settle] of settles.entries()) settle(toOutcome(items[at]?.create));
    } catch (error) {
      for (const settle of settles) settle(toFailure(error, settles.length));
    }
  }

  /** Puts the template where none or an older one stands. */
  async #putTemplate(signal: AbortSignal): Promise<void> {
    const path = `/_index_template/${TEMPLATE_NAME}`;
    try {
      const { index_templates: found } = await this.#client.call<{
        index_templates: readonly { readonly index_template: { readonly version?: number } }[];
      }>({ method: 'GET', path, signal });
      if ((found[0]?.index_template.version ?? 0) >= TEMPLATE_VERSION) return;
    } catch (error) {
      if (!(error instanceof OpenSearchError) || error.status !== 404) throw error;
    }
    await this.#client.call({ method: 'PUT', path, body: JSON.stringify(this.#template), signal });
  }

  // --- events -----------------------------------------------------------------------------------------------------------

  async get(project: ProjectId, id: EventId, control: ReadControl = {}): Promise<StoredEvent | undefined> {
    try {
      const { found, _source: source } = await this.#client.call<{
        found: boolean;
        _source: { project?: string; event: string; hidden?: boolean };
      }>({
        method: 'GET',
        path: `/${indexOf(id)}/_doc/${id}`,
        query: { _source_includes: 'project,event,hidden' },
        signal: toReading(control).signal,
      });
      return found && source.project === project && !source.hidden ? toStoredEvent(source.event) : undefined;
    } catch (error) {
      if (error instanceof OpenSearchError && error.status === 404) return undefined;
      throw error;
    }
  }

  async page(
    project: ProjectId,
    selection: Selection,
    request: PageRequest,
    control: ReadControl = {},
  ): Promise<EventPage> {
    const bounds = compile(selection.filter, selection.now);
    if (!isExact(bounds)) return this.#finishedPage(project, selection, bounds.upper, request, control);
    const { order, limit, after, skip = 0, count } = request;
    const answer = await this.#search(
      project,
      {
        query: inRange(selection, bounds.upper),
        size: limit,
        from: skip,
        ...inOrder(order, after),
        track_total_hits: count,
        _source: ['event'],
      },
      toReading(control),
    );
    const events = eventsOf(answer);
    const partial = partialOf(answer);
    const total = { value: totalOf(answer), relation: partial === undefined ? 'eq' : 'gte' } as const;
    const isAll = count && after === undefined && total.relation === 'eq' && total.value <= skip + limit;
    const last = events.length === limit && !isAll ? events.at(-1) : undefined;
    return {
      events,
      ...(last && { next: toPosition(last) }),
      ...(count && { total }),
      ...(partial && { partial }),
    };
  }

  /** A page whose candidates the evaluator looks through, in order, until it is full or the budget is spent. */
  async #finishedPage(
    project: ProjectId,
    selection: Selection,
    upper: Clause,
    { order, limit, after, skip = 0, count }: PageRequest,
    control: ReadControl,
  ): Promise<EventPage> {
    const matches = makeMatcher(selection.filter, selection.now);
    const events: StoredEvent[] = [];
    let matched = 0;
    let seen = 0;
    let ended = true;
    let stopped: { readonly last?: Position; readonly partial?: Partial } = {};
    for await (const batch of this.#candidates(project, selection, upper, order, after, control)) {
      for (const event of batch.events) {
        if (!matches(event.record)) continue;
        matched++;
        if (matched > skip && events.length < limit) events.push(event);
      }
      seen += batch.events.length;
      stopped = batch;
      // one more than the page holds tells that there is a next one
      if (matched > skip + limit && (!count || seen >= COUNT_CANDIDATES)) {
        ended = false;
        break;
      }
    }
    const isFull = matched > skip + limit;
    const last = isFull ? events.at(-1) : undefined;
    const next = last === undefined ? stopped.partial && stopped.last : toPosition(last);
    const all = ended && stopped.partial === undefined && after === undefined;
    return {
      events,
      ...(next && { next }),
      ...(count && { total: { value: matched, relation: all ? 'eq' : 'gte' } }),
      ...(!isFull && stopped.partial && { partial: stopped.partial }),
    };
  }

  /** What may match, in order. A batch with `partial` is the last: the budget is spent or the store gave up. */
  async *#candidates(
    project: ProjectId,
    selection: Selection,
    upper: Clause,
    order: 'asc' | 'desc',
    after: Position | undefined,
    control: ReadControl,
  ): AsyncGenerator<{ readonly events: readonly StoredEvent[]; readonly last?: Position; readonly partial?: Partial }> {
    const reading = toReading(control);
    const most = control.maxCandidates ?? MAX_CANDIDATES;
    let position = after;
    let batch = FIRST_CANDIDATES;
    for (let seen = 0; ; ) {
      const size = Math.min(batch, most - seen);
      batch = Math.min(batch * 2, MOST_CANDIDATES);
      const answer = await this.#search(
        project,
        {
          query: inRange(selection, upper),
          size,
          ...inOrder(order, position),
          track_total_hits: false,
          _source: ['event'],
        },
        reading,
      );
      const events = eventsOf(answer);
      const lastEvent = events.at(-1);
      if (lastEvent !== undefined) position = toPosition(lastEvent);
      seen += events.length;
      const failed = partialOf(answer);
      if (events.length < size && failed === undefined) {
        yield { events };
        return;
      }
      const code = failed?.code ?? (seen >= most ? 'candidate_limit' : reading.left() <= 0 ? 'timeout' : undefined);
      if (code === undefined) {
        yield { events };
        continue;
      }
      const searched = position && (order === 'desc' ? { searchedFrom: position.time } : { searchedTo: position.time });
      yield { events, ...(position && { last: position }), partial: { code, ...searched } };
      return;
    }
  }

  // --- numbers ----------------------------------------------------------------------------------------------------------

  facets(
    project: ProjectId,
    selection: Selection,
    requests: readonly FacetRequest[],
    control: ReadControl = {},
  ): Promise<Facets> {
    return this.#aggregate(project, selection, makeFacets(requests), control, async (query, reading) => {
      const aggs = Object.assign({}, ...requests.map((request, at) => toFacetAggs(`f${at}`, request)));
      const answer = await this.#search(project, { query, size: 0, track_total_hits: true, aggs }, reading);
      const found = requests.map((request, at) => readFacet(`f${at}`, request, answer));
      const pairs = found.flatMap(({ asksNewest, folded }) => (asksNewest ? folded.map(({ pair }) => pair) : []));
      const newest = await this.#newest(project, query, pairs, reading);
      return {
        facets: found.map(({ folded, group, asksNewest: _, showsNewest, ...facet }) => ({
          ...facet,
          values: folded.map(({ value, pair, count }) => {
            const event = newest.get(pair);
            if (event === undefined) return { value, count };
            return { value: spellingOf(value, event, group), count, ...(showsNewest && { newest: event }) };
          }),
        })),
        total: totalOf(answer),
        ...optional('partial', partialOf(answer)),
      };
    });
  }

  /** The newest event that has each pair. */
  async #newest(
    project: ProjectId,
    query: Clause,
    pairs: readonly string[],
    reading: Reading,
  ): Promise<ReadonlyMap<string, LogRecord>> {
    const wanted = [...new Set(pairs)];
    if (wanted.length === 0) return new Map();
    const newest = { top_hits: { size: 1, ...inOrder('desc'), _source: ['event'] } };
    const aggs = Object.fromEntries(
      wanted.map((pair, at) => [`v${at}`, { filter: { term: { [fieldOfPair(pair)]: pair } }, aggs: { newest } }]),
    );
    const answer = await this.#search(project, { query, size: 0, track_total_hits: false, aggs }, reading);
    return new Map(
      wanted.flatMap((pair, at) => {
        const hit = answer.aggregations?.[`v${at}`]?.newest?.hits.hits[0];
        return hit === undefined ? [] : [[pair, parseLine(hit._source.event)] as const];
      }),
    );
  }

  histogram(
    project: ProjectId,
    selection: Selection,
    request: HistogramRequest,
    control: ReadControl = {},
  ): Promise<Histogram> {
    return this.#aggregate(project, selection, makeHistogram(request), control, async (query, reading) => {
      const times = {
        date_histogram: { field: 'time', fixed_interval: `${request.intervalMillis}ms`, min_doc_count: 1 },
        ...(request.by === 'level' && { aggs: { levels: LEVELS } }),
      };
      const answer = await this.#search(project, { query, size: 0, track_total_hits: true, aggs: { times } }, reading);
      const buckets = (answer.aggregations?.times?.buckets ?? []) as readonly TimeBucket[];
      return {
        buckets: buckets.map(({ key: time, doc_count: total, levels }) => {
          return { time, total, counts: Object.fromEntries(toLevels(levels?.buckets ?? [])) };
        }),
        total: totalOf(answer),
        ...optional('partial', partialOf(answer)),
      };
    });
  }

  keys(project: ProjectId, selection: Selection, limit: number, control: ReadControl = {}): Promise<KeyList> {
    return this.#aggregate(project, selection, makeKeyList(limit), control, async (query, reading) => {
      const aggs = { keys: { terms: { field: 'keys', size: KEY_ENTRIES, shard_size: KEY_ENTRIES } } };
      const answer = await this.#search(project, { query, size: 0, track_total_hits: false, aggs }, reading);
      const buckets = (answer.aggregations?.keys?.buckets ?? []) as readonly TermBucket[];
      const counts = new Map(buckets.map(({ key, doc_count: count }) => [String(key), count]));
      const flagged = (key: string, flag: string) => counts.get(key + VALUE + flag) ?? 0;
      const own = new Set<string>(Object.values(OWN_KEYS));
      const keys = [...counts].filter(([key]) => !key.includes(VALUE) && !own.has(key));
      return {
        keys: keys.slice(0, limit).map(([key, count]) => {
          const numbers = flagged(key, KEY_FLAGS.slotted) + flagged(key, KEY_FLAGS.unslotted);
          return { key, type: typeOf(count, numbers, flagged(key, KEY_FLAGS.boolean)), count };
        }),
        ...optional('partial', partialOf(answer)),
      };
    });
  }

  extent(project: ProjectId, selection: Selection, control: ReadControl = {}): Promise<Extent> {
    return this.#aggregate(project, selection, makeExtent(), control, async (query, reading) => {
      // two searches that stop at their first hit rather than min and max, which know milliseconds only
      const end = (order: 'asc' | 'desc') => {
        const body = { query, size: 1, ...inOrder(order), track_total_hits: order === 'desc', _source: ['event'] };
        return this.#search(project, body, reading);
      };
      const [newest, oldest] = await Promise.all([end('desc'), end('asc')]);
      const [last, first] = [eventsOf(newest)[0], eventsOf(oldest)[0]];
      return {
        total: totalOf(newest),
        ...(first && { first: first.record.timeUnixNano }),
        ...(last && { last: last.record.timeUnixNano }),
        ...optional('partial', partialOf(newest) ?? partialOf(oldest)),
      };
    });
  }

  async stats(
    project: ProjectId,
    selection: Selection,
    request: StatsRequest,
    control: ReadControl = {},
  ): Promise<Stats> {
    const scan = () => this.#scan(project, selection, makeStats(request), control);
    return this.#aggregate(project, selection, makeStats(request), control, async (query, reading) => {
      const aggs = toStatsAggs(request);
      const answer = await this.#search(project, { query, size: 0, track_total_hits: true, aggs }, reading);
      // two keys of one event that share a column are rare enough for the long way
      if ((answer.aggregations?.unslotted?.doc_count ?? 0) > 0) return scan();
      const { rows, ...found } = readStats(request, totalOf(answer), answer.aggregations ?? {});
      const pairs = rows.flatMap((row) => row.pairs.filter((pair) => pair !== undefined)).slice(0, MOST_SPELLED);
      const newest = await this.#newest(project, query, pairs, reading);
      return {
        ...found,
        rows: rows.map(({ folds, pairs: own, count, values }) => ({
          keys: folds.map((folded, at) => {
            const event = newest.get(own[at] ?? '');
            const group = request.groups[at];
            if (event === undefined || group === undefined || group.by === 'time') return folded;
            return spellingOf(String(folded), event, group);
          }),
          count,
          values,
        })),
        ...optional('partial', partialOf(answer)),
      };
    });
  }

  /** Lets the store aggregate where it decides the filter alone, for these very events; else the evaluator goes through them. */
  async #aggregate<Result extends object>(
    project: ProjectId,
    selection: Selection,
    aggregator: Aggregator<Result>,
    control: ReadControl,
    inStore: (query: Clause, reading: Reading) => Promise<Result>,
  ): Promise<Result> {
    const bounds = compile(selection.filter, selection.now);
    const reading = toReading(control);
    const query = inRange(selection, bounds.upper);
    if (!isExact(bounds)) {
      const undecided = { query: all([query, not(bounds.lower)]), size: 0, track_total_hits: 1 };
      if (totalOf(await this.#search(project, undecided, reading)) > 0) {
        return this.#scan(project, selection, aggregator, control);
      }
    }
    return inStore(query, reading);
  }

  async #scan<Result extends object>(
    project: ProjectId,
    selection: Selection,
    aggregator: Aggregator<Result>,
    control: ReadControl,
  ): Promise<Result> {
    const { upper } = compile(selection.filter, selection.now);
    const matches = makeMatcher(selection.filter, selection.now);
    let partial: Partial | undefined;
    for await (const batch of this.#candidates(project, selection, upper, 'desc', undefined, control)) {
      for (const { record } of batch.events) if (matches(record)) aggregator.add(record);
      partial = batch.partial;
    }
    return { ...aggregator.result(), ...optional('partial', partial) };
  }

  /** The one way to every search: the tenant's filter is put around whatever was compiled, and what is deleted is left out. */
  async #search(project: ProjectId, body: SearchBody, reading: Reading): Promise<SearchAnswer> {
    const query = { bool: { filter: [tenantFilter(project), body.query], must_not: [HIDDEN] } };
    const { point } = reading;
    const left = Math.max(1, Math.round(reading.left()));
    // a time-out is looked at between steps, a cancellation within them
    const limits = {
      cancel_after_time_interval: `${left + CANCEL_AFTER_MILLIS}ms`,
      max_concurrent_shard_requests: String(SHARDS_AT_ONCE),
    };
    try {
      return await this.#client.call<SearchAnswer>({
        method: 'POST',
        ...(point === undefined
          ? {
              path: `/${INDEX_PATTERN}/_search`,
              query: { ignore_unavailable: 'true', allow_no_indices: 'true', ...limits },
            }
          : { path: '/_search', query: limits }),
        body: JSON.stringify({
          ...body,
          query,
          timeout: `${left}ms`,
          ...(point !== undefined && { pit: { id: point, keep_alive: POINT_KEPT } }),
        }),
        signal: reading.signal,
      });
    } catch (error) {
      if (
        error instanceof OpenSearchError &&
        /too_many|too_complex|determiniz/i.test(`${error.type} ${error.message}`)
      ) {
        const message =
          'the query has more terms, groups or wildcards than the event store runs at once; ask for fewer at a time';
        throw new QueryLimitError(message, { cause: error });
      }
      if (error instanceof OpenSearchError && error.type === 'task_cancelled_exception')
        throw new QueryLimitError('the search takes too long; narrow its range or its wildcards', { cause: error });
      if (point !== undefined && error instanceof OpenSearchError && error.status === 404)
        throw new PointExpired('the point in time is no longer kept', { cause: error });
      throw error;
    }
  }

  // --- points in time ---------------------------------------------------------------------------------------------------

  async openPoint(signal: AbortSignal): Promise<PointInTime | undefined> {
    try {
      const { pit_id: id } = await this.#client.call<{ pit_id: PointInTime }>({
        method: 'POST',
        path: `/${INDEX_PATTERN}/_search/point_in_time`,
        query: { keep_alive: POINT_KEPT },
        signal,
      });
      return id;
    } catch (error) {
      // how OpenSearch says that no index has such a name
      if (error instanceof OpenSearchError && error.status === 400 && /invalid id: \[null\]/.test(error.message))
        return undefined;
      throw error;
    }
  }

  async closePoint(point: PointInTime, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.call({
        method: 'DELETE',
        path: '/_search/point_in_time',
        body: JSON.stringify({ pit_id: [point] }),
        signal,
      });
    } catch (error) {
      if (!(error instanceof OpenSearchError && error.status === 404)) throw error;
    }
  }
}

const HIDDEN = { term: { keys: OWN_KEYS.hidden } };

/** Group values whose spelling is looked up; the smaller groups stay folded. */
const MOST_SPELLED = 200;

interface SearchBody {
  readonly query: Clause;
  readonly [member: string]: unknown;
}

const optional = <Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { [key in Name]: Value });

const inRange = ({ from, to }: Selection, clause: Clause): Clause =>
  all([timeRange('time', { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lt: to }) }), clause]);

const inOrder = (order: 'asc' | 'desc', after?: Position) => ({
  sort: [{ time: order }, { id: order }],
  ...(after && { search_after: [toIsoNano(after.time), after.id] }),
});

// from the event itself: the sort values of an answer are nanoseconds as JSON numbers, beyond what a double holds
const toPosition = ({ record }: StoredEvent): Position => ({ time: record.timeUnixNano, id: record.id });

const toStoredEvent = (line: string): StoredEvent => ({ record: parseLine(line), line });

const eventsOf = ({ hits }: SearchAnswer): StoredEvent[] => hits.hits.map((hit) => toStoredEvent(hit._source.event));

/** How a read goes: until when, and of which moment. */
interface Reading {
  readonly signal: AbortSignal;
  readonly point: PointInTime | undefined;
  /** Milliseconds. */
  left(): number;
}

function toReading({ signal, timeoutMillis = TIMEOUT_MILLIS, point }: ReadControl): Reading {
  const end = performance.now() + timeoutMillis;
  // the store stops by itself at its time-out and answers what it has; ours is for when it does not
  const ours = AbortSignal.timeout(timeoutMillis + 2_000);
  return {
    signal: signal === undefined ? ours : AbortSignal.any([signal, ours]),
    point,
    left: () => end - performance.now(),
  };
}
