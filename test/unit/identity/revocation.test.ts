import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../functions/adapters/directory/authenticator.ts';
import type { AuthenticatedCall, Call } from '../../../functions/core/http.ts';
import type { PermissionName } from '../../../functions/core/permissions.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeCreateApiKey, makeRevokeApiKey, makeRotateApiKey } from '../../../functions/identity/api-keys.ts';
import { makeChangeRole, makeLeaveProject, makeRemoveMember } from '../../../functions/identity/members.ts';
import { makeUpdateProfile } from '../../../functions/identity/profile.ts';
import { makeArchiveProject, makeCreateProject } from '../../../functions/identity/projects.ts';
import { makeLogout, makeRefresh } from '../../../functions/identity/refresh.ts';
import { makeConfirmReset, makeResetPassword } from '../../../functions/identity/reset-password.ts';
import { makeListSessions, makeRevokeOtherSessions, makeRevokeSession } from '../../../functions/identity/sessions.ts';
import { makeUpdateUser } from '../../../functions/identity/users.ts';
import { CALL, codeOf, type Identity, PASSWORD, type Person, startIdentity, tokenOf } from '../../support/identity.ts';

let identity: Identity;
/** An instance that was asked about everybody before: it remembers. */
let warm: Authenticator;
/** Loses what the case takes away. */
let subject: Person;
/** Administers the team and the platform, and keeps it all. */
let admin: Person;
let team: ProjectId;
let key: { readonly id: string; readonly key: string };
let count = 0;

beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
  warm = identity.authenticator();
});
afterAll(() => identity.tables.stop());
beforeEach(async () => {
  identity.clock.now += 3_600_000;
  identity.outbox.length = 0;
  identity.closed.length = 0;
  [subject, admin] = [await identity.person(), await identity.person()];
  team = `revoked-${++count}` as ProjectId;
  await makeCreateProject(identity.parts)({ id: team, name: team }, await by(admin, undefined, 'account'));
  await identity.join(subject, team, 'admin', admin);
  await identity.makePlatformAdmin(admin);
  key = await makeCreateApiKey(identity.parts)({ name: 'k', scopes: ['read'] }, await by(subject, team, 'admin'));
});

const by = (who: Person, project?: string, permission?: PermissionName): Promise<AuthenticatedCall> =>
  identity.as(who.token, project, permission);
const withCookie = (headers = {}): Call => ({
  ...CALL,
  request: {
    ...CALL.request,
    headers: { 'x-requested-with': 'x', ...headers },
    cookies: [subject.reply.cookies[0]?.split(';')[0] ?? ''],
  },
});
const manage = () => by(admin, team, 'project');
const parts = () => identity.parts;

/** What the warm instance says to the subject, asking for a permission. */
const session = (permission: PermissionName, project?: () => ProjectId) => () =>
  codeOf(
    warm.session(subject.token, project?.(), permission).then((caller) => {
      if (project !== undefined && permission === 'admin' && caller.role !== 'admin') throw { code: 'forbidden' };
      if (permission === 'platform' && !caller.platformAdmin) throw { code: 'forbidden' };
    }),
  );
const byKey = () => codeOf(warm.key(key.key));
const inTeam = session('read', () => team);
const anywhere = session('profile');

interface Case {
  readonly what: string;
  readonly prepare?: () => Promise<unknown>;
  readonly revoke: () => Promise<unknown>;
  readonly ask: () => Promise<string>;
  readonly answer?: string;
  /** Connection of the live tail that ends with it. */
  readonly closes?: 'session' | 'key';
}

