/** Writes fields of Protocol Buffers, for requests that tests make themselves. */

function varintBytes(value: bigint): Buffer {
  const out: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    out.push(left === 0n ? low : low | 0x80);
  } while (left !== 0n);
  return Buffer.from(out);
}

const key = (field: number, wireType: number): Buffer => varintBytes(BigInt((field << 3) | wireType));

export const varint = (field: number, value: number): Buffer => int64(field, BigInt(value));

export const int64 = (field: number, value: bigint): Buffer => Buffer.concat([key(field, 0), varintBytes(value)]);

export function fixed64(field: number, value: bigint): Buffer {
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64LE(value);
  return Buffer.concat([key(field, 1), eight]);
}

export function fixed32(field: number, value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(value);
  return Buffer.concat([key(field, 5), four]);
}

export const bytes = (field: number, value: Buffer): Buffer =>
  Buffer.concat([key(field, 2), varintBytes(BigInt(value.length)), value]);

export const string = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));

export const message = (field: number, ...parts: readonly Buffer[]): Buffer => bytes(field, Buffer.concat(parts));

/** A snappy block of literals alone. */
export function snappyLiteral(content: Buffer): Buffer {
  const pieces: Buffer[] = [varintBytes(BigInt(content.length))];
  for (let at = 0; at < content.length; at += 60) {
    const piece = content.subarray(at, at + 60);
    pieces.push(Buffer.from([(piece.length - 1) << 2]), piece);
  }
  return Buffer.concat(pieces);
}
