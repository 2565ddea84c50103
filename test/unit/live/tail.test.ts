import { afterEach, describe, expect, it } from 'vitest';
import type {
  Subscription,
  ViewerClose,
  ViewerPost,
  ViewerRegister,
} from '../../../functions/adapters/viewers/port.ts';
import type { EventId } from '../../../functions/core/event-id.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeAccept } from '../../../functions/ingest/accept.ts';
import type { LiveMessage } from '../../../functions/live/message.ts';
import { makeTail } from '../../../functions/live/tail.ts';
import { DEFAULT_POLICY, MemoryObjectStore, MemoryStream } from '../../support/fakes.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const clock = { now: NOW };
afterEach(() => {
  clock.now = NOW;
});

function start({ postsPerSecond = 1_000, gone = new Set<string>() } = {}) {
  const stream = new MemoryStream();
  const objects = new MemoryObjectStore();
  const accept = makeAccept({ stream, quarantine: objects, ...DEFAULT_POLICY, now: () => NOW });
  const watched = new Map<string, Subscription[]>();
  const posted: {
    readonly to: string;
    readonly message: Extract<LiveMessage, { type: 'logs' }>;
    readonly bytes: number;
  }[] = [];
  const deleted = new Set<EventId>();
  const removed: string[] = [];
  const closed: string[] = [];
  const slept: number[] = [];
  let lists = 0;
  const viewers = {
    list: async (project: ProjectId) => {
      lists++;
      return watched.get(project) ?? [];
    },
    unsubscribe: async (_project: ProjectId, connectionId: string) => {
      removed.push(connectionId);
    },
  } as Partial<ViewerRegister> as ViewerRegister;
  const post: ViewerPost & ViewerClose = {
    close: async (connectionId) => {
      closed.push(connectionId);
    },
    post: async (to, text) => {
      if (gone.has(to)) return false;
      posted.push({ to, message: JSON.parse(text), bytes: Buffer.byteLength(text) });
      return true;
    },
  };
  const tail = makeTail({
    viewers,
    post,
    objects,
    tombstones: {
      listIn: async () => new Map([...deleted].map((id) => [id, 'deleted' as const])),
    },
    postsPerSecond,
    now: () => clock.now,
    sleep: async (millis) => {
      slept.push(millis);
    },
  });
  return {
    posted,
    removed,
    closed,
    deleted,
    slept,
    lists: () => lists,
    watch: (project: string, connectionId: string, query: string, endsAt?: number) =>
      watched.set(project, [
        ...(watched.get(project) ?? []),
        { connectionId, query, ...(endsAt !== undefined && { endsAt }) },
      ]),
    send: (project: string, ...bodies: string[]) =>
      accept(
        bodies.map((body) => ({
          body,
          attributes: {},
          resource: { 'service.name': 'shop' },
          severityNumber: body.startsWith('bad') ? 17 : 9,
        })),
        { project: project as ProjectId, retention: '30d', source: { protocol: 'test' }, hints: {} },
        new AbortController().signal,
      ),
    run: () => tail(stream.deliveries()),
  };
}

