import type { Draft } from '../draft.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { MsgpackTime, readMsgpack } from '../wire/msgpack.ts';
import { type Reading, readItems, unwrap } from './read-body.ts';

/** Whether a body is MessagePack: by its type, else by a first byte that opens an array or a map and begins no text in UTF-8. */
export const isMsgpack = (content: Buffer, mediaType: string): boolean =>
  /msgpack|messagepack/.test(mediaType) || ((content[0] ?? 0) >= 0x80 && (content[0] ?? 0) <= 0x9f);

/**
 * Reads MessagePack as shippers write it: an array of records, records one after the other, or Fluentd's and Fluent Bit's pairs of a time and
 * a record. @throws MsgpackError
 */
export function readMsgpackBody(content: Buffer, reading: Reading): Draft[] {
  const values = readMsgpack(content);
  const pairs = pairsOf(values);
  return readItems(pairs ?? values.flatMap((value) => unwrap(plain(value))).map(plain), reading);
}

/** `[time, record]` alone or many of them; undefined where the values are something else. */
function pairsOf(values: readonly unknown[]): unknown[] | undefined {
  const [first] = values;
  const items =
    values.length === 1 && Array.isArray(first) && Array.isArray(first[0]) && !isTime(first[0]) ? first : values;
  if (items.length === 0 || !items.every(isPair)) return undefined;
  return items.map(([head, record]) => {
    const time: unknown = Array.isArray(head) ? head[0] : head;
    const object = plain(record) as Gathered;
    const told: unknown = plain(time);
    // the record's own time, if it has one, was made nearer to the event
    return 'time' in object || 'timestamp' in object ? object : { ...object, time: told };
  });
}

const isTime = (value: unknown): boolean =>
  value instanceof MsgpackTime || typeof value === 'number' || typeof value === 'bigint';

const isPair = (value: unknown): value is [unknown, object] =>
  Array.isArray(value) &&
  value.length === 2 &&
  (isTime(value[0]) || (Array.isArray(value[0]) && isTime(value[0][0]))) &&
  typeof value[1] === 'object' &&
  value[1] !== null &&
  !Array.isArray(value[1]) &&
  !(value[1] instanceof MsgpackTime);

/** Values as JSON has them: times as their nanoseconds. */
function plain(value: unknown): unknown {
  if (value instanceof MsgpackTime) return value.toNano();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const object: Gathered = {};
  for (const [name, member] of Object.entries(value)) putAttribute(object, name, plain(member) as never);
  return object;
}
