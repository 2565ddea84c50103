import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RefreshFamily, User } from '../adapters/accounts/port.ts';
import { auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import { type Call, jsonReply, Reply } from '../core/http.ts';
import type { LoginResponse } from './api.ts';
import type { IdentityParts } from './parts.ts';
import { SESSION_SECONDS, signSession } from './session.ts';

/** A browser that is not used for so long signs in again. */
const FAMILY_SECONDS = 14 * 86_400;
/** Two tabs may refresh at once: the token before the current one is good this much longer, for the same successor. */
const OVERLAP_SECONDS = 30;
const COOKIE = 'tributary_refresh';
const COOKIE_PATH = '/api/v1/auth';

const refused = () => new Failure('unauthenticated', 'the session is over; sign in again');

/** Begins a session that outlives its page: the answer of a sign-in with its refresh cookie. */
export async function beginSession(parts: IdentityParts, user: User, epoch: number): Promise<Reply> {
  const { accounts, signingKeys, now } = parts;
  const seconds = Math.floor(now() / 1000);
  const id = randomBytes(16).toString('base64url');
  const secret = randomBytes(32).toString('base64url');
  const family: RefreshFamily = {
    id,
    userId: user.id,
    epoch,
    current: hash(secret),
    rotatedAt: seconds,
    expiresAt: seconds + FAMILY_SECONDS,
  };
  await accounts.putRefreshFamily(family);
  return answer(parts, user, await signSession(signingKeys, user, epoch, now()), `${id}.${secret}`);
}

/**
 * `POST /auth/refresh`. Each refresh changes the cookie; a cookie that was changed away and comes back later was stolen from one of
 * the two who have it, so the whole line of them ends.
 */
export const makeRefresh =
  (parts: IdentityParts) =>
  async (_input: object, call: Call): Promise<Reply> => {
    const { accounts, audit, signingKeys, now } = parts;
    const { id, secret } = readCookie(call);
    const family = await accounts.findRefreshFamily(id);
    const seconds = Math.floor(now() / 1000);
    if (family === undefined || family.expiresAt <= seconds) throw refused();
    const given = hash(secret);
    const isCurrent = same(given, family.current);
    const isPrevious = family.previous !== undefined && same(given, family.previous);
    const user = await accounts.findUser(family.userId);
    if (user === undefined || (!isCurrent && !(isPrevious && seconds - family.rotatedAt <= OVERLAP_SECONDS))) {
      await accounts.endRefreshFamily(id);
      if (user !== undefined) {
        await audit.record({
          ...auditOf(call, user.defaultProject, { type: 'anonymous', id: '-', name: '-' }),
          action: 'user.session_reused',
          entityType: 'user',
          entityId: user.id,
          result: 'failure',
        });
      }
      throw refused();
    }
    if ((await accounts.readEpoch(user.id)) !== family.epoch) {
      await accounts.endRefreshFamily(id);
      throw refused();
    }
    // made from the secret, so that both tabs get the same; by a key that only the server has, so that nobody makes it ahead
    const { private: key } = await signingKeys.current();
    const next = createHmac('sha256', String(key.d))
      .update(`refresh:${id}:${isCurrent ? given : family.previous}`)
      .digest('base64url');
    if (isCurrent) await accounts.rotateRefreshFamily(family, hash(next), seconds);
    return answer(parts, user, await signSession(signingKeys, user, family.epoch, now()), `${id}.${next}`);
  };

/** `POST /auth/logout`: also where nobody is signed in. */
export const makeLogout =
  (parts: IdentityParts) =>
  async (_input: object, call: Call): Promise<Reply> => {
    const given = findCookie(call);
    if (given !== undefined) {
      const family = await parts.accounts.findRefreshFamily(given.id);
      if (
        family !== undefined &&
        (same(hash(given.secret), family.current) || same(hash(given.secret), family.previous ?? ''))
      ) {
        await parts.accounts.endRefreshFamily(given.id);
      }
    }
    return new Reply(204, { cookies: [toCookie(parts, '', 0)] });
  };

function answer(parts: IdentityParts, user: User, token: string, refresh: string): Reply {
  const body: LoginResponse = {
    access_token: token,
    token_type: 'bearer',
    expires_in: SESSION_SECONDS,
    must_change_password: user.mustChangePassword,
  };
  const { headers, body: text } = jsonReply(200, body);
  return new Reply(200, { headers, body: text, cookies: [toCookie(parts, refresh, FAMILY_SECONDS)] });
}

function toCookie({ secureCookies }: IdentityParts, value: string, seconds: number): string {
  return `${COOKIE}=${value}; Path=${COOKIE_PATH}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secureCookies ? '; Secure' : ''}`;
}

/** A form of another site cannot set the header. @throws Failure `unauthenticated` */
function readCookie(call: Call): { readonly id: string; readonly secret: string } {
  const given = findCookie(call);
  if (given === undefined || call.request.headers['x-requested-with'] === undefined) throw refused();
  return given;
}

function findCookie({ request }: Call): { readonly id: string; readonly secret: string } | undefined {
  const value = request.cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const [, id, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(value ?? '') ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
