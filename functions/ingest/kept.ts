import type { IndexName } from '../core/event-id.ts';
import { type Frame, makeEmptyFrame, packFrames } from '../core/frame.ts';
import { stringifyJson } from '../core/json.ts';
import type { LogRecord } from '../core/log-record.ts';
import type { Policy } from './policy/policy.ts';
import type { Arrival, Settled } from './settle.ts';

/** A record's JSON begins with id and times, which are ours: at least so many characters. */
const OWN_BEGINNING = 100;

/** The events of a request, as its project's policy lets them be kept. */
export class Kept {
  readonly #policy: Policy;
  readonly #lines = new Map<IndexName, string[]>();
  /** Events by rule of sanitising. */
  readonly #sanitised = new Map<string, number>();
  #firstIndex: IndexName | undefined;
  #dropped = 0;
  #bytes = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Events that a rule dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Characters of the records as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  add({ index, record }: Settled): void {
    this.#firstIndex ??= index;
    const line = stringifyJson(record);
    if (!this.#policy.sanitiser.mayTouch(line, OWN_BEGINNING)) {
      this.#keep(index, record, line);
      return;
    }
    const { record: clean, rules } = this.#policy.sanitiser.apply(record);
    for (const rule of rules) this.#sanitised.set(rule, (this.#sanitised.get(rule) ?? 0) + 1);
    this.#keep(index, clean, clean === record ? line : stringifyJson(clean));
  }

  /** Frames of what is kept; the first tells what was dropped and taken out. @param makeId gives a ULID per frame */
  toFrames({ project, received }: Arrival, makeId: () => string): Frame[] {
    const frames = [...this.#lines].flatMap(([index, lines]) =>
      packFrames({ project, index, received }, lines, makeId),
    );
    if (frames.length === 0 && this.#firstIndex !== undefined)
      frames.push(makeEmptyFrame({ project, index: this.#firstIndex, received }, makeId()));
    const [first, ...rest] = frames;
    if (first === undefined || (this.#dropped === 0 && this.#sanitised.size === 0)) return frames;
    const header = {
      ...first.header,
      dropped: this.#dropped,
      ...(this.#sanitised.size > 0 && { sanitised: Object.fromEntries(this.#sanitised) }),
    };
    return [{ ...first, header }, ...rest];
  }

  /** Rules that drop see the event as it would be stored. */
  #keep(index: IndexName, record: LogRecord, line: string): void {
    if (this.#policy.dropper?.(record) !== undefined) {
      this.#dropped++;
      return;
    }
    this.#bytes += line.length;
    const group = this.#lines.get(index);
    if (group === undefined) this.#lines.set(index, [line]);
    else group.push(line);
  }
}
