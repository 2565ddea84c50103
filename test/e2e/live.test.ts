import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';
import { ticketUrl, Viewer } from '../support/viewer.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform?.stop());

const send = (service: string, ...messages: string[]) =>
  platform.call('/api/v1/logs/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      messages.map((message) => ({
        timestamp: Date.now(),
        level: message.startsWith('bad') ? 'ERROR' : 'INFO',
        service,
        message,
      })),
    ),
  });
/** The tail takes notice of a subscription within two seconds. */
const NOTICED_MILLIS = 2_500;

describe('the live tail', () => {
  it('shows what matches the query, as it arrives, and nothing else', async () => {
    const viewer = await Viewer.withTicket(platform, 'service:live level:error');
    await sleep(NOTICED_MILLIS);
    await send('live', 'bad one', 'good one');
    await send('other', 'bad elsewhere');
    const { logs, matched, sent } = await viewer.until('logs');
    expect(logs.map(({ message }) => message)).toEqual(['bad one']);
    expect([matched, sent]).toEqual([1, 1]);
    await sleep(1_000);
    expect(viewer.events().map(({ message }) => message)).toEqual(['bad one']);
    await viewer.close();
  });

  it('changes what is watched on the same connection, and says what is wrong with a query', async () => {
    const viewer = await Viewer.withTicket(platform, 'service:nothing');
    viewer.send({ action: 'subscribe', query: 'service:(' });
    expect(await viewer.until('error')).toMatchObject({ code: 'query_syntax', span: expect.anything() });
    viewer.send({ action: 'subscribe', query: 'service:changed' });
    await viewer.until('subscribed');
    await sleep(NOTICED_MILLIS);
    await send('changed', 'hello');
    expect((await viewer.until('logs')).logs[0]?.message).toBe('hello');
    await viewer.close();
  });

  it('answers pings and refuses what is no message', async () => {
    const viewer = await Viewer.withTicket(platform);
    viewer.send({ action: 'ping' });
    await viewer.until('pong');
    viewer.send({ nonsense: true });
    expect(await viewer.until('error')).toMatchObject({ code: 'invalid_request' });
    await viewer.close();
  });

  it('lets a ticket be used once, and none for another project', async () => {
    const url = await ticketUrl(platform);
    const viewer = await Viewer.open(url);
    await viewer.close();
    await expect(Viewer.open(url)).rejects.toThrow('refused');
    const other = await ticketUrl(platform);
    other.pathname = '/api/v1/live-logs/ws/another-project';
    await expect(Viewer.open(other)).rejects.toThrow('refused');
    const none = await ticketUrl(platform);
    none.search = '';
    await expect(Viewer.open(none)).rejects.toThrow('refused');
  });

  it("takes the seed's own form: the project in the path and a session's token", async () => {
    const login = await fetch(new URL('/api/v1/auth/login', platform.url), {
      method: 'POST',
      body: new URLSearchParams({ username: platform.username, password: platform.password }),
    });
    const { access_token } = (await login.json()) as { access_token: string };
    const url = new URL(
      `/api/v1/live-logs/ws/${platform.project}?token=${access_token}`,
      platform.url.replace(/^http/, 'ws'),
    );
    const viewer = await Viewer.open(url);
    await sleep(NOTICED_MILLIS);
    await send('seed', 'for the seed');
    await viewer.until('logs', ({ logs }) => logs.some(({ message }) => message === 'for the seed'));
    await viewer.close();
    url.searchParams.set('token', `${access_token.slice(0, -4)}AAAA`);
    await expect(Viewer.open(url)).rejects.toThrow('refused');
  });

  it('fills what was missed after a cut, from the cursor of the last message', async () => {
    const first = await Viewer.withTicket(platform, 'service:resume');
    await sleep(NOTICED_MILLIS);
    await send('resume', 'seen');
    const { cursor } = await first.until('logs');
    await first.close();
    await send('resume', 'missed 1', 'missed 2');
    const second = await Viewer.withTicket(platform, 'service:resume');
    second.send({ action: 'subscribe', query: 'service:resume', cursor });
    await second.until(
      'logs',
      ({ resumed, logs }) => resumed === true && logs.some(({ message }) => message === 'missed 2'),
    );
    await send('resume', 'after');
    await second.until('logs', ({ logs }) => logs.some(({ message }) => message === 'after'));
    const messages = new Set(second.events().map(({ message }) => message));
    expect([...messages].filter((message) => message !== 'seen').sort()).toEqual(['after', 'missed 1', 'missed 2']);
    await second.close();
  });

  it('tells exactly how many events it did not show', async () => {
    const viewer = await Viewer.withTicket(platform, 'service:flood');
    await sleep(NOTICED_MILLIS);
    const total = 3_000;
    for (let start = 0; start < total; start += 1_000)
      await send('flood', ...Array.from({ length: 1_000 }, (_, n) => `flood ${start + n}`));
    await eventually(
      async () => viewer.counts().matched,
      (matched) => matched >= total,
    );
    const { matched, sent } = viewer.counts();
    expect(matched).toBe(total);
    expect(viewer.events().length).toBe(sent);
    await viewer.close();
  });
});
