import type { z } from 'zod';
import { DomainError } from '../../core/errors.ts';
import { type EventId, indexOf } from '../../core/event-id.ts';
import type { LogRecord } from '../../core/log-record.ts';
import { type ProjectId, tenantFilter } from '../../core/project.ts';
import { toIsoNano } from '../../core/unix-nano.ts';
import { QueryLimitError } from '../../search/language/errors.ts';
import { makeMatcher } from '../../search/language/evaluator.ts';
import { fold } from '../../search/language/words.ts';
import {
  type Aggregator,
  levelOf,
  makeExtent,
  makeFacets,
  makeGroupReader,
  makeHistogram,
  makeKeyList,
  makeStats,
  typeOf,
} from './aggregate.ts';
import { all, type Clause, compile, isExact, not, timeRange } from './compile.ts';
import { parseLine, toDocument } from './document.ts';
import type { EventStoreEnv } from './env.ts';
import {
  INDEX_PATTERN,
  KEY_FLAGS,
  LONG,
  MAX_VALUE,
  makeTemplate,
  OWN_KEYS,
  TEMPLATE_NAME,
  TEMPLATE_VERSION,
  VALUE,
} from './mapping.ts';
import { OpenSearchClient, OpenSearchError } from './opensearch-client.ts';
import type {
  EventGroup,
  EventPage,
  EventStore,
  Extent,
  Facet,
  FacetRequest,
  Facets,
  Group,
  Histogram,
  HistogramRequest,
  KeyList,
  PageRequest,
  Partial,
  Position,
  ReadControl,
  Selection,
  Stats,
  StatsRequest,
  StoredEvent,
  WriteOutcome,
} from './port.ts';

const BULK_BYTES = 5_000_000;
const TIMEOUT_MILLIS = 20_000;
const MAX_CANDIDATES = 200_000;
/** Candidates looked at for a total when the page itself is full. */
const COUNT_CANDIDATES = 20_000;
const CANDIDATES_PER_CALL = 1_000;
/** Values asked for per shard, so that counts of many indices add up exactly as long as a field has no more. */
const SHARD_VALUES = 10_000;
/** Values fetched to say how many there are. */
const DISTINCT_VALUES = 1_000;

/** Events in OpenSearch, in the form of `mapping.ts`. */
export class OpenSearchEventStore implements EventStore {
  readonly #client: OpenSearchClient;
  readonly #template: ReturnType<typeof makeTemplate>;
  #templateReady: Promise<void> | undefined;