describe('the tail', () => {
  it('posts no event that is deleted by now', async () => {
    const { watch, send, run, posted, deleted } = start();
    watch('a', 'all', '');
    const [first] = await send('a', 'one', 'two');
    deleted.add(first as EventId);
    await run();
    expect(posted.flatMap(({ message }) => message.logs.map((log) => log.message))).toEqual(['two']);
  });

  it('ends a connection whose token or key has ended, at the second and before anything more is posted to it', async () => {
    const { watch, send, run, posted, closed, removed } = start();
    watch('a', 'short', '', NOW / 1000 + 60);
    watch('a', 'long', '');
    await send('a', 'one');
    clock.now = NOW + 59_999;
    await run();
    const before = posted.length;
    expect([posted.map(({ to }) => to).sort(), closed]).toEqual([['long', 'short'], []]);
    clock.now = NOW + 60_000;
    await run();
    const since = posted.slice(before).map(({ to, message }) => [to, message.type]);
    expect(since).toEqual([
      ['short', 'ended'],
      ['long', 'logs'],
    ]);
    expect([removed, closed]).toEqual([['short'], ['short']]);
  });

  it('posts to each viewer what its query matches, and no other project', async () => {
    const { watch, send, run, posted } = start();
    watch('a', 'all', '');
    watch('a', 'errors', 'level:error');
    watch('b', 'other', '');
    await send('a', 'bad news', 'good news');
    await run();
    const of = (to: string) =>
      posted.filter((each) => each.to === to).flatMap(({ message }) => message.logs.map((event) => event.message));
    expect(of('all')).toEqual(['bad news', 'good news']);
    expect(of('errors')).toEqual(['bad news']);
    expect(of('other')).toEqual([]);
  });

  it('tells the piece of the stream, what matched and what was sent', async () => {
    const { watch, send, run, posted } = start();
    watch('a', 'all', '');
    await send('a', 'one');
    await send('a', 'two');
    await run();
    expect(posted).toHaveLength(1);
    const { message } = posted[0] ?? {};
    expect(message).toMatchObject({ matched: 2, sent: 2, cursor: '1795262400000000000', interval_ms: 250 });
    expect(message?.chain).toEqual({ shard: 'shardId-000000000000', from: '0'.repeat(56), to: `${'0'.repeat(55)}1` });
  });

  it('keeps messages within 32 KB, shows the newest of a flood and counts the rest exactly', async () => {
    const { watch, send, run, posted } = start();
    watch('a', 'all', '');
    await send('a', ...Array.from({ length: 6_000 }, (_, n) => `event ${n} ${'x'.repeat(200)}`));
    await run();
    for (const { bytes } of posted) expect(bytes).toBeLessThanOrEqual(32_768);
    const sent = posted.flatMap(({ message }) => message.logs.map((event) => event.message.split(' ')[1]));
    const matched = posted.reduce((sum, { message }) => sum + message.matched, 0);
    expect([matched, sent.length]).toEqual([6_000, 5_000]);
    expect(posted.reduce((sum, { message }) => sum + message.sent, 0)).toBe(sent.length);
    expect(sent.at(-1)).toBe('5999');
    expect(posted[0]?.message.gap?.count).toBe(1_000);
    // nothing is left for a batch of the same instant (it holds the first ones again): the gap is told alone
    const before = posted.length;
    await send('a', 'one more');
    await run();
    expect(posted.slice(before).map(({ message }) => [message.matched, message.sent, message.gap?.count])).toEqual([
      [6_001, 0, 6_001],
    ]);
  });

  it('sends an event that is larger than a message without its long texts, and says so', async () => {
    const { watch, send, run, posted } = start();
    watch('a', 'all', '');
    await send('a', 'y'.repeat(100_000));
    await run();
    expect(posted[0]?.bytes).toBeLessThanOrEqual(32_768);
    expect(posted[0]?.message.logs[0]).toMatchObject({ marks: expect.arrayContaining(['truncated']) });
  });

  it('skips frames of projects that nobody watches, asking once for many', async () => {
    const { send, run, posted, lists } = start();
    for (let n = 0; n < 5; n++) await send('quiet', 'event');
    await run();
    await run();
    expect([posted.length, lists()]).toEqual([0, 1]);
  });

  it('evaluates equal queries once and posts to all their viewers', async () => {
    const { watch, send, run, posted } = start();
    for (let n = 0; n < 3; n++) watch('a', `viewer-${n}`, 'news');
    await send('a', 'news');
    await run();
    expect(posted.map(({ to }) => to).sort()).toEqual(['viewer-0', 'viewer-1', 'viewer-2']);
    expect(new Set(posted.map(({ message }) => JSON.stringify(message))).size).toBe(1);
  });

  it('stretches the interval where its viewers would exceed the posts of its shard', async () => {
    const { watch, send, run, slept, posted } = start({ postsPerSecond: 10 });
    for (let n = 0; n < 20; n++) watch('a', `viewer-${n}`, '');
    await send('a', 'event');
    await run();
    expect(slept).toEqual([2_000]);
    expect(posted[0]?.message.interval_ms).toBe(2_000);
  });

  it('forgets a viewer that is gone, and never asks for a batch again', async () => {
    const { watch, send, run, removed } = start({ gone: new Set(['left']) });
    watch('a', 'left', '');
    await send('a', 'event');
    expect(await run()).toEqual([]);
    expect(removed).toEqual(['left']);
  });
});
