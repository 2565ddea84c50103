import { setTimeout as sleep } from 'node:timers/promises';
import { auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { Call } from '../core/http.ts';
import type { ConfirmResetRequest, ResetPasswordRequest } from './api.ts';
import { closeViewers } from './close-viewers.ts';
import type { IdentityParts } from './parts.ts';
import { checkPassword, hashPassword } from './password.ts';
import { hashToken, makeToken } from './single-use-token.ts';

const LASTS_SECONDS = 30 * 60;
/** Longer than a mail takes to be handed over, so that the time of an answer does not tell whether there was one. */
const ANSWER_MILLIS = 1_500;

/** `POST /auth/password-reset`: the same answer, after the same time, whether anybody has the address. */
export const makeResetPassword =
  (parts: IdentityParts, answerMillis: number = ANSWER_MILLIS) =>
  async ({ email }: ResetPasswordRequest, call: Call): Promise<{ message: string }> => {
    if (parts.mail === undefined)
      throw new Failure('not_offered', 'this stage sends no mail; ask an administrator of the platform');
    await parts.limiter.take({ of: 'register', who: `address:${email.toLowerCase()}` });
    await Promise.all([mailReset(parts, parts.mail, email, call), sleep(answerMillis)]);
    return { message: 'if the address belongs to an account, a link was sent to it; it is good for 30 minutes' };
  };

async function mailReset(
  { users, audit, dashboardUrl, now }: IdentityParts,
  mail: NonNullable<IdentityParts['mail']>,
  email: string,
  call: Call,
): Promise<void> {
  const user = await users.findByLogin(email);
  if (user === undefined || user.disabled) return;
  const { token, hash } = makeToken();
  await users.putReset({
    tokenHash: hash,
    userId: user.id,
    epoch: await users.readEpoch(user.id),
    expiresAt: Math.floor(now() / 1000) + LASTS_SECONDS,
  });
  await audit.record({
    ...auditOf(call, user.defaultProject, { type: 'anonymous', id: '-', name: '-' }),
    action: 'user.password_reset_asked',
    entityType: 'user',
    entityId: user.id,
    result: 'success',
  });
  await mail.send({
    to: user.email,
    subject: 'Set a new password for Tributary',
    text: [
      `Somebody asked for a new password for the user "${user.username}".`,
      `Set it here: ${dashboardUrl}/reset?token=${token}`,
      'The link is good once, and for 30 minutes. If it was not you, do nothing: your password stays as it is.',
    ].join('\n\n'),
  });
}

/** `POST /auth/password-reset/confirm` */
export const makeConfirmReset =
  (parts: IdentityParts) =>
  async ({ token, password }: ConfirmResetRequest, call: Call): Promise<undefined> => {
    const { users, now } = parts;
    const reset = await users.findReset(hashToken(token));
    const user = reset && (await users.find(reset.userId));
    const isGood = reset !== undefined && reset.expiresAt * 1000 > now() && user !== undefined && !user.disabled;
    if (!isGood || (await users.readEpoch(user.id)) !== reset.epoch)
      throw new Failure('not_found', 'the link was used, has ended, or never was; ask for another');
    checkPassword(password, [user.username, user.email], '#/password');
    await users.resetPassword(user, reset, await hashPassword(password), {
      ...auditOf(call, user.defaultProject, { type: 'user', id: user.id, name: user.username }),
      action: 'user.password_reset',
      entityType: 'user',
      entityId: user.id,
      result: 'success',
    });
    await closeViewers(parts, user.id);
  };