  constructor(env: z.output<typeof EventStoreEnv>) {
    this.#client = new OpenSearchClient(env.OPENSEARCH_URL ?? `https://${env.OPENSEARCH_DOMAIN_ENDPOINT}`);
    this.#template = makeTemplate({
      shards: 1,
      replicas: env.OPENSEARCH_REPLICAS,
      refreshInterval: `${env.OPENSEARCH_REFRESH_SECONDS}s`,
    });
  }

  /** `green`, `yellow` or `red`. @throws RetryLater */
  async health(signal?: AbortSignal): Promise<string> {
    const answer = await this.#client.call<{ status: string }>({
      method: 'GET',
      path: '/_cluster/health',
      ...(signal && { signal }),
    });
    return answer.status;
  }

  // --- writing ----------------------------------------------------------------------------------------------------------------------

  async create(groups: readonly EventGroup[], signal: AbortSignal): Promise<readonly (readonly WriteOutcome[])[]> {
    const outcomes = groups.map(({ lines }) => new Array<WriteOutcome>(lines.length));
    try {
      this.#templateReady ??= this.#putTemplate(signal);
      await this.#templateReady;
    } catch (error) {
      this.#templateReady = undefined; // the next write tries again
      for (const group of outcomes) group.fill(retry(error));
      return outcomes;
    }
    let bulk = new Bulk();
    for (const [group, { project, index, lines }] of groups.entries()) {
      for (const [line, text] of lines.entries()) {
        const settle = (outcome: WriteOutcome) => {
          (outcomes[group] as WriteOutcome[])[line] = outcome;
        };
        let action: string;
        try {
          const { id, json } = toDocument(project, text);
          action = `{"create":{"_index":"${index}","_id":${JSON.stringify(id)}}}\n${json}\n`;
        } catch (error) {
          settle({ kind: 'refused', reason: `line is no event: ${(error as Error).message}` });
          continue;
        }
        if (!bulk.takes(action)) {
          await this.#send(bulk, signal);
          bulk = new Bulk();
        }
        bulk.add(action, settle);
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
      for (const settle of settles) settle(retry(error));
    }
  }

  /** Puts the template where none or an older one stands. */
  async #putTemplate(signal: AbortSignal): Promise<void> {
    const path = `/_index_template/${TEMPLATE_NAME}`;
    try {
      const { index_templates: found } = await this.#client.call<{
        index_templates: { index_template: { version?: number } }[];
      }>({ method: 'GET', path, signal });
      if ((found[0]?.index_template.version ?? 0) >= TEMPLATE_VERSION) return;
    } catch (error) {
      if (!(error instanceof OpenSearchError) || error.status !== 404) throw error;
    }
    await this.#client.call({ method: 'PUT', path, body: JSON.stringify(this.#template), signal });
  }

  // --- pages ------------------------------------------------------------------------------------------------------------------------

  async get(project: ProjectId, id: EventId, control: ReadControl = {}): Promise<StoredEvent | undefined> {
    try {
      const answer = await this.#client.call<{ found: boolean; _source: { project?: string; event: string } }>({
        method: 'GET',
        path: `/${indexOf(id)}/_doc/${id}`,
        query: { _source_includes: 'project,event' },
        signal: deadlineOf(control).signal,
      });
      if (!answer.found || answer._source.project !== project) return undefined;
      return toStoredEvent(answer._source.event);
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
        sort: sortBy(order),
        ...(after && { search_after: [toIsoNano(after.time), after.id] }),
        track_total_hits: count,
        _source: ['event'],
      },
      deadlineOf(control),
    );
    const events = answer.hits.hits.map((hit) => toStoredEvent(hit._source.event));
    const partial = partialOf(answer);
    const last = events.length === limit ? events.at(-1) : undefined;
    return {
      events,
      ...(last && { next: toPosition(last) }),
      ...(count && { total: { value: answer.hits.total?.value ?? 0, relation: partial === undefined ? 'eq' : 'gte' } }),
      ...(partial && { partial }),
    };
  }

  /** A page whose candidates the evaluator looks through, in order, until it is full or the budget is spent. */
  async #finishedPage(
    project: ProjectId,
    selection: Selection,
    upper: Clause,
    request: PageRequest,
    control: ReadControl,
  ): Promise<EventPage> {
    const { order, limit, after, skip = 0, count } = request;
    const events: StoredEvent[] = [];
    let matched = 0;
    let seen = 0;
    let next: Position | undefined;
    let partial: Partial | undefined;
    let complete = true;
    const matches = makeMatcher(selection.filter, selection.now);
    for await (const batch of this.#candidates(project, selection, upper, order, after, control)) {
      for (const event of batch.events) {
        seen++;
        if (!matches(event.record)) continue;
        matched++;
        if (matched > skip && events.length < limit) events.push(event);
      }
      partial = batch.partial;
      const full = matched > skip + limit;
      if (full && (!count || seen >= COUNT_CANDIDATES)) {
        complete = false;
        break;
      }
      if (partial !== undefined) next = batch.last;
    }
    const last = events.at(-1);
    if (last !== undefined && (matched > skip + limit || (!complete && events.length === limit)))
      next = toPosition(last);
    else if (partial === undefined) next = undefined;
    const unfinished = partial !== undefined && events.length < limit;
    return {
      events,
      ...(next && { next }),
      ...(count && {
        total: { value: matched, relation: complete && partial === undefined && after === undefined ? 'eq' : 'gte' },
      }),
      ...(unfinished && partial && { partial }),
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
  ): AsyncGenerator<{ events: readonly StoredEvent[]; last?: Position; partial?: Partial }> {
    const deadline = deadlineOf(control);
    const maxCandidates = control.maxCandidates ?? MAX_CANDIDATES;
    let seen = 0;
    let position = after;
    for (;;) {
      const size = Math.min(CANDIDATES_PER_CALL, maxCandidates - seen);
      const answer = await this.#search(
        project,
        {
          query: inRange(selection, upper),
          size,
          sort: sortBy(order),
          ...(position && { search_after: [toIsoNano(position.time), position.id] }),
          track_total_hits: false,
          _source: ['event'],
        },
        deadline,
      );
      const { hits } = answer.hits;
      const events = hits.map((hit) => toStoredEvent(hit._source.event));
      const lastEvent = events.at(-1);
      if (lastEvent !== undefined) position = toPosition(lastEvent);
      seen += hits.length;
      const failed = partialOf(answer);
      if (hits.length < size && failed === undefined) return void (yield { events });
      const code =
        failed?.code ?? (seen >= maxCandidates ? 'candidate_limit' : deadline.left() <= 0 ? 'timeout' : undefined);
      if (code === undefined) {
        yield { events };
        continue;
      }
      const searched = position && (order === 'desc' ? { searchedFrom: position.time } : { searchedTo: position.time });
      return void (yield { events, ...(position && { last: position }), partial: { code, ...searched } });
    }
  }

  // --- aggregations -----------------------------------------------------------------------------------------------------------------

  async facets(
    project: ProjectId,
    selection: Selection,
    requests: readonly FacetRequest[],
    control: ReadControl = {},
  ): Promise<Facets> {
    return this.#aggregate(project, selection, makeFacets(requests), control, async (query, deadline) => {
      const aggs = Object.assign({}, ...requests.map((request, at) => facetAggs(`f${at}`, request)));
      const answer = await this.#search(project, { query, size: 0, track_total_hits: true, aggs }, deadline);
      const found = requests.map((request, at) => readFacet(`f${at}`, request, answer));
      const newest = await this.#newest(query, project, found, deadline);
      return {
        facets: found.map(({ folded, group, spelled: _spelled, newest: isNewestWanted, ...facet }) => ({
          ...facet,
          values: folded.map(({ value, pair, count }) => {
            const event = newest.get(pair);
            return {
              value: event === undefined ? value : spellingOf(value, event, group),
              count,
              ...(isNewestWanted && event && { newest: event }),
            };
          }),
        })),
        total: answer.hits.total?.value ?? 0,
        ...optional('partial', partialOf(answer)),
      };
    });
  }

  /** The newest event of each value that is wanted, or whose fold may not be its spelling, by the value's pair. */
  async #newest(
    query: Clause,
    project: ProjectId,
    found: readonly FoundFacet[],
    deadline: Deadline,
  ): Promise<Map<string, LogRecord>> {
    const pairs = new Set(
      found.filter(({ spelled, newest }) => spelled || newest).flatMap(({ folded }) => folded.map(({ pair }) => pair)),
    );
    const events = new Map<string, LogRecord>();
    if (pairs.size === 0) return events;
    const newest = { top_hits: { size: 1, sort: sortBy('desc'), _source: ['event'] } };
    const aggs = Object.fromEntries(
      [...pairs].map((pair, at) => [`v${at}`, { filter: { term: { kv: pair } }, aggs: { newest } }]),
    );
    const answer = await this.#search(project, { query, size: 0, track_total_hits: false, aggs }, deadline);
    for (const [at, pair] of [...pairs].entries()) {
      const hit = answer.aggregations?.[`v${at}`]?.newest?.hits.hits[0];
      if (hit !== undefined) events.set(pair, parseLine(hit._source.event));
    }
    return events;
  }

  async histogram(
    project: ProjectId,
    selection: Selection,
    request: HistogramRequest,
    control: ReadControl = {},
  ): Promise<Histogram> {
    return this.#aggregate(project, selection, makeHistogram(request), control, async (query, deadline) => {
      const times = {
        date_histogram: { field: 'time', fixed_interval: `${request.intervalMillis}ms`, min_doc_count: 1 },
        ...(request.by === 'level' && { aggs: { levels: LEVELS } }),
      };
      const answer = await this.#search(project, { query, size: 0, track_total_hits: true, aggs: { times } }, deadline);
      const buckets = (answer.aggregations?.times?.buckets ?? []) as TimeBucket[];
      return {
        buckets: buckets.map(({ key, doc_count: total, levels }) => ({
          time: key,
          total,
          counts: Object.fromEntries(toLevels(levels?.buckets ?? [])),
        })),
        total: answer.hits.total?.value ?? 0,
        ...optional('partial', partialOf(answer)),
      };
    });
  }

  async keys(project: ProjectId, selection: Selection, limit: number, control: ReadControl = {}): Promise<KeyList> {
    return this.#aggregate(project, selection, makeKeyList(limit), control, async (query, deadline) => {
      const aggs = { keys: { terms: { field: 'keys', size: SHARD_VALUES, shard_size: SHARD_VALUES * 2 } } };
      const answer = await this.#search(project, { query, size: 0, track_total_hits: false, aggs }, deadline);
      const counts = new Map(
        ((answer.aggregations?.keys?.buckets ?? []) as TermBucket[]).map(({ key, doc_count: count }) => [
          String(key),
          count,
        ]),
      );
      const of = (key: string, flag: string) => counts.get(key + VALUE + flag) ?? 0;
      const own = new Set<string>(Object.values(OWN_KEYS));
      const keys = [...counts].filter(([key]) => !key.includes(VALUE) && !own.has(key));
      return {
        keys: keys.slice(0, limit).map(([key, count]) => {
          const numbers = of(key, KEY_FLAGS.slotted) + of(key, KEY_FLAGS.unslotted);
          return { key, type: typeOf(count, numbers, of(key, KEY_FLAGS.boolean)), count };
        }),
        ...optional('partial', partialOf(answer)),
      };
    });
  }

  async extent(project: ProjectId, selection: Selection, control: ReadControl = {}): Promise<Extent> {
    return this.#aggregate(project, selection, makeExtent(), control, async (query, deadline) => {
      // two searches that stop at their first hit rather than min and max, which give milliseconds only
      const [newest, oldest] = await Promise.all(
        (['desc', 'asc'] as const).map((order) =>
          this.#search(
            project,
            { query, size: 1, sort: sortBy(order), track_total_hits: order === 'desc', _source: ['event'] },
            deadline,
          ),
        ),
      );
      const [last, first] = [newest, oldest].map(
        (answer) => answer?.hits.hits[0] && toStoredEvent(answer.hits.hits[0]._source.event),
      );
      return {
        total: newest?.hits.total?.value ?? 0,
        ...(first && { first: first.record.timeUnixNano }),
        ...(last && { last: last.record.timeUnixNano }),
        ...optional('partial', newest && partialOf(newest)),
      };
    });
  }

  async stats(
    project: ProjectId,
    selection: Selection,
    request: StatsRequest,
    control: ReadControl = {},
  ): Promise<Stats> {
    const bounds = compile(selection.filter, selection.now);
    return this.#scan(project, selection, bounds.upper, makeStats(request), control);
  }

  /** Lets the store aggregate where it decides the filter alone, for these very events; else the evaluator goes through them. */
  async #aggregate<Result extends object>(
    project: ProjectId,
    selection: Selection,
    aggregator: Aggregator<Result>,
    control: ReadControl,
    inStore: (query: Clause, deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const { upper, lower } = compile(selection.filter, selection.now);
    const deadline = deadlineOf(control);
    const query = inRange(selection, upper);
    if (upper !== lower) {
      const undecided = await this.#search(
        project,
        { query: all([query, not(lower)]), size: 0, track_total_hits: 1 },
        deadline,
      );
      if ((undecided.hits.total?.value ?? 0) > 0) return this.#scan(project, selection, upper, aggregator, control);
    }
    return inStore(query, deadline);
  }

  async #scan<Result extends object>(
    project: ProjectId,
    selection: Selection,
    upper: Clause,
    aggregator: Aggregator<Result>,
    control: ReadControl,
  ): Promise<Result> {
    const matches = makeMatcher(selection.filter, selection.now);
    let partial: Partial | undefined;
    for await (const batch of this.#candidates(project, selection, upper, 'desc', undefined, control)) {
      for (const { record } of batch.events) if (matches(record)) aggregator.add(record);
      partial = batch.partial;
    }
    return { ...aggregator.result(), ...optional('partial', partial) };
  }

  /** The one way to every search: the tenant's filter is put around whatever was compiled. */
  async #search(project: ProjectId, body: SearchBody, deadline: Deadline): Promise<SearchAnswer> {
    const query = { bool: { filter: [tenantFilter(project), body.query] } };
    try {
      return await this.#client.call<SearchAnswer>({
        method: 'POST',
        path: `/${INDEX_PATTERN}/_search`,
        query: { ignore_unavailable: 'true', allow_no_indices: 'true' },
        body: JSON.stringify({ ...body, query, timeout: `${Math.max(1, Math.round(deadline.left()))}ms` }),
        signal: deadline.signal,
      });
    } catch (error) {
      if (error instanceof OpenSearchError && /too_many|too_complex/.test(`${error.type} ${error.message}`)) {
        throw new QueryLimitError(
          'the query has more terms than the event store runs at once; search for fewer at a time',
          { cause: error },
        );
      }
      throw error;
    }
  }
}

