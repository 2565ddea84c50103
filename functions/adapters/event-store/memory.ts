import { type EventId, type IndexName, indexOf } from '../../core/event-id.ts';
import type { ProjectId } from '../../core/project.ts';
import { makeMatcher } from '../../search/language/evaluator.ts';
import { compareNanos } from '../../search/language/time.ts';
import {
  type Aggregator,
  compareEvents,
  makeExtent,
  makeFacets,
  makeHistogram,
  makeKeyList,
  makeStats,
} from './aggregate.ts';
import { parseLine } from './document.ts';
import {
  type EventGroup,
  type EventHider,
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
  PointExpired,
  type PointInTime,
  type ReadControl,
  type Selection,
  type Stats,
  type StatsRequest,
  type StoredEvent,
  type WriteOutcome,
} from './port.ts';

interface KeptEvent extends StoredEvent {
  readonly project: ProjectId;
  readonly index: IndexName;
  readonly hidden: boolean;
}

/** Events in memory, read by the evaluator alone: the meaning that every other backing must agree with. */
export class MemoryEventStore implements EventStore, EventHider, EventPoints {
  readonly #events = new Map<string, KeptEvent>();
  readonly #points = new Map<PointInTime, readonly KeptEvent[]>();
  #opened = 0;

  async create(groups: readonly EventGroup[]): Promise<readonly (readonly WriteOutcome[])[]> {
    return groups.map(({ project, index, lines, hidden }) =>
      lines.map((line): WriteOutcome => {
        try {
          const record = parseLine(line);
          if (this.#events.has(record.id)) return { kind: 'exists' };
          this.#events.set(record.id, { project, index, record, line, hidden: hidden?.has(record.id) ?? false });
          return { kind: 'created' };
        } catch (error) {
          return { kind: 'refused', reason: (error as Error).message };
        }
      }),
    );
  }

  async page(
    project: ProjectId,
    selection: Selection,
    { order, limit, after, skip = 0, count }: PageRequest,
    control: ReadControl = {},
  ): Promise<EventPage> {
    const direction = order === 'asc' ? 1 : -1;
    const selected = this.#select(project, selection, control).sort(
      (a, b) => direction * compareEvents(a.record, b.record),
    );
    const position = after && { timeUnixNano: after.time, id: after.id };
    const rest = selected.filter(
      ({ record }) => position === undefined || direction * compareEvents(record, { ...record, ...position }) > 0,
    );
    const events = rest.slice(skip, skip + limit);
    const last = events.at(-1)?.record;
    return {
      events,
      ...(last && rest.length > skip + limit && { next: { time: last.timeUnixNano, id: last.id } }),
      ...(count && { total: { value: selected.length, relation: 'eq' } }),
    };
  }

  async get(project: ProjectId, id: EventId): Promise<StoredEvent | undefined> {
    const found = this.#events.get(id);
    return found?.project === project && found.index === indexOf(id) && !found.hidden ? found : undefined;
  }

  async setHidden(project: ProjectId, ids: readonly EventId[], hidden: boolean): Promise<ReadonlySet<EventId>> {
    return this.#change(project, ids, (event) => this.#events.set(event.record.id, { ...event, hidden }));
  }

  async remove(project: ProjectId, ids: readonly EventId[]): Promise<ReadonlySet<EventId>> {
    return this.#change(project, ids, (event) => this.#events.delete(event.record.id));
  }

  #change(project: ProjectId, ids: readonly EventId[], change: (event: KeptEvent) => void): ReadonlySet<EventId> {
    const found = ids.flatMap((id) => this.#events.get(id) ?? []).filter((event) => event.project === project);
    for (const event of found) change(event);
    return new Set(found.map(({ record }) => record.id));
  }

  async facets(
    project: ProjectId,
    selection: Selection,
    requests: readonly FacetRequest[],
    control?: ReadControl,
  ): Promise<Facets> {
    return this.#aggregate(project, selection, makeFacets(requests), control);
  }

  async histogram(
    project: ProjectId,
    selection: Selection,
    request: HistogramRequest,
    control?: ReadControl,
  ): Promise<Histogram> {
    return this.#aggregate(project, selection, makeHistogram(request), control);
  }

  async keys(project: ProjectId, selection: Selection, limit: number, control?: ReadControl): Promise<KeyList> {
    return this.#aggregate(project, selection, makeKeyList(limit), control);
  }

  async extent(project: ProjectId, selection: Selection, control?: ReadControl): Promise<Extent> {
    return this.#aggregate(project, selection, makeExtent(), control);
  }

  async stats(project: ProjectId, selection: Selection, request: StatsRequest, control?: ReadControl): Promise<Stats> {
    return this.#aggregate(project, selection, makeStats(request), control);
  }

  #aggregate<Result>(
    project: ProjectId,
    selection: Selection,
    aggregator: Aggregator<Result>,
    control: ReadControl = {},
  ): Result {
    const newestFirst = this.#select(project, selection, control).sort((a, b) => compareEvents(b.record, a.record));
    for (const { record } of newestFirst) aggregator.add(record);
    return aggregator.result();
  }

  async openPoint(): Promise<PointInTime> {
    const point = `point-${++this.#opened}` as PointInTime;
    this.#points.set(point, [...this.#events.values()]);
    return point;
  }

  async closePoint(point: PointInTime): Promise<void> {
    this.#points.delete(point);
  }

  #select(project: ProjectId, { filter, from, to, now }: Selection, { signal, point }: ReadControl): StoredEvent[] {
    signal?.throwIfAborted();
    const events = point === undefined ? [...this.#events.values()] : this.#points.get(point);
    if (events === undefined) throw new PointExpired(`there is no point in time "${point}"`);
    const matches = makeMatcher(filter, now);
    return events.filter(
      (event) =>
        event.project === project &&
        !event.hidden &&
        (from === undefined || compareNanos(event.record.timeUnixNano, from) >= 0) &&
        (to === undefined || compareNanos(event.record.timeUnixNano, to) < 0) &&
        matches(event.record),
    );
  }
}