const CASES: readonly Case[] = [
  {
    what: 'signing out',
    revoke: () => makeLogout(parts())({}, withCookie()),
    ask: anywhere,
    closes: 'session',
  },
  {
    what: 'revoking the session from another',
    revoke: async () => {
      const [own] = (await makeListSessions(parts())(undefined, await by(subject))).items.filter(
        (each) => each.current,
      );
      const second = tokenOf(await identity.signIn(subject.name, PASSWORD));
      await makeRevokeSession(parts())({ id: own?.id ?? '' }, await identity.as(second));
    },
    ask: anywhere,
    closes: 'session',
  },
  {
    what: 'revoking all other sessions',
    revoke: async () => {
      const second = tokenOf(await identity.signIn(subject.name, PASSWORD));
      await makeRevokeOtherSessions(parts())(undefined, await identity.as(second));
    },
    ask: anywhere,
    closes: 'session',
  },
  {
    what: 'a password that is changed in another session',
    revoke: async () => {
      const second = await identity.as(tokenOf(await identity.signIn(subject.name, PASSWORD)), undefined, 'profile');
      await makeUpdateProfile(parts())({ current_password: PASSWORD, password: 'another pass phrase' }, second);
    },
    ask: anywhere,
    closes: 'session',
  },
  {
    what: 'a password that is set by mail',
    revoke: async () => {
      await makeResetPassword(parts(), 0)({ email: `${subject.name}@example.com` }, CALL);
      const [, token = ''] = /\?token=([\w-]{43})/.exec(identity.outbox.at(-1)?.text ?? '') ?? [];
      await makeConfirmReset(parts())({ token, password: 'another pass phrase' }, CALL);
    },
    ask: anywhere,
    closes: 'session',
  },
  {
    what: 'a cookie that comes back after it was changed away',
    revoke: async () => {
      await makeRefresh(parts())({}, withCookie());
      identity.clock.now += 31_000;
      await codeOf(makeRefresh(parts())({}, withCookie()));
    },
    ask: anywhere,
    closes: 'session',
  },
  {
    what: 'disabling the user',
    revoke: async () =>
      makeUpdateUser(parts())({ id: subject.id, disabled: true }, await by(admin, undefined, 'platform')),
    ask: anywhere,
    closes: 'session',
  },
  {
    what: 'taking the rank on the platform away',
    prepare: () => identity.makePlatformAdmin(subject),
    revoke: async () =>
      makeUpdateUser(parts())({ id: subject.id, role: 'user' }, await by(admin, undefined, 'platform')),
    ask: session('platform'),
    answer: 'forbidden',
  },
  {
    what: 'a lower role',
    revoke: async () =>
      makeChangeRole(parts())({ project_id: team, user_id: subject.id, role: 'viewer' }, await manage()),
    ask: session('admin', () => team),
    answer: 'forbidden',
  },
  {
    what: 'removing the member',
    revoke: async () => makeRemoveMember(parts())({ user_id: subject.id }, await manage()),
    ask: inTeam,
    answer: 'not_found',
    closes: 'session',
  },
  {
    what: 'leaving the project',
    revoke: async () => makeLeaveProject(parts())({}, await by(subject, team, 'membership')),
    ask: inTeam,
    answer: 'not_found',
    closes: 'session',
  },
  {
    what: 'archiving the project, for its members',
    revoke: async () => makeArchiveProject(parts())({}, await manage()),
    ask: inTeam,
    answer: 'not_found',
    closes: 'session',
  },
  {
    what: 'archiving the project, for its keys',
    revoke: async () => makeArchiveProject(parts())({}, await manage()),
    ask: byKey,
    closes: 'key',
  },
  {
    what: 'revoking a key',
    revoke: async () => makeRevokeApiKey(parts())({ id: key.id }, await by(subject, team, 'admin')),
    ask: byKey,
    closes: 'key',
  },
  {
    what: 'rotating a key without overlap',
    revoke: async () => makeRotateApiKey(parts())({ id: key.id, overlap_minutes: 0 }, await by(subject, team, 'admin')),
    ask: byKey,
    closes: 'key',
  },
];

describe.each(CASES)('$what', ({ prepare, revoke, ask, answer = 'unauthenticated', closes }) => {
  it('counts within the minute in an instance that remembers otherwise, and ends what is open by the call itself', async () => {
    await prepare?.();
    const { session: own } = (await by(subject)).caller;
    const [lost, kept] = [`lost-${team}`, `kept-${team}`];
    const held = { project: team, userName: 'somebody', query: '' };
    await identity.register.connect(
      closes === 'key'
        ? { ...held, id: lost, userId: key.id }
        : { ...held, id: lost, userId: subject.id, ...(own && { sessionId: own.id, epoch: own.epoch }) },
    );
    await identity.register.connect({ ...held, id: kept, userId: 'somebody-else' });
    expect(await ask()).toBe('allowed');
    expect(await codeOf(warm.session(admin.token, undefined, 'platform'))).toBe('allowed');

    await revoke();
    expect(identity.closed).toEqual(closes === undefined ? [] : [lost]);
    identity.clock.now += 60_000;
    expect(await ask()).toBe(answer);
    expect(await codeOf(warm.session(admin.token, undefined, 'platform'))).toBe('allowed');
  });
});