/** Actions of one request, and who is told what became of each. */
class Bulk {
  readonly actions: string[] = [];
  readonly settles: ((outcome: WriteOutcome) => void)[] = [];
  #bytes = 0;

  takes(action: string): boolean {
    return this.#bytes === 0 || this.#bytes + Buffer.byteLength(action) <= BULK_BYTES;
  }

  add(action: string, settle: (outcome: WriteOutcome) => void): void {
    this.actions.push(action);
    this.settles.push(settle);
    this.#bytes += Buffer.byteLength(action);
  }
}

interface BulkAnswer {
  readonly items: readonly { readonly create?: BulkItem }[];
}
interface BulkItem {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}

function toOutcome(item: BulkItem | undefined): WriteOutcome {
  if (item === undefined) return { kind: 'retry', reason: 'the store did not answer for the event' };
  if (item.status === 201) return { kind: 'created' };
  if (item.status === 409) return { kind: 'exists' };
  const reason = `${item.status} ${item.error?.type ?? ''}: ${item.error?.reason ?? ''}`;
  return item.status === 429 || item.status >= 500 ? { kind: 'retry', reason } : { kind: 'refused', reason };
}

const retry = (error: unknown): WriteOutcome => ({
  kind: 'retry',
  reason: error instanceof DomainError && error.cause instanceof Error ? error.cause.message : String(error),
});

