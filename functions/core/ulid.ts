import { randomFillSync } from 'node:crypto';
import { ulid as makeUlid } from 'ulid';

// one read of the system's randomness serves many ids: 16 bytes are used by each
const pool = new Uint8Array(4096);
let used = pool.length;

function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return (pool[used++] ?? 0) / 256;
}

/** A ULID (26 characters, Crockford's base 32, sorted by time). @param millis Unix milliseconds */
export const ulid = (millis: number): string => makeUlid(millis, random);
