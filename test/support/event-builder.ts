import { randomInt } from 'node:crypto';
import { type IndexName, makeEventId, toIndexName } from '../../functions/core/event-id.ts';
import { stringifyJson } from '../../functions/core/json.ts';
import type { LogRecord } from '../../functions/core/log-record.ts';
import { ProjectId } from '../../functions/core/project.ts';
import { ulid } from '../../functions/core/ulid.ts';
import { fromMillis } from '../../functions/core/unix-nano.ts';

/** Moment of the events of tests, Unix milliseconds. */
export const MOMENT = Date.UTC(2026, 10, 21, 7, 40);

/** Members of an event that a test is about; the rest is plain. */
export type EventMembers = Partial<LogRecord> & { readonly millis?: number };

/**
 * Makes events for an index and a project that nobody else has: tests share an engine. The day is beyond all real ones and only tells the
 * index; times are the events' own.
 */
export function makeEventSpace(): {
  readonly project: ProjectId;
  readonly index: IndexName;
  anEvent(members?: EventMembers): LogRecord;
} {
  const day = randomInt(100_000, 900_000);
  return {
    project: ProjectId.parse(`t-${ulid(MOMENT).toLowerCase()}`),
    index: toIndexName('365d', day),
    anEvent({ millis = MOMENT, ...members } = {}) {
      const time = members.timeUnixNano ?? fromMillis(millis);
      return {
        id: makeEventId('365d', day, ulid(MOMENT), 0),
        timeUnixNano: time,
        observedTimeUnixNano: time,
        severityNumber: 9,
        severityText: 'INFO',
        body: 'hello',
        attributes: {},
        resource: { 'service.name': 'checkout' },
        source: { protocol: 'http' },
        ...members,
      };
    },
  };
}

/** An event as *accept* writes it. */
export const lineOf = (record: LogRecord): string => stringifyJson(record);
