import { type AttributeValue, typeOf } from './attribute-value.ts';
import { compareDecimals, parseDecimal, toSortableBytes } from './decimal.ts';

/** Bytes of a key attribute that sort as DynamoDB sorts: text by UTF-8, binary by byte, numbers by value. */
export function toKeyBytes(value: AttributeValue): Buffer {
  if ('S' in value) return Buffer.from(value.S, 'utf8');
  if ('B' in value) return Buffer.from(value.B, 'base64');
  if ('N' in value) return toSortableBytes(parseDecimal(value.N));
  throw new TypeError(`a value of type ${typeOf(value)} cannot be a key`);
}

/** Negative, zero or positive; undefined when the two have no order: other types, or not of type S, N or B. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if ('N' in a && 'N' in b) return compareDecimals(parseDecimal(a.N), parseDecimal(b.N));
  if (('S' in a && 'S' in b) || ('B' in a && 'B' in b)) return Buffer.compare(toKeyBytes(a), toKeyBytes(b));
  return undefined;
}

/** The least bytes that do not start with `prefix` and are above all that do; undefined when there are none. */
export function afterPrefix(prefix: Buffer): Buffer | undefined {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  if (end === 0) return undefined;
  const bytes = Buffer.from(prefix.subarray(0, end));
  bytes[end - 1] = (bytes[end - 1] ?? 0) + 1;
  return bytes;
}
