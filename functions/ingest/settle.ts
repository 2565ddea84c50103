import {
  type EventId,
  type IndexName,
  makeEventId,
  makeStableEventId,
  type RetentionClass,
  toDay,
  toIndexName,
} from '../core/event-id.ts';
import type { LogRecord, Mark } from '../core/log-record.ts';
import type { ProjectId } from '../core/project.ts';
import { fromMillis, toMillis, type UnixNano } from '../core/unix-nano.ts';
import type { Draft } from './draft.ts';

/** What all events of a request have in common. */
export interface Arrival {
  readonly project: ProjectId;
  readonly retention: RetentionClass;
  /** Receive time, Unix milliseconds. */
  readonly received: number;
  /** Names the request's events where the client names none. */
  readonly ulid: string;
  readonly source: LogRecord['source'];
  /** `?service=` and its kin: fill what the event itself leaves open. */
  readonly hints: { readonly service?: string; readonly environment?: string; readonly host?: string };
  /** The client's own id of the request, by which a resend is known. */
  readonly clientId?: { readonly dataset: string; readonly id: string; readonly day?: number };
}

/** An event with all that will be stored of it. */
export interface Settled {
  readonly id: EventId;
  readonly index: IndexName;
  readonly record: LogRecord;
}

/** Settles, once and for all, an event's id, index, times and what was absent. @param position of the event in its request */
export function settle(draft: Draft, position: number, arrival: Arrival): Settled {
  const { project, retention, received } = arrival;
  const clientId = draft.clientId ?? arrival.clientId;
  const observed = fromMillis(received);
  const day = dayOf(draft.time, received, clientId?.day);
  const id =
    clientId === undefined
      ? makeEventId(retention, day, arrival.ulid, position)
      : makeStableEventId(
          retention,
          day,
          [project, clientId.dataset, clientId.id],
          // an id of the event's own means the same event wherever in a batch it comes again
          draft.clientId === undefined ? position : 0,
          draft.raw?.() ?? draft.original ?? '',
        );
  return { id, index: toIndexName(retention, day), record: toRecord(draft, id, observed, arrival) };
}

/** Member by member, in one order and without spreading: this is the hot path, and records of one shape are fast to write. */
function toRecord(draft: Draft, id: EventId, observed: UnixNano, { hints, source }: Arrival): LogRecord {
  const resource = fillResource(draft.resource, hints);
  const marks = marksOf(draft, resource);
  // undefined members are left out when the record is written
  const record: { readonly [member in keyof LogRecord]: LogRecord[member] | undefined } = {
    id,
    timeUnixNano: draft.time ?? observed,
    observedTimeUnixNano: observed,
    severityNumber: draft.severityNumber ?? 0,
    severityText: draft.severityText,
    body: draft.body,
    attributes: draft.attributes,
    resource,
    scope: draft.scope,
    traceId: draft.traceId,
    spanId: draft.spanId,
    flags: draft.flags,
    eventName: draft.eventName,
    original: draft.original,
    source,
    marks,
  };
  return record as LogRecord;
}

function marksOf(draft: Draft, resource: LogRecord['resource']): readonly Mark[] | undefined {
  const marks: Mark[] = draft.marks === undefined ? [] : [...draft.marks];
  if (draft.time === undefined && !marks.includes('timestamp_invalid') && !marks.includes('timestamp_out_of_range'))
    marks.push('timestamp_missing');
  if (draft.severityNumber === undefined && draft.eventName === undefined)
    marks.push(draft.severityText === undefined ? 'level_missing' : 'level_unknown');
  if (resource['service.name'] === undefined) marks.push('service_missing');
  return marks.length === 0 ? undefined : marks;
}

function fillResource(
  resource: LogRecord['resource'],
  { service, environment, host }: Arrival['hints'],
): LogRecord['resource'] {
  if (service === undefined && environment === undefined && host === undefined) return resource;
  return {
    ...(service !== undefined && { 'service.name': service }),
    ...(environment !== undefined && { 'deployment.environment.name': environment }),
    ...(host !== undefined && { 'host.name': host }),
    ...resource,
  };
}

/** How far from receipt the day inside a client's id may lie: a wrong clock makes no index of its own. */
const CLIENT_DAYS = { before: 7, after: 1 };

/**
 * A day that a resend repeats: the event's own if it is within a day of when its request was made, else that. When it was made is told by the
 * client's id, which a resend after midnight repeats, else by receipt.
 */
function dayOf(time: UnixNano | undefined, received: number, clientDay: number | undefined): number {
  const today = toDay(received);
  const isPlausible =
    clientDay !== undefined && clientDay >= today - CLIENT_DAYS.before && clientDay <= today + CLIENT_DAYS.after;
  const made = isPlausible ? clientDay : today;
  const own = time === undefined ? undefined : toDay(toMillis(time));
  return own !== undefined && Math.abs(own - made) <= 1 ? own : made;
}