interface SearchBody {
  readonly query: Clause;
  readonly [member: string]: unknown;
}

interface Hit {
  readonly _source: { readonly event: string };
}

interface TermBucket {
  readonly key: string | number;
  readonly doc_count: number;
}
interface TimeBucket {
  readonly key: number;
  readonly doc_count: number;
  readonly levels?: { readonly buckets: readonly TermBucket[] };
}
interface AggregationAnswer {
  readonly doc_count?: number;
  readonly buckets?: readonly unknown[];
  readonly newest?: { readonly hits: { readonly hits: readonly Hit[] } };
  readonly sum_other_doc_count?: number;
  readonly doc_count_error_upper_bound?: number;
}

interface SearchAnswer {
  readonly timed_out: boolean;
  readonly _shards: { readonly failed: number };
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly Hit[] };
  readonly aggregations?: Readonly<Record<string, AggregationAnswer | undefined>>;
}

function partialOf({ timed_out: timedOut, _shards: shards }: SearchAnswer): Partial | undefined {
  if (timedOut) return { code: 'timeout' };
  return shards.failed > 0 ? { code: 'shard_failure' } : undefined;
}

const optional = <Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { [key in Name]: Value });

const inRange = ({ from, to }: Selection, clause: Clause): Clause =>
  all([timeRange('time', { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lt: to }) }), clause]);

