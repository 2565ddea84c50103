/** MessagePack that ends early, or is nested too deep. */
export class MsgpackError extends Error {
  override readonly name = 'MsgpackError';
}

/** A time of an extension type: EventTime of Fluentd, or the timestamp of MessagePack itself. */
export class MsgpackTime {
  readonly seconds: bigint;
  readonly nanos: number;

  constructor(seconds: bigint, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }

  /** Nanoseconds since 1970 as decimal digits. */
  toNano(): string {
    return String(this.seconds * 1_000_000_000n + BigInt(this.nanos));
  }
}

const MAX_DEPTH = 64;
/** Fluentd's EventTime (https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1). */
const EVENT_TIME = 0;
/** https://github.com/msgpack/msgpack/blob/master/spec.md#timestamp-extension-type */
const TIMESTAMP = -1;

/** Reads MessagePack values that stand one after the other. @throws MsgpackError */
export function readMsgpack(bytes: Buffer): unknown[] {
  const reader = new Reader(bytes);
  const values: unknown[] = [];
  while (!reader.done) values.push(reader.value(0));
  return values;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new MsgpackError(`value is nested deeper than ${MAX_DEPTH} levels`);
    const byte = this.#uint(1);
    if (byte < 0x80) return byte;
    if (byte < 0x90) return this.#map(byte & 0x0f, depth);
    if (byte < 0xa0) return this.#array(byte & 0x0f, depth);
    if (byte < 0xc0) return this.#text(byte & 0x1f);
    if (byte >= 0xe0) return byte - 0x100;
    switch (byte) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#text(this.#uint(1 << (byte - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(1 << (byte - 0xc7)));
      case 0xca:
        return finite(this.#bytes.readFloatBE(this.#take(4)));
      case 0xcb:
        return finite(this.#bytes.readDoubleBE(this.#take(8)));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (byte - 0xcc));
      case 0xcf:
        return exact(this.#bytes.readBigUInt64BE(this.#take(8)));
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const width = 1 << (byte - 0xd0);
        return this.#bytes.readIntBE(this.#take(width), width);
      }
      case 0xd3:
        return exact(this.#bytes.readBigInt64BE(this.#take(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (byte - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (byte - 0xd9)));
      case 0xdc:
        return this.#array(this.#uint(2), depth);
      case 0xdd:
        return this.#array(this.#uint(4), depth);
      case 0xde:
        return this.#map(this.#uint(2), depth);
      case 0xdf:
        return this.#map(this.#uint(4), depth);
      default:
        throw new MsgpackError(`byte 0x${byte.toString(16)} begins no value`);
    }
  }

  #array(length: number, depth: number): unknown[] {
    this.#expect(length);
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) values.push(this.value(depth + 1));
    return values;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#expect(length * 2);
    const map: Record<string, unknown> = {};
    for (let index = 0; index < length; index++) {
      const key = String(this.value(depth + 1));
      const value = this.value(depth + 1);
      // of any name, `__proto__` too
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return map;
  }

  #text(length: number): string {
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  #extension(length: number): unknown {
    const type = this.#bytes.readInt8(this.#take(1));
    const start = this.#take(length);
    const data = this.#bytes.subarray(start, start + length);
    if (length === 8 && type === EVENT_TIME) return new MsgpackTime(BigInt(data.readUInt32BE(0)), data.readUInt32BE(4));
    if (type !== TIMESTAMP) return data.toString('base64');
    switch (length) {
      case 4:
        return new MsgpackTime(BigInt(data.readUInt32BE(0)), 0);
      case 8: {
        const both = data.readBigUInt64BE(0);
        return new MsgpackTime(both & 0x3ffffffffn, Number(both >> 34n));
      }
      case 12:
        return new MsgpackTime(data.readBigInt64BE(4), data.readUInt32BE(0));
      default:
        return data.toString('base64');
    }
  }

  /** Refuses a length that the bytes left cannot hold before memory is taken for it. */
  #expect(values: number): void {
    if (values > this.#bytes.length - this.#at) throw new MsgpackError('value ends early');
  }

  #uint(width: number): number {
    return this.#bytes.readUIntBE(this.#take(width), width);
  }

  #take(count: number): number {
    if (count > this.#bytes.length - this.#at) throw new MsgpackError('value ends early');
    const start = this.#at;
    this.#at += count;
    return start;
  }
}

const exact = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** JSON has no numbers for NaN and the infinities. */
const finite = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
