import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, type Platform } from '../support/platform.ts';
import { Viewer } from '../support/viewer.ts';

const PASSWORD = 'a good pass phrase';

interface Session {
  readonly token: string;
  /** Refresh cookie, as a browser sends it back. */
  readonly cookie: string;
}

/** What people do with their accounts, over HTTP and by mail. */
export const people = (platform: () => Platform) => {
  const send = (method: string, path: string, { body, token = '', cookie = '', project = '' }: Sent = {}) =>
    fetch(new URL(path, platform().url), {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(cookie !== '' && { cookie, 'x-requested-with': 'test' }),
        ...(project !== '' && { 'x-project-id': project }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const signIn = async (username: string, password: string): Promise<Session> => {
    const answer = await fetch(new URL('/api/v1/auth/login', platform().url), {
      method: 'POST',
      body: new URLSearchParams({ username, password }),
    });
    expect(answer.status).toBe(200);
    const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
    return { token: ((await answer.json()) as { access_token: string }).access_token, cookie };
  };
  const person = async (name: string): Promise<Session> => {
    const body = { username: name, email: `${name}@example.com`, password: PASSWORD };
    expect((await send('POST', '/api/v1/auth/register', { body })).status).toBe(201);
    return signIn(name, PASSWORD);
  };
  const statusOf = async (session: Session) => (await send('GET', '/api/v1/auth/me', { token: session.token })).status;
  /** Token in the last mail to an address. */
  const mailed = (address: string): string => {
    const folder = join(platform().dataDir, 'outbox');
    const mails = readdirSync(folder).sort();
    const text = mails
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .findLast((mail) => mail.includes(address));
    const [, token] = /\?token=([\w-]{43})/.exec(text ?? '') ?? [];
    if (token === undefined) throw new Error(`no mail to ${address} has a token`);
    return token;
  };
  const watch = (session: Session) => {
    const url = new URL(`/api/v1/live-logs/ws/${platform().project}?token=${session.token}`, platform().url);
    url.protocol = 'ws';
    return Viewer.open(url);
  };

  describe('people', () => {
    it('come by an invitation that was mailed, with the role it names, once', async () => {
      const { username, password, project } = platform();
      const admin = await signIn(username, password);
      const invite = { email: 'guest@example.com', role: 'viewer' };
      const path = `/api/v1/projects/${project}/invitations`;
      expect((await send('POST', path, { body: invite, token: admin.token })).status).toBe(201);
      const token = mailed(invite.email);
      const guest = { username: 'guest', email: invite.email, password: PASSWORD, invitation_token: token };
      expect((await send('POST', '/api/v1/auth/register', { body: guest })).status).toBe(201);
      const again = { ...guest, username: 'guest2', email: 'guest2@example.com' };
      expect((await send('POST', '/api/v1/auth/register', { body: again })).status).toBe(404);
      const session = await signIn('guest', PASSWORD);
      const reads = await send('GET', '/api/v1/logs/recent', { token: session.token, project });
      const manages = await send('GET', '/api/v1/keys', { token: session.token, project });
      expect([reads.status, manages.status]).toEqual([200, 403]);
    });

    it('who forgot their password set another by mail, which ends what went on', async () => {
      const before = await person('forgetful');
      const asked = await send('POST', '/api/v1/auth/password-reset', { body: { email: 'forgetful@example.com' } });
      const unknown = await send('POST', '/api/v1/auth/password-reset', { body: { email: 'nobody@example.com' } });
      expect([asked.status, await asked.text()]).toEqual([unknown.status, await unknown.text()]);
      const token = mailed('forgetful@example.com');
      const confirm = (password: string) =>
        send('POST', '/api/v1/auth/password-reset/confirm', { body: { token, password } });
      expect((await confirm('short')).status).toBe(422);
      expect((await confirm('another pass phrase')).status).toBe(204);
      expect((await confirm('a third pass phrase')).status).toBe(404);
      expect((await send('POST', '/api/v1/auth/refresh', { body: {}, cookie: before.cookie })).status).toBe(401);
      await signIn('forgetful', 'another pass phrase');
    });

    it('who change their password stay where they are, and are signed out elsewhere', async () => {
      const here = await person('changer');
      const elsewhere = await signIn('changer', PASSWORD);
      const body = { current_password: PASSWORD, password: 'another pass phrase' };
      const changed = await send('PUT', '/api/v1/auth/me', { body, token: here.token });
      const { access_token: token } = (await changed.json()) as { access_token: string };
      expect(await statusOf({ ...here, token })).toBe(200);
      const refresh = async ({ cookie }: Session) =>
        (await send('POST', '/api/v1/auth/refresh', { body: {}, cookie })).status;
      expect([await refresh(here), await refresh(elsewhere)]).toEqual([200, 401]);
    });

    it('lose the connections of a session that they revoke by that call, and keep those of others', async () => {
      const { username, password } = platform();
      const [lost, kept] = [await signIn(username, password), await signIn(username, password)];
      const [gone, open] = [await watch(lost), await watch(kept)];
      const list = await send('GET', '/api/v1/auth/sessions', { token: lost.token });
      const { items } = (await list.json()) as { items: { id: string; current: boolean }[] };
      const id = items.find(({ current }) => current)?.id;
      let isClosed = false;
      void gone.closed.then(() => {
        isClosed = true;
      });
      expect((await send('DELETE', `/api/v1/auth/sessions/${id}`, { token: kept.token })).status).toBe(204);
      // closed before the answer; its last frame may still be on its way
      await eventually(
        async () => isClosed,
        (closed) => closed,
        2,
      );
      open.send({ action: 'ping' });
      await open.until('pong');
      open.close();
      expect(await statusOf(kept)).toBe(200);
    });
  });
};

interface Sent {
  readonly body?: object;
  readonly token?: string;
  readonly cookie?: string;
  readonly project?: string;
}
