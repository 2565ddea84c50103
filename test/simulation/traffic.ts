import { ulid } from 'ulid';
import { toDay } from '../../functions/core/event-id.ts';
import type { LogRecord } from '../../functions/core/log-record.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import { fromMillis } from '../../functions/core/unix-nano.ts';
import { dayOfClientId } from '../../functions/ingest/client-id.ts';
import type { Draft } from '../../functions/ingest/draft.ts';
import type { Arrival } from '../../functions/ingest/settle.ts';
import type { Random } from './random.ts';
import { DEADLY, REFUSED } from './store-model.ts';

/** One request of a client, sent until it is acknowledged, and sometimes once more. */
export interface Shipment {
  readonly project: ProjectId;
  readonly clientId: Arrival['clientId'];
  readonly events: readonly SentEvent[];
  /** When each try was received by the clock of who received it, Unix milliseconds. */
  readonly receipts: number[];
  /** Ids of each answer that said yes. */
  readonly acknowledged: (readonly string[])[];
}

/** An event as a client sends it. */
export interface SentEvent {
  /** Tells it apart from all others of the simulation; stands in its body. */
  readonly name: string;
  readonly draft: Draft;
}

const DAY_MILLIS = 86_400_000;
export const PROJECTS = ['alpha', 'beta', 'gamma'] as readonly string[] as readonly ProjectId[];
const TEXTS = ['GET / 200', 'größer „als“ 日本 \u{1F600}', '{"json":"inside"}', 'tab\tand\nline', '', '\\ " \u0000'];
const LARGE_BYTES = 1_100_000;

/** Makes requests of so many events in all. @param now when they are sent, Unix milliseconds */
export class Traffic {
  readonly #random: Random;
  readonly #withLarge: boolean;
  #events = 0;
  #last: Shipment | undefined;

  constructor(random: Random) {
    this.#random = random;
    this.#withLarge = random.chance(0.04);
  }

  get events(): number {
    return this.#events;
  }

  next(most: number, now: number): Shipment {
    const random = this.#random;
    const project = random.pick(PROJECTS);
    const size = Math.min(most, 1 + Math.floor(random.next() ** 2 * 120));
    // a client may use an id again for something else
    const clientId =
      this.#last?.clientId !== undefined && random.chance(0.1) ? this.#last.clientId : this.#clientId(now);
    const shipment: Shipment = {
      project,
      clientId,
      events: Array.from({ length: size }, () => this.#event(now)),
      receipts: [],
      acknowledged: [],
    };
    this.#last = shipment;
    return shipment;
  }

  #clientId(now: number): Arrival['clientId'] {
    const random = this.#random;
    const id = random.pick([undefined, `key-${random.int(1e9)}`, ulid(now, random.next), this.#uuid(now)]);
    if (id === undefined) return undefined;
    const day = dayOfClientId(id);
    return { dataset: 'simulation', id, ...(day !== undefined && { day }) };
  }

  #event(now: number): SentEvent {
    const random = this.#random;
    const name = `event-${this.#events++}`;
    const isLarge = this.#withLarge && random.chance(0.0007);
    const extra = random.chance(0.005) ? REFUSED : random.chance(0.0007) ? DEADLY : random.pick(TEXTS);
    const text = `${name} ${extra}${isLarge ? this.#noise() : ''}`;
    const time = this.#time(now);
    const severity = random.pick([
      undefined,
      { severityNumber: 9, severityText: 'INFO' },
      { severityNumber: 17, severityText: 'error' },
    ]);
    const draft: Draft = {
      body: text,
      original: text,
      attributes: { n: this.#events, nested: { list: [1, 'two', null, true] }, ratio: random.next() },
      resource: { 'service.name': random.pick(['shop', 'cart']) },
      ...(time !== undefined && { time: fromMillis(time) }),
      ...severity,
      ...(random.chance(0.3) && { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' }),
    };
    return { name, draft };
  }

  #time(now: number): number | undefined {
    const random = this.#random;
    const ago = random.pick([
      undefined,
      random.between(-60_000, 3_600_000),
      random.between(0, 2 * DAY_MILLIS),
      400 * DAY_MILLIS,
      -3 * DAY_MILLIS,
    ]);
    return ago === undefined ? undefined : Math.floor(now - ago);
  }

  #uuid(now: number): string {
    const hex = (digits: number) => Array.from({ length: digits }, () => this.#random.int(16).toString(16)).join('');
    const time = now.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
  }

  #noise(): string {
    const words = Uint32Array.from({ length: LARGE_BYTES / 4 }, () => this.#random.int(4_294_967_296));
    return Buffer.from(words.buffer).toString('base64');
  }
}

/**
 * Whether each try of a shipment must give the event the same id: there is an id of the client's, and a day that a resend repeats
 * (the event's own within a day of receipt, else the one in the client's id, else that of receipt).
 */
export function isRepeatable({ clientId, receipts }: Shipment, { draft }: SentEvent): boolean {
  if (clientId === undefined) return false;
  if (clientId.day !== undefined) return true;
  const days = receipts.map(toDay);
  const own = draft.time === undefined ? undefined : toDay(Number(draft.time.slice(0, -6)));
  const near = own !== undefined && days.every((day) => Math.abs(day - own) <= 1);
  return near || new Set(days).size === 1;
}

/** Whether a stored record is the event as it was sent. */
export function isUnchanged({ draft }: SentEvent, record: LogRecord): boolean {
  const { body, original, attributes, resource, time, severityNumber = 0, severityText, traceId, spanId } = draft;
  return (
    record.body === body &&
    record.original === original &&
    record.severityNumber === severityNumber &&
    record.severityText === severityText &&
    record.traceId === traceId &&
    record.spanId === spanId &&
    (time === undefined || record.timeUnixNano === time) &&
    JSON.stringify(record.attributes) === JSON.stringify(attributes) &&
    JSON.stringify(record.resource) === JSON.stringify(resource)
  );
}
