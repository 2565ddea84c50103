import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeUpdateProfile } from '../../../functions/identity/profile.ts';
import { makeRefresh } from '../../../functions/identity/refresh.ts';
import { makeConfirmReset, makeResetPassword } from '../../../functions/identity/reset-password.ts';
import { makeListUsers, makeUpdateUser } from '../../../functions/identity/users.ts';
import { CALL, codeOf, type Identity, PASSWORD, type Person, startIdentity, tokenOf } from '../../support/identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
});
afterAll(() => identity.tables.stop());
beforeEach(() => {
  identity.clock.now += 3_600_000;
  identity.outbox.length = 0;
});

const platform = ({ token }: Person) => identity.as(token, undefined, 'platform');
const update = async (by: Person, of: Person, changes: { role?: 'user' | 'admin'; disabled?: boolean }) =>
  makeUpdateUser(identity.parts)({ id: of.id, ...changes }, await platform(by));
async function administrator(): Promise<Person> {
  const person = await identity.person();
  await identity.makePlatformAdmin(person);
  return person;
}
const isAdmin = async ({ token }: Person) => (await platform({ token } as Person)).caller.platformAdmin;

describe('users', () => {
  it('are found by part of name or address, by role and state, page by page', async () => {
    const admin = await administrator();
    const [ada, bob] = [await identity.person(), await identity.person()];
    const find = (input: Parameters<ReturnType<typeof makeListUsers>>[0]) => makeListUsers(identity.parts)(input);
    const all = await find({ page: 1, page_size: 2 });
    expect(all.items).toHaveLength(2);
    expect(all.total).toBeGreaterThanOrEqual(3);
    expect((await find({ q: ada.name.toUpperCase(), page: 1, page_size: 50 })).items).toContainEqual(
      expect.objectContaining({ id: ada.id, last_login_at: expect.any(String), disabled: false }),
    );
    await update(admin, bob, { disabled: true });
    expect((await find({ disabled: true, page: 1, page_size: 50 })).items.map(({ id }) => id)).toContain(bob.id);
    expect((await find({ role: 'admin', page: 1, page_size: 50 })).items.map(({ id }) => id)).toContain(admin.id);
    expect(JSON.stringify(await find({ page: 1, page_size: 50 }))).not.toContain('argon2');
  });

  it('become administrators of the platform and cease to be, within the minute', async () => {
    const [admin, person] = [await administrator(), await identity.person()];
    await update(admin, person, { role: 'admin' });
    expect(await isAdmin(person)).toBe(true);
    await update(admin, person, { role: 'user' });
    expect(await isAdmin(person)).toBe(false);
  });

  it('that are disabled lose sessions, cookies and connections, and come back when they are enabled', async () => {
    const [admin, person] = [await administrator(), await identity.person()];
    await identity.register.connect({
      id: 'watching',
      project: person.home as ProjectId,
      userId: person.id,
      userName: person.name,
      query: '',
    });
    await update(admin, person, { disabled: true });
    expect(identity.closed).toContain('watching');
    expect(await codeOf(identity.as(person.token))).toBe('unauthenticated');
    const cookies = [person.reply.cookies[0]?.split(';')[0] ?? ''];
    const request = { ...CALL.request, cookies, headers: { 'x-requested-with': 'x' } };
    expect(await codeOf(makeRefresh(identity.parts)({}, { ...CALL, request }))).toBe('unauthenticated');
    expect(await codeOf(identity.signIn(person.name, PASSWORD))).toBe('unauthenticated');
    await update(admin, person, { disabled: false });
    expect(await codeOf(identity.as(person.token))).toBe('unauthenticated');
    expect(await codeOf(identity.signIn(person.name, PASSWORD))).toBe('allowed');
  });

  it('keep an administrator: nobody takes their own rank, and of two who disable each other one stays', async () => {
    const [one, two] = [await administrator(), await administrator()];
    expect(await codeOf(update(one, one, { disabled: true }))).toBe('conflict');
    const [byOne, byTwo] = [await platform(one), await platform(two)];
    const codes = await Promise.all([
      codeOf(makeUpdateUser(identity.parts)({ id: two.id, disabled: true }, byOne)),
      codeOf(makeUpdateUser(identity.parts)({ id: one.id, disabled: true }, byTwo)),
    ]);
    expect(codes.filter((code) => code === 'allowed')).toHaveLength(1);
  });

  it('change nothing of themselves but what a profile has', async () => {
    const person = await identity.person();
    const changes = { full_name: 'Ada', role: 'admin', is_admin: true, platform_admin: true, disabled: true };
    await makeUpdateProfile(identity.parts)(changes, await identity.as(person.token, undefined, 'profile'));
    expect(await identity.parts.users.find(person.id)).toMatchObject({
      fullName: 'Ada',
      platformAdmin: false,
      disabled: false,
    });
  });
});

describe('a new password by mail', () => {
  const ask = (email: string, parts = identity.parts) => makeResetPassword(parts, 0)({ email }, CALL);
  const confirm = (token: string, password = 'a fresh pass phrase') =>
    codeOf(makeConfirmReset(identity.parts)({ token, password }, CALL));
  const mailed = () => /reset\?token=([\w-]{43})/.exec(identity.outbox.at(-1)?.text ?? '')?.[1] ?? '';

  it('is asked for with the same answer whether anybody has the address', async () => {
    const { name } = await identity.person();
    expect(await ask(`${name}@example.com`)).toEqual(await ask('nobody@example.com'));
    expect(identity.outbox.map(({ to }) => to)).toEqual([`${name}@example.com`]);
  });

  it('is good once, ends every session, and signs in from then on', async () => {
    const person = await identity.person();
    await ask(`${person.name}@example.com`);
    const token = mailed();
    expect(await confirm(token, '12345678')).toBe('invalid_request');
    expect(await confirm(token)).toBe('allowed');
    expect(await confirm(token)).toBe('not_found');
    expect(await codeOf(identity.as(person.token))).toBe('unauthenticated');
    expect(await codeOf(identity.signIn(person.name, PASSWORD))).toBe('unauthenticated');
    expect(await codeOf(identity.signIn(person.name, 'a fresh pass phrase'))).toBe('allowed');
  });

  it('ends after half an hour, and with a password that was changed otherwise', async () => {
    const person = await identity.person();
    await ask(`${person.name}@example.com`);
    const late = mailed();
    identity.clock.now += 31 * 60_000;
    expect(await confirm(late)).toBe('not_found');
    await ask(`${person.name}@example.com`);
    const token = tokenOf(await identity.signIn(person.name, PASSWORD));
    await makeUpdateProfile(identity.parts)(
      { current_password: PASSWORD, password: 'chosen by myself' },
      await identity.as(token, undefined, 'profile'),
    );
    expect(await confirm(mailed())).toBe('not_found');
    expect(await confirm('never-was')).toBe('not_found');
  });

  it('is not offered where no mail is sent, and the answer says so', async () => {
    expect(await codeOf(ask('a@example.com', { ...identity.parts, mail: undefined }))).toBe('not_offered');
  });
});
