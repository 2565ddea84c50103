/** A message of Protocol Buffers that ends early, or whose lengths do not add up. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Wire types (https://protobuf.dev/programming-guides/encoding/). */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * Reads one message field by field: `while (reader.next()) switch (reader.field) …`, with `skip` for what is not known. Values are
 * read without copying the bytes. @throws ProtobufError from every method
 */
export class ProtobufReader {
  readonly bytes: Buffer;
  readonly #end: number;
  #at: number;
  #wireType = 0;
  /** Number of the field that `next` stopped at. */
  field = 0;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const key = this.#varint32();
    this.field = key >>> 3;
    this.#wireType = key & 7;
    if (this.field === 0) throw new ProtobufError('field number 0');
    return true;
  }

  /** A message inside, read by a reader of its own. */
  message(): ProtobufReader {
    const { start, end } = this.#span();
    return new ProtobufReader(this.bytes, start, end);
  }

  string(): string {
    const { start, end } = this.#span();
    return this.bytes.toString('utf8', start, end);
  }

  /** The bytes of a field as lower-case hex digits. */
  hex(): string {
    const { start, end } = this.#span();
    return this.bytes.toString('hex', start, end);
  }

  /** The bytes of a field, as a view. */
  slice(): Buffer {
    const { start, end } = this.#span();
    return this.bytes.subarray(start, end);
  }

  /** The bytes of this whole message, as a view. */
  rest(): Buffer {
    return this.bytes.subarray(this.#at, this.#end);
  }

  /** A `uint32`, `bool` or enum; of a longer number the low 32 bits. */
  uint32(): number {
    this.#expect(VARINT);
    return this.#varint32();
  }

  /** An `int64`: a number where a double holds it. */
  int64(): number | bigint {
    this.#expect(VARINT);
    const start = this.#at;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    this.#at = start;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        const signed = BigInt.asIntN(64, value);
        const number = Number(signed);
        return Number.isSafeInteger(number) ? number : signed;
      }
    }
    throw new ProtobufError('number of more than ten bytes');
  }

  fixed64(): bigint {
    this.#expect(FIXED64);
    return this.bytes.readBigUInt64LE(this.#skipBytes(8));
  }

  fixed32(): number {
    this.#expect(FIXED32);
    return this.bytes.readUInt32LE(this.#skipBytes(4));
  }

  double(): number {
    this.#expect(FIXED64);
    return this.bytes.readDoubleLE(this.#skipBytes(8));
  }

  /** Passes over the field, whatever it is. */
  skip(): void {
    switch (this.#wireType) {
      case VARINT:
        for (let left = 10; this.#byte() >= 0x80; )
          if (--left === 0) throw new ProtobufError('number of more than ten bytes');
        return;
      case FIXED64:
        this.#skipBytes(8);
        return;
      case LENGTH_DELIMITED:
        this.#span();
        return;
      case FIXED32:
        this.#skipBytes(4);
        return;
      default:
        throw new ProtobufError(`wire type ${this.#wireType}`);
    }
  }

  #span(): { readonly start: number; readonly end: number } {
    this.#expect(LENGTH_DELIMITED);
    const length = this.#varint32();
    const start = this.#skipBytes(length);
    return { start, end: start + length };
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType)
      throw new ProtobufError(`field ${this.field} has wire type ${this.#wireType}, expected ${wireType}`);
  }

  #skipBytes(count: number): number {
    const start = this.#at;
    if (count > this.#end - start) throw new ProtobufError('message ends early');
    this.#at = start + count;
    return start;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new ProtobufError('message ends early');
    return this.bytes[this.#at++] as number;
  }

  #varint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new ProtobufError('number of more than ten bytes');
  }
}
