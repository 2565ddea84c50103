import { createHash, randomBytes } from 'node:crypto';

/** `trb_<env>_<id>_<secret>_<check>`: id 16, secret 40 (200 bits), check 6 characters, base 32. */
const FORM = /^trb_([a-z0-9]{1,16})_([a-z2-7]{16})_([a-z2-7]{40})_([a-z2-7]{6})$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new key, to be shown once, and the id that it is stored under. @param environment stage name without hyphens */
export function makeApiKey(environment: string): {
  readonly key: string;
  readonly id: string;
} {
  const id = randomText(16);
  const stem = `trb_${environment}_${id}_${randomText(40)}`;
  return { key: `${stem}_${checkOf(stem)}`, id };
}

/** The id inside a key; undefined for a text that is no key of ours, told by its check characters without asking any table. */
export function parseApiKey(text: string): { readonly id: string } | undefined {
  const id = FORM.exec(text)?.[2];
  return id !== undefined && checkOf(text.slice(0, -7)) === text.slice(-6) ? { id } : undefined;
}

/** What is stored of a key. A key holds 200 random bits, so a fast hash is enough. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

const randomText = (length: number): string => toText(randomBytes(length));
const checkOf = (stem: string): string => toText(createHash('sha256').update(stem).digest().subarray(0, 6));
const toText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => ALPHABET[byte & 31]).join('');
