import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRoutes } from '../../bin/openapi/routes.ts';
import type { Route } from '../../functions/core/route.ts';
import { contentsOf, filesBelow } from '../support/kept-files.ts';
import type { Platform } from '../support/platform.ts';

const secret = (name: string) => `${name}-${randomBytes(12).toString('hex')}`;
const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;
/** Bodies of these are events, whose content is kept. */
const EVENT_BODIES = ['ingestLog', 'ingestBatch'];

/** Secrets of people, keys, sessions and mails, given to every operation (a fifth of them in a quick run), then looked for in all that the platform wrote. */
export const plantedSecrets = (platform: () => Platform) =>
  describe('a secret', () => {
    const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
      fetch(new URL(path, platform().url), {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    const mailed = () => {
      const folder = join(platform().dataDir, 'outbox');
      const mail = readFileSync(join(folder, readdirSync(folder).sort().at(-1) ?? ''), 'utf8');
      return /\?token=([\w-]{43})/.exec(mail)?.[1] ?? '';
    };

    it('stands in no log and no store, whatever became of its request', async () => {
      const planted = {
        password: secret('Right'),
        wrong: secret('Wrong'),
        changed: secret('Changed'),
        reset: secret('Reset'),
        value: secret('value'),
      };
      const name = `planted${randomBytes(3).toString('hex')}`;
      const signIn = (password: string) =>
        fetch(new URL('/api/v1/auth/login', platform().url), {
          method: 'POST',
          body: new URLSearchParams({ username: name, password }),
        });
      const person = { username: name, email: `${name}@example.com`, password: planted.password };
      expect((await send('POST', '/api/v1/auth/register', person)).status).toBe(201);
      expect((await signIn(planted.wrong)).status).toBe(401);
      const session = await signIn(planted.password);
      const [cookie = ''] = (session.headers.getSetCookie()[0] ?? '').split(';');
      const { access_token: access } = (await session.json()) as { access_token: string };
      const refreshed = await send('POST', '/api/v1/auth/refresh', {}, { cookie, 'x-requested-with': 'test' });
      const [nextCookie = ''] = (refreshed.headers.getSetCookie()[0] ?? '').split(';');
      const own = { authorization: `Bearer ${access}` };
      const keys = { name: 'planted', scopes: ['ingest', 'read'] };
      const { id, key } = (await (await send('POST', '/api/v1/keys', keys, own)).json()) as { id: string; key: string };
      const rotated = await send('POST', `/api/v1/keys/${id}/rotate`, {}, own);
      const { key: nextKey } = (await rotated.json()) as { key: string };
      const mine = (
        (await (await send('GET', '/api/v1/auth/me', undefined, own)).json()) as { default_project_id: string }
      ).default_project_id;
      await send('POST', `/api/v1/projects/${mine}/invitations`, { email: 'planted@example.com' }, own);
      const invitation = mailed();
      const ticketed = await send('POST', '/api/v1/live-logs/tickets', {}, own);
      const { ticket } = (await ticketed.json()) as { ticket: string };
      const entry = { action: 'a.b', entity_type: 'x', entity_id: 'y' };
      await send('POST', '/api/v1/audit', { ...entry, new_values: { password: planted.value, key } }, own);
      const change = { password: planted.changed, current_password: planted.password };
      await send('PUT', '/api/v1/auth/me', change, own);
      await send('POST', '/api/v1/auth/password-reset', { email: person.email });
      const reset = mailed();
      expect(reset).not.toBe(invitation);
      const again = await signIn(planted.changed);
      const { access_token: last } = (await again.json()) as { access_token: string };
      await everywhere(planted.value, last);
      const confirm = { token: reset, password: planted.reset };
      expect((await send('POST', '/api/v1/auth/password-reset/confirm', confirm)).status).toBe(204);

      const signatureOf = (token: string) => token.split('.')[2] ?? '';
      const secrets: Record<string, string> = {
        ...planted,
        key,
        nextKey,
        access: signatureOf(access),
        last: signatureOf(last),
        cookie: signatureOf(cookie),
        nextCookie: signatureOf(nextCookie),
        ticket,
      };
      const ofMails = { invitation, resetToken: reset };
      for (const [kind, value] of Object.entries({ ...secrets, ...ofMails }))
        expect(value.length, kind).toBeGreaterThan(16);
      expect(found({ name }, ['logs', 'outbox'])).not.toEqual([]); // what is kept is found
      expect(found(secrets, [])).toEqual([]);
      expect(found(ofMails, ['outbox'])).toEqual([]);
    });

    /** Gives a secret to every operation as a credential, in the query string and in the body. */
    async function everywhere(value: string, token: string): Promise<void> {
      const routes = (await listRoutes())
        .map(({ route }) => route)
        .filter(({ operationId }) => !EVENT_BODIES.includes(operationId) && operationId !== 'logout')
        .filter((_, at) => FULL || at % 5 === 0);
      const right = { authorization: `Bearer ${token}` };
      const wrong: readonly Record<string, string>[] = [
        { authorization: `Bearer ${value}` },
        { 'x-api-key': value },
        { cookie: `tributary_refresh=${value}`, 'x-requested-with': 'test' },
      ];
      const give = async ({ method, path }: Pick<Route, 'method' | 'path'>) => {
        const at = path.replace(/\{\w+\+?\}/g, 'some-id');
        const body = method === 'GET' ? undefined : { password: value, token: value, nested: { secret: value } };
        const answers = [
          ...[...wrong, right].map((headers) => send(method, at, body, headers)),
          send(method, `${at}?token=${value}&password=${value}`, undefined, right),
        ];
        for (const answer of await Promise.all(answers)) {
          expect(answer.status, `${method} ${at}`).toBeLessThan(500);
          expect(await answer.text(), `${method} ${at}`).not.toContain(value);
        }
      };
      for (let at = 0; at < routes.length; at += 10) await Promise.all(routes.slice(at, at + 10).map(give));
    }

    /** Which of these stand in what the platform printed or wrote, but for some folders. */
    function found(values: Readonly<Record<string, string>>, except: readonly string[]): readonly string[] {
      const { dataDir, output } = platform();
      const files = filesBelow(dataDir).filter(
        (file) => !except.some((folder) => file.startsWith(join(dataDir, folder))),
      );
      const written = files.flatMap((file) => {
        const contents = contentsOf(file);
        return Object.entries(values).flatMap(([kind, each]) =>
          contents.some((content) => content.includes(each)) ? [`${kind} in ${file}`] : [],
        );
      });
      const printed = Object.entries(values).flatMap(([kind, each]) => (output().includes(each) ? [kind] : []));
      return [...written, ...printed];
    }
  });