const sortBy = (order: 'asc' | 'desc') => [{ time: order }, { id: order }];

// from the event itself: the sort values of an answer are nanoseconds as JSON numbers, beyond what a double holds
const toPosition = ({ record }: StoredEvent): Position => ({ time: record.timeUnixNano, id: record.id });

const toStoredEvent = (line: string): StoredEvent => ({ record: parseLine(line), line });

interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  left(): number;
}

function deadlineOf({ signal, timeoutMillis = TIMEOUT_MILLIS }: ReadControl): Deadline {
  const end = performance.now() + timeoutMillis;
  // the store stops by itself at its time-out and answers what it has; ours is for when it does not
  const ours = AbortSignal.timeout(timeoutMillis + 2_000);
  return { signal: signal === undefined ? ours : AbortSignal.any([signal, ours]), left: () => end - performance.now() };
}

const LEVELS = { terms: { field: 'severity', size: 25 } };

function toLevels(buckets: readonly TermBucket[]): Map<string, number> {
  const levels = new Map<string, number>();
  for (const { key, doc_count: count } of buckets) {
    const level = levelOf(Number(key));
    levels.set(level, (levels.get(level) ?? 0) + count);
  }
  return levels;
}

/** A facet whose values are still folded. */
interface FoundFacet extends Omit<Facet, 'values'> {
  readonly group: Group;
  readonly folded: readonly { readonly value: string; readonly pair: string; readonly count: number }[];
  /** Whether some value is spelled otherwise. */
  readonly spelled: boolean;
  readonly newest: boolean;
}

