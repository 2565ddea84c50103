/** A snappy stream that cannot be read. */
export class SnappyError extends Error {
  override readonly name = 'SnappyError';
}

const STREAM_IDENTIFIER = Buffer.from('ff060000734e61507059', 'hex');
const CHECKSUM_BYTES = 4;

/** Whether bytes are snappy's framing format rather than a bare block. */
export const isFramedSnappy = (bytes: Buffer): boolean =>
  bytes.subarray(0, STREAM_IDENTIFIER.length).equals(STREAM_IDENTIFIER);

/**
 * Inflates snappy, a bare block or framed (https://github.com/google/snappy, format_description.txt and framing_format.txt). Checksums of
 * frames are passed over: what they guard is guarded again by TLS.
 * @throws SnappyError, RangeError where it would grow beyond `maxBytes`
 */
export function inflateSnappy(bytes: Buffer, maxBytes: number): Buffer {
  return isFramedSnappy(bytes) ? inflateFrames(bytes, maxBytes) : inflateBlock(bytes, maxBytes);
}

function inflateFrames(bytes: Buffer, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let left = maxBytes;
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new SnappyError('chunk header ends early');
    const type = bytes[at] as number;
    const end = at + 4 + bytes.readUIntLE(at + 1, 3);
    if (end > bytes.length) throw new SnappyError('chunk ends early');
    if (type < 2) {
      const data = bytes.subarray(at + 4 + CHECKSUM_BYTES, end);
      const chunk = type === 0 ? inflateBlock(data, left) : data;
      left -= chunk.length;
      if (left < 0) throw new RangeError('snappy grows beyond the limit');
      chunks.push(chunk);
    } else if (type < 0x80) throw new SnappyError(`chunk of reserved type ${type}`);
    at = end;
  }
  return Buffer.concat(chunks);
}

function inflateBlock(bytes: Buffer, maxBytes: number): Buffer {
  const { length, start } = readLength(bytes);
  if (length > maxBytes) throw new RangeError('snappy grows beyond the limit');
  // three bytes make a copy of 64 at most: what promises more is no snappy, and not worth the memory
  if (length > bytes.length * 32) throw new SnappyError('length is more than the block can hold');
  const output = Buffer.allocUnsafe(length);
  let from = start;
  let to = 0;
  while (from < bytes.length) {
    const tag = bytes[from++] as number;
    if ((tag & 3) === 0) {
      let count = tag >> 2;
      if (count >= 60) {
        const width = count - 59;
        if (from + width > bytes.length) throw new SnappyError('block ends early');
        count = bytes.readUIntLE(from, width);
        from += width;
      }
      count++;
      if (from + count > bytes.length || to + count > length) throw new SnappyError('literal runs past the end');
      bytes.copy(output, to, from, from + count);
      from += count;
      to += count;
      continue;
    }
    const width = (tag & 3) === 3 ? 4 : tag & 3;
    if (from + width > bytes.length) throw new SnappyError('block ends early');
    const low = bytes.readUIntLE(from, width);
    from += width;
    const [count, offset] = width === 1 ? [4 + ((tag >> 2) & 7), ((tag >> 5) << 8) | low] : [1 + (tag >> 2), low];
    if (offset === 0 || offset > to || to + count > length) throw new SnappyError('copy reaches outside the block');
    // byte by byte where source and target overlap, which is how runs are written
    if (offset >= count) output.copyWithin(to, to - offset, to - offset + count);
    else for (let index = 0; index < count; index++) output[to + index] = output[to + index - offset] as number;
    to += count;
  }
  if (to !== length) throw new SnappyError(`block holds ${to} bytes, promised ${length}`);
  return output;
}

function readLength(bytes: Buffer): { readonly length: number; readonly start: number } {
  let length = 0;
  for (let start = 0; start < 5; start++) {
    const byte = bytes[start];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * start);
    if (byte < 0x80) return { length, start: start + 1 };
  }
  throw new SnappyError('length of the block is not readable');
}
