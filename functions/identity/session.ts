import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { User } from '../adapters/accounts/port.ts';
import type { SigningKeys } from '../adapters/signing-key/port.ts';
import { ACCESS_TOKEN_TYPE, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../core/access-token.ts';

/** Thirty minutes, in seconds. */
export const SESSION_SECONDS = 1_800;

/** Signs an access token. @param epoch of the user's sessions: a later one ends this. @param now Unix milliseconds */
export async function signSession(keys: SigningKeys, user: User, epoch: number, now: number): Promise<string> {
  const { private: jwk } = await keys.current();
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({
    sid: randomUUID(),
    name: user.username,
    project: user.defaultProject,
    epoch,
    change: user.mustChangePassword,
  })
    .setProtectedHeader({
      alg: 'ES256',
      typ: ACCESS_TOKEN_TYPE,
      kid: jwk.kid ?? '',
    })
    .setSubject(user.id)
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + SESSION_SECONDS)
    .sign(await importJWK(jwk, 'ES256'));
}
