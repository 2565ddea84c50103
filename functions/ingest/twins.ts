import { Failure } from '../core/errors.ts';
import type { Draft } from './draft.ts';
import { twinsOf } from './wire/read-json.ts';

/** The draft of a JSON value; where that names a member twice it is marked, and keeps the text, which alone has both. */
export function keepTwins<T extends Draft>(draft: T, value: unknown): T {
  const twins = twinsOf(value);
  if (twins === undefined) return draft;
  const { marks = [] } = draft;
  return {
    ...draft,
    original: twins.text,
    raw: () => twins.text,
    marks: marks.includes('duplicate_key') ? marks : [...marks, 'duplicate_key'],
  };
}

/** Refuses an envelope that names a member twice, for what the first held would be lost. @throws Failure `undecodable` */
export function refuseTwins(envelope: unknown): void {
  const twins = twinsOf(envelope);
  if (twins !== undefined)
    throw new Failure('undecodable', `body names ${JSON.stringify(twins.name.slice(0, 100))} twice in one object`);
}
