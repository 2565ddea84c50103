import { describe, expect, it } from 'vitest';
import {
  backoff,
  makeTail,
  PING_MILLIS,
  RENEW_MILLIS,
  type ServerMessage,
  stepTail,
  type Tail,
  type TailEffect,
  type TailInput,
  type TimerName,
} from '../../../frontend/src/features/live/tail-machine.ts';
import type { LogEvent } from '../../../frontend/src/lib/log-event.ts';

/** Runs the machine against a clock and a server of the test's. */
class Bench {
  tail: Tail = makeTail('level:error');
  now = 0;
  readonly log: TailEffect[] = [];
  readonly #timers = new Map<TimerName, number>();

  put(input: TailInput): TailEffect[] {
    const [tail, effects] = stepTail(this.tail, input, { now: this.now, random: 0.5 });
    this.tail = tail;
    for (const effect of effects) {
      this.log.push(effect);
      if (effect.kind === 'setTimer') this.#timers.set(effect.name, this.now + effect.millis);
      if (effect.kind === 'clearTimers' || effect.kind === 'drop') this.#timers.clear();
    }
    return [...effects];
  }
  wait(millis: number): void {
    const end = this.now + millis;
    for (;;) {
      const [next] = [...this.#timers].filter(([, at]) => at <= end).sort((a, b) => a[1] - b[1]);
      if (!next) break;
      this.#timers.delete(next[0]);
      this.now = next[1];
      this.put({ kind: 'timer', name: next[0] });
    }
    this.now = end;
  }
  hear(message: ServerMessage): TailEffect[] {
    return this.put({ kind: 'message', generation: this.tail.generation, message });
  }
  connect(): void {
    const { generation } = this.tail;
    this.put({ kind: 'ticket', generation, ticket: 't', url: '/ws' });
    this.put({ kind: 'opened', generation });
    this.hear({ type: 'subscribed', cursor: '100', interval_ms: 250 });
  }
  sent(action: string) {
    return this.log.flatMap((effect) =>
      effect.kind === 'send' && effect.message.action === action ? [effect.message] : [],
    );
  }
  tickets(): number {
    return this.log.filter(({ kind }) => kind === 'askTicket').length;
  }
}

const event = (id: string, timestamp = '2026-11-21T08:00:00.000000000Z') =>
  ({ id, timestamp, severity: 'INFO' }) as unknown as LogEvent;
const started = () => {
  const bench = new Bench();
  bench.put({ kind: 'start' });
  bench.connect();
  return bench;
};

describe('the tail', () => {
  it('asks for a ticket, opens with it and subscribes', () => {
    const bench = started();
    expect(bench.log).toContainEqual({ kind: 'open', generation: 1, url: '/ws?ticket=t' });
    expect(bench.sent('subscribe')).toEqual([{ action: 'subscribe', query: 'level:error' }]);
    expect(bench.tail.phase).toEqual({ name: 'live' });
  });

  it('pings before ten idle minutes have passed', () => {
    const bench = started();
    bench.wait(30 * 60_000);
    expect(PING_MILLIS).toBeLessThan(10 * 60_000);
    expect(bench.sent('ping').length).toBe(Math.floor((30 * 60_000) / PING_MILLIS));
  });

  it('renews its connection before the gateway cuts it at two hours, and resumes by cursor', () => {
    const bench = started();
    bench.hear({ type: 'logs', logs: [event('a')], cursor: '200', matched: 1, sent: 1 });
    bench.wait(RENEW_MILLIS - 1);
    expect(bench.tickets()).toBe(1);
    bench.wait(1);
    expect(bench.tickets()).toBe(2);
    bench.connect();
    expect(bench.sent('subscribe').at(-1)).toEqual({ action: 'subscribe', query: 'level:error', cursor: '200' });
    expect(bench.tail).toMatchObject({ cursor: '200', phase: { name: 'live' } });
    expect(RENEW_MILLIS).toBeLessThan(2 * 3_600_000);
  });

  it('comes back after a cut, later with each failure, between 0.5 and 30 s', () => {
    const bench = started();
    bench.hear({ type: 'logs', logs: [], cursor: '300', matched: 0, sent: 0 });
    const waits: number[] = [];
    for (let failure = 0; failure < 10; failure += 1) {
      bench.put({ kind: 'closed', generation: bench.tail.generation });
      if (bench.tail.phase.name !== 'reconnecting') throw new Error('expected to reconnect');
      waits.push(bench.tail.phase.at - bench.now);
      bench.wait(waits.at(-1) ?? 0);
      expect(bench.tail.phase.name).toBe('connecting');
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    bench.connect();
    expect(bench.tail.attempts).toBe(0);
    expect(bench.sent('subscribe').at(-1)).toMatchObject({ cursor: '300' });
  });

  it('spreads its attempts, so that a thousand viewers do not come back at once', () => {
    expect(backoff(5, 0)).toBeLessThan(backoff(5, 1));
    expect(backoff(100, 1)).toBe(30_000);
    expect(backoff(0, 0)).toBe(500);
  });

  it('gives up waiting for a server that does not answer and tries again', () => {
    const bench = new Bench();
    bench.put({ kind: 'start' });
    bench.wait(15_000);
    expect(bench.tail.phase.name).toBe('reconnecting');
    bench.wait(30_000);
    expect(bench.tickets()).toBeGreaterThanOrEqual(2);
  });

  it('hears nothing of a connection it has left', () => {
    const bench = started();
    const old = bench.tail.generation;
    bench.put({ kind: 'closed', generation: old });
    const before = bench.tail;
    expect(
      bench.put({
        kind: 'message',
        generation: old,
        message: { type: 'logs', logs: [event('late')], cursor: '9', matched: 1, sent: 1 },
      }),
    ).toEqual([]);
    expect(bench.put({ kind: 'closed', generation: old })).toEqual([]);
    expect(bench.tail).toBe(before);
  });

  it('states a gap with the numbers of the server', () => {
    const bench = started();
    const gap = { count: 312, from: '2026-11-21T14:02:11Z', to: '2026-11-21T14:02:14Z' };
    expect(bench.hear({ type: 'logs', logs: [event('a')], cursor: '1', matched: 313, sent: 1, gap })).toContainEqual({
      kind: 'gap',
      ...gap,
    });
    expect(
      bench.hear({ type: 'logs', logs: [event('b', '2026-11-21T15:00:00Z')], cursor: '2', matched: 5, sent: 1 }),
    ).toContainEqual({
      kind: 'gap',
      count: 4,
      from: '2026-11-21T15:00:00Z',
      to: '2026-11-21T15:00:00Z',
    });
  });

  it('puts a gap before the events that came after it', () => {
    const bench = started();
    const effects = bench.hear({ type: 'logs', logs: [event('a')], cursor: '1', matched: 3, sent: 1 });
    expect(effects.map(({ kind }) => kind)).toEqual(['gap', 'events']);
  });

  it('ends on a query that cannot be, instead of asking for ever', () => {
    const bench = started();
    bench.hear({ type: 'error', code: 'query_syntax', detail: 'parenthesis is not closed' });
    expect(bench.tail.phase).toEqual({ name: 'ended', why: 'parenthesis is not closed' });
    bench.wait(3_600_000);
    expect(bench.tickets()).toBe(1);
  });

  it('waits as long as a 429 asks and goes on after a session was renewed', () => {
    const bench = new Bench();
    bench.put({ kind: 'start' });
    bench.put({
      kind: 'refused',
      generation: bench.tail.generation,
      status: 429,
      detail: 'slow down',
      retryAfterSeconds: 45,
    });
    expect(bench.tail.phase).toMatchObject({ name: 'reconnecting', at: 45_000 });
    bench.wait(45_000);
    bench.put({
      kind: 'refused',
      generation: bench.tail.generation,
      status: 401,
      detail: 'over',
      retryAfterSeconds: null,
    });
    expect(bench.tail.phase.name).toBe('reconnecting');
    bench.wait(30_000);
    bench.put({
      kind: 'refused',
      generation: bench.tail.generation,
      status: 403,
      detail: 'a viewer may not',
      retryAfterSeconds: null,
    });
    expect(bench.tail.phase).toEqual({ name: 'ended', why: 'a viewer may not' });
  });

  it('starts over at now when its cursor is no longer good', () => {
    const bench = started();
    bench.hear({ type: 'error', code: 'invalid_cursor', detail: 'too old' });
    expect(bench.tail.cursor).toBeNull();
    expect(bench.tail.phase.name).toBe('reconnecting');
  });

  it('connects at once after the limit of a connection, and not at all when access was revoked', () => {
    const limited = started();
    limited.hear({ type: 'ended', reason: 'limit', reconnect: true });
    expect(limited.tail.phase.name).toBe('connecting');
    const revoked = started();
    revoked.hear({ type: 'ended', reason: 'revoked', reconnect: false });
    expect(revoked.tail.phase.name).toBe('ended');
  });
});
