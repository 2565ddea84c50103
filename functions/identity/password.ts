import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { InvalidRequest } from '../core/errors.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const HASH_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** A PHC string of argon2id. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, MEMORY_KIB, PASSES, LANES);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${toText(salt)}$${toText(hash)}`;
}

/** A hash that no password has: verifying against it takes as long as against a true one. */
const NOBODY = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${toText(randomBytes(16))}$${toText(randomBytes(HASH_BYTES))}`;

/** Exactly one derivation, whether there is such a user or not. @param stored the user's PHC string, undefined for an unknown user */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, memory, passes, lanes, salt = '', expected = ''] = PHC.exec(stored ?? NOBODY) ?? [];
  const hash = await derive(password, Buffer.from(salt, 'base64'), Number(memory), Number(passes), Number(lanes));
  const known = Buffer.from(expected, 'base64');
  return password !== '' && known.length === hash.length && timingSafeEqual(hash, known);
}

/** Whether a password should be hashed anew, because hashes are made otherwise now. @param stored PHC string */
export function isOutdated(stored: string): boolean {
  const [, memory, passes, lanes] = PHC.exec(stored) ?? [];
  return Number(memory) !== MEMORY_KIB || Number(passes) !== PASSES || Number(lanes) !== LANES;
}

/**
 * Refuses what would be guessed first. How long a password is, is said by the schemas.
 * @param ofPerson user name and e-mail address
 * @throws InvalidRequest at this pointer
 */
export function checkPassword(password: string, ofPerson: readonly string[], pointer: string): void {
  const plain = password.normalize('NFKC').toLowerCase();
  const names = ofPerson.flatMap((name) => [name, name.split('@')[0] ?? name]).map((name) => name.toLowerCase());
  // with digits behind it a name or a common word is as easy
  const stem = plain.replace(/[\d!.?_-]{1,4}$/, '');
  const detail =
    COMMON_PASSWORDS.has(plain) || COMMON_PASSWORDS.has(stem)
      ? 'is one of the passwords that are tried first'
      : names.some((name) => name === plain || name === stem)
        ? 'expected something else than your name or address'
        : new Set(plain).size < 4
          ? 'expected at least four different characters'
          : undefined;
  if (detail !== undefined) throw new InvalidRequest([{ pointer, detail }]);
}

async function derive(
  password: string,
  nonce: Uint8Array,
  memory: number,
  passes: number,
  parallelism: number,
): Promise<Uint8Array> {
  // one form of each character, so that a password typed on another keyboard is the same
  const message = password.normalize('NFKC');
  return derived('argon2id', { message, nonce, memory, passes, parallelism, tagLength: HASH_BYTES });
}

const derived = promisify(argon2);

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