const keyOf = (group: Exclude<Group, { by: 'level' }>): string =>
  group.by === 'errorMessage' ? OWN_KEYS.errorMessage : group.key;

const quoteLucene = (text: string): string => text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, '\\$&');

function facetAggs(name: string, { group, limit, prefix = '' }: FacetRequest): Record<string, unknown> {
  if (group.by === 'level') return { [name]: LEVELS };
  const key = keyOf(group);
  const size = Math.max(limit, DISTINCT_VALUES);
  return {
    [name]: {
      terms: {
        field: 'kv',
        include: `${quoteLucene(key + VALUE + fold(prefix))}.*`,
        size,
        shard_size: SHARD_VALUES,
        order: [{ _count: 'desc' }, { _key: 'asc' }],
      },
    },
    [`${name}present`]: { filter: { term: { keys: key } } },
    [`${name}spelled`]: {
      filter: { terms: { keys: [key + VALUE + KEY_FLAGS.spelled, key + VALUE + KEY_FLAGS.long] } },
    },
  };
}

function readFacet(
  name: string,
  { group, limit, prefix = '', newest = false }: FacetRequest,
  { aggregations = {}, hits }: SearchAnswer,
): FoundFacet {
  const answer = aggregations[name];
  const buckets = (answer?.buckets ?? []) as readonly TermBucket[];
  if (group.by === 'level') {
    const levels = [...toLevels(buckets)].filter(([level]) => fold(level).startsWith(fold(prefix)));
    const sorted = levels.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return {
      group,
      folded: sorted.slice(0, limit).map(([value, count]) => ({ value, pair: '', count })),
      spelled: false,
      newest: false,
      other: sorted.slice(limit).reduce((sum, [, count]) => sum + count, 0),
      distinct: { value: sorted.length, relation: 'eq' },
      missing: 0,
      errorBound: 0,
    };
  }
  const start = keyOf(group).length + VALUE.length;
  const other = answer?.sum_other_doc_count ?? 0;
  return {
    group,
    folded: buckets.slice(0, limit).map(({ key, doc_count: count }) => ({
      value: toShown(String(key).slice(start)),
      pair: String(key),
      count,
    })),
    newest,
    spelled: (aggregations[`${name}spelled`]?.doc_count ?? 0) > 0,
    other: other + buckets.slice(limit).reduce((sum, { doc_count: count }) => sum + count, 0),
    distinct: { value: buckets.length, relation: other > 0 ? 'gte' : 'eq' },
    missing: (hits.total?.value ?? 0) - (aggregations[`${name}present`]?.doc_count ?? 0),
    errorBound: answer?.doc_count_error_upper_bound ?? 0,
  };
}

/** How an event spells a value; `value` is folded, of a long one its start. */
function spellingOf(value: string, event: LogRecord, group: Group): string {
  const start = value.endsWith('…') ? value.slice(0, -1) : undefined;
  const same = (text: string) => (start === undefined ? fold(text) === value : fold(text).startsWith(start));
  return makeGroupReader(group)(event).find(same) ?? value;
}

/** A folded value for people: of a long one its start. */
function toShown(folded: string): string {
  const end = folded.length > MAX_VALUE ? folded.indexOf(LONG) : -1;
  return end < 0 ? folded : `${folded.slice(0, end)}…`;
}
