import { createHash, randomBytes } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { Session, User } from '../adapters/accounts/port.ts';
import type { AuditEvent } from '../adapters/audit-trail/port.ts';
import type { SigningKeys } from '../adapters/signing-key/port.ts';
import { ACCESS_TOKEN_TYPE, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../core/access-token.ts';
import { type Call, jsonReply, Reply } from '../core/http.ts';
import type { LoginResponse } from './api.ts';
import type { IdentityParts } from './parts.ts';

/** Thirty minutes, in seconds. */
const SESSION_SECONDS = 1_800;
/** After two weeks one signs in again. */
const FAMILY_SECONDS = 14 * 86_400;
export const COOKIE = 'tributary_refresh';
const COOKIE_PATH = '/api/v1/auth';

/** Which session a token is of. */
interface Of {
  readonly id: string;
  /** Of the user's sessions: a later one ends this. */
  readonly epoch: number;
}

/** Signs an access token. @param now Unix milliseconds */
export async function signSession(keys: SigningKeys, user: User, { id, epoch }: Of, now: number): Promise<string> {
  const { private: jwk } = await keys.current();
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({
    sid: id,
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

/** Begins a session that outlives its page: the answer of a sign-in with its refresh cookie. */
export async function beginSession(parts: IdentityParts, user: User, call: Call, audit: AuditEvent): Promise<Reply> {
  const { users, sessions, now } = parts;
  const seconds = Math.floor(now() / 1000);
  const secret = randomBytes(32).toString('base64url');
  const agent = call.request.headers['user-agent'];
  const session: Session = {
    id: randomBytes(16).toString('base64url'),
    userId: user.id,
    epoch: await users.readEpoch(user.id),
    current: hashSecret(secret),
    rotatedAt: seconds,
    createdAt: seconds,
    expiresAt: seconds + FAMILY_SECONDS,
    ipAddress: call.request.sourceIp,
    ...(agent !== undefined && { client: agent.slice(0, 200) }),
  };
  await sessions.begin(session, audit);
  return answerSession(parts, user, session, secret);
}

/** An access token, and the refresh token that comes next. */
export async function answerSession(
  parts: IdentityParts,
  user: User,
  session: Session,
  secret: string,
): Promise<Reply> {
  const body: LoginResponse = {
    access_token: await signSession(parts.signingKeys, user, session, parts.now()),
    token_type: 'bearer',
    expires_in: SESSION_SECONDS,
    must_change_password: user.mustChangePassword,
  };
  const { headers, body: text } = jsonReply(200, body);
  const seconds = session.expiresAt - Math.floor(parts.now() / 1000);
  const cookie = toCookie(parts, `${session.userId}.${session.id}.${secret}`, seconds);
  return new Reply(200, { headers, body: text, cookies: [cookie] });
}

/** @param seconds that the browser keeps it; none takes it away */
export function toCookie({ secureCookies }: IdentityParts, value: string, seconds: number): string {
  return `${COOKIE}=${value}; Path=${COOKIE_PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secureCookies ? '; Secure' : ''}`;
}

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');
