import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Session, User } from '../adapters/accounts/port.ts';
import { auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import { type Call, Reply } from '../core/http.ts';
import { closeViewers } from './close-viewers.ts';
import type { IdentityParts } from './parts.ts';
import { answerSession, COOKIE, hashSecret, toCookie } from './session.ts';

/** Two tabs may refresh at once: the token before the current one is good this much longer, for the same successor. */
const OVERLAP_SECONDS = 30;

const refused = () => new Failure('unauthenticated', 'the session is over; sign in again');

/**
 * `POST /auth/refresh`. Each refresh changes the cookie; a cookie that was changed away and comes back later was stolen from one of
 * the two who have it, so the whole line of them ends.
 */
export const makeRefresh =
  (parts: IdentityParts) =>
  async (_input: object, call: Call): Promise<Reply> => {
    const { users, sessions, signingKeys, now } = parts;
    const { userId, id, secret } = readCookie(call);
    const session = await sessions.find(userId, id);
    if (session === undefined) throw refused();
    const user = await users.find(userId);
    if (user === undefined || user.disabled || (await users.readEpoch(userId)) !== session.epoch) throw refused();
    const seconds = Math.floor(now() / 1000);
    const given = hashSecret(secret);
    const isCurrent = same(given, session.current);
    const isPrevious = session.previous !== undefined && same(given, session.previous);
    if (!isCurrent && !(isPrevious && seconds - session.rotatedAt <= OVERLAP_SECONDS)) {
      await end(parts, user, session, call, 'user.session_reused', 'failure');
      throw refused();
    }
    // made from the secret, so that both tabs get the same; by a key that only the server has, so that nobody makes it ahead
    const { derivation } = await signingKeys.current();
    const next = createHmac('sha256', derivation)
      .update(`refresh:${id}:${isCurrent ? given : session.previous}`)
      .digest('base64url');
    if (isCurrent) await sessions.rotate(session, hashSecret(next), seconds);
    return answerSession(parts, user, session, next);
  };

/** `POST /auth/logout`: also where nobody is signed in. */
export const makeLogout =
  (parts: IdentityParts) =>
  async (_input: object, call: Call): Promise<Reply> => {
    const given = findCookie(call);
    const session = given && (await parts.sessions.find(given.userId, given.id));
    const user = session && (await parts.users.find(session.userId));
    if (given !== undefined && session !== undefined && user !== undefined) {
      const secret = hashSecret(given.secret);
      if (same(secret, session.current) || same(secret, session.previous ?? ''))
        await end(parts, user, session, call, 'user.logout', 'success');
    }
    return new Reply(204, { cookies: [toCookie(parts, '', 0)] });
  };

async function end(
  parts: IdentityParts,
  user: User,
  { id }: Session,
  call: Call,
  action: string,
  result: 'success' | 'failure',
): Promise<void> {
  const actor =
    result === 'success'
      ? ({ type: 'user', id: user.id, name: user.username } as const)
      : ({ type: 'anonymous', id: '-', name: '-' } as const);
  await parts.sessions.end(user.id, [id], {
    ...auditOf(call, user.defaultProject, actor),
    action,
    entityType: 'user',
    entityId: user.id,
    result,
  });
  await closeViewers(parts, user.id, ({ sessionId }) => sessionId === id);
}

interface Cookie {
  readonly userId: string;
  readonly id: string;
  readonly secret: string;
}

/** A form of another site cannot set the header. @throws Failure `unauthenticated` */
function readCookie(call: Call): Cookie {
  const given = findCookie(call);
  if (given === undefined || call.request.headers['x-requested-with'] === undefined) throw refused();
  return given;
}

function findCookie({ request }: Call): Cookie | undefined {
  const value = request.cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const [, userId, id, secret] = /^(usr_[a-z0-9]{1,40})\.([\w-]{22})\.([\w-]{43})$/.exec(value ?? '') ?? [];
  return userId === undefined || id === undefined || secret === undefined ? undefined : { userId, id, secret };
}

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
