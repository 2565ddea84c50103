import { createHash, randomBytes } from 'node:crypto';

/** What a link of a mail proves itself with: 256 random bits, of which only the hash is kept. */
export function makeToken(): { readonly token: string; readonly hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

/** So random a token needs no salt. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');
