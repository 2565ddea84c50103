import type { LogEvent } from '../../lib/log-event.ts';

/** Messages of the server, as `POST /api/v1/live-logs/tickets` documents them. */
export type ServerMessage =
  | { readonly type: 'subscribed'; readonly cursor: string; readonly interval_ms?: number }
  | {
      readonly type: 'logs';
      readonly logs: readonly LogEvent[];
      readonly cursor: string;
      readonly matched: number;
      readonly sent: number;
      readonly gap?: { readonly count: number; readonly from: string; readonly to: string } | null;
      readonly interval_ms?: number;
      readonly resumed?: boolean;
    }
  | {
      readonly type: 'gap';
      readonly count: number;
      readonly from: string;
      readonly to: string;
      readonly cursor?: string;
    }
  | { readonly type: 'pong' }
  | {
      readonly type: 'error';
      readonly code: string;
      readonly detail: string;
      readonly span?: { readonly start: number; readonly end: number };
    }
  | { readonly type: 'ended'; readonly reason: string; readonly reconnect?: boolean };

export type ClientMessage =
  | { readonly action: 'subscribe'; readonly query: string; readonly cursor?: string }
  | { readonly action: 'ping' };

export type Phase =
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** `at`: the moment of the next attempt. */
  | { readonly name: 'reconnecting'; readonly at: number; readonly why: string }
  /** Does not come back by itself. */
  | { readonly name: 'ended'; readonly why: string };

export interface Tail {
  readonly query: string;
  readonly phase: Phase;
  /** Where the next connection goes on; null before the first answer. */
  readonly cursor: string | null;
  /** Failed attempts in a row. */
  readonly attempts: number;
  /** Tells late answers of an earlier connection apart. */
  readonly generation: number;
  /** How often the server posts, in ms; it stretches under load and says so. */
  readonly intervalMillis: number | null;
}

export type TimerName = 'attempt' | 'answer' | 'ping' | 'renew';
export type TailInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'ticket'; readonly generation: number; readonly url: string; readonly ticket: string }
  | {
      readonly kind: 'refused';
      readonly generation: number;
      readonly status: number;
      readonly detail: string;
      readonly retryAfterSeconds: number | null;
    }
  | { readonly kind: 'opened'; readonly generation: number }
  | { readonly kind: 'message'; readonly generation: number; readonly message: ServerMessage }
  | { readonly kind: 'closed'; readonly generation: number }
  | { readonly kind: 'timer'; readonly name: TimerName };
export type TailEffect =
  | { readonly kind: 'askTicket'; readonly generation: number; readonly query: string }
  | { readonly kind: 'open'; readonly generation: number; readonly url: string }
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** Closes the socket and stops all timers. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'setTimer'; readonly name: TimerName; readonly millis: number }
  | { readonly kind: 'clearTimers' }
  | { readonly kind: 'events'; readonly events: readonly LogEvent[] }
  | { readonly kind: 'gap'; readonly count: number; readonly from: string; readonly to: string };

export interface TailEnvironment {
  readonly now: number;
  /** Between 0 and 1. */
  readonly random: number;
}

const FIRST_BACKOFF_MILLIS = 500;
const LAST_BACKOFF_MILLIS = 30_000;
/** Time for a ticket, an open socket and the answer to `subscribe` together. */
const ANSWER_MILLIS = 15_000;
/** API Gateway closes a WebSocket after ten idle minutes. */
export const PING_MILLIS = 5 * 60_000;
/** API Gateway closes every WebSocket after two hours; going first loses nothing. */
export const RENEW_MILLIS = 110 * 60_000;

export const makeTail = (query: string): Tail => ({
  query,
  phase: { name: 'connecting' },
  cursor: null,
  attempts: 0,
  generation: 0,
  intervalMillis: null,
});

/** Between half and all of a time that doubles with each failure, from 0.5 to 30 s. */
export function backoff(attempts: number, random: number): number {
  const most = Math.min(LAST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS * 2 ** attempts);
  return Math.max(FIRST_BACKOFF_MILLIS, Math.round(most * (0.5 + random / 2)));
}

type Step = readonly [Tail, readonly TailEffect[]];

function connect(tail: Tail): Step {
  const generation = tail.generation + 1;
  return [
    { ...tail, generation, phase: { name: 'connecting' } },
    [
      { kind: 'drop' },
      { kind: 'setTimer', name: 'answer', millis: ANSWER_MILLIS },
      { kind: 'askTicket', generation, query: tail.query },
    ],
  ];
}

function retry(tail: Tail, why: string, { now, random }: TailEnvironment, leastMillis = 0): Step {
  const millis = Math.max(leastMillis, backoff(tail.attempts, random));
  return [
    // the generation moves on so that nothing of the lost connection is heard any more
    {
      ...tail,
      generation: tail.generation + 1,
      attempts: tail.attempts + 1,
      phase: { name: 'reconnecting', at: now + millis, why },
    },
    [{ kind: 'drop' }, { kind: 'setTimer', name: 'attempt', millis }],
  ];
}

const end = (tail: Tail, why: string): Step => [
  { ...tail, generation: tail.generation + 1, phase: { name: 'ended', why } },
  [{ kind: 'drop' }],
];

function hear(tail: Tail, message: ServerMessage, environment: TailEnvironment): Step {
  switch (message.type) {
    case 'subscribed':
      return [
        {
          ...tail,
          phase: { name: 'live' },
          attempts: 0,
          cursor: tail.cursor ?? message.cursor,
          intervalMillis: message.interval_ms ?? null,
        },
        [
          { kind: 'clearTimers' },
          { kind: 'setTimer', name: 'ping', millis: PING_MILLIS },
          { kind: 'setTimer', name: 'renew', millis: RENEW_MILLIS },
        ],
      ];
    case 'logs': {
      const { logs, matched, sent, gap } = message;
      const effects: TailEffect[] = [];
      if (matched > sent) {
        const at = logs[0]?.timestamp ?? new Date(environment.now).toISOString();
        effects.push({ kind: 'gap', ...(gap ?? { count: matched - sent, from: at, to: at }) });
      }
      effects.push({ kind: 'events', events: logs });
      return [{ ...tail, cursor: message.cursor, intervalMillis: message.interval_ms ?? tail.intervalMillis }, effects];
    }
    case 'gap':
      return [
        { ...tail, cursor: message.cursor ?? tail.cursor },
        [{ kind: 'gap', count: message.count, from: message.from, to: message.to }],
      ];
    case 'error':
      // what the person asked for is wrong, so asking again would not help
      if (/^(?:query_|invalid_request|forbidden|not_found)/.test(message.code)) return end(tail, message.detail);
      if (message.code === 'invalid_cursor') return retry({ ...tail, cursor: null }, message.detail, environment);
      return retry(tail, message.detail, environment);
    case 'ended':
      if (message.reconnect === false) return end(tail, message.reason);
      // a renewed login or a new connection carries on from the cursor
      return message.reason === 'limit' ? connect({ ...tail, attempts: 0 }) : retry(tail, message.reason, environment);
    case 'pong':
      return [tail, []];
    default:
      message satisfies never;
      return [tail, []];
  }
}

/** One step of the tail: pure, so that two hours pass in a test without waiting. */
export function stepTail(tail: Tail, input: TailInput, environment: TailEnvironment): Step {
  if ('generation' in input && input.generation !== tail.generation) return [tail, []];
  switch (input.kind) {
    case 'start':
      return connect(tail);
    case 'stop':
      return end(tail, 'stopped');
    case 'ticket':
      return [
        tail,
        [
          {
            kind: 'open',
            generation: tail.generation,
            url: `${input.url}${input.url.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(input.ticket)}`,
          },
        ],
      ];
    case 'refused': {
      // 401 is answered by signing in again, after which the attempt goes on
      const final = input.status >= 400 && input.status < 500 && ![401, 408, 429].includes(input.status);
      return final
        ? end(tail, input.detail)
        : retry(tail, input.detail, environment, (input.retryAfterSeconds ?? 0) * 1_000);
    }
    case 'opened':
      return [
        tail,
        [
          {
            kind: 'send',
            message: {
              action: 'subscribe',
              query: tail.query,
              ...(tail.cursor === null ? {} : { cursor: tail.cursor }),
            },
          },
        ],
      ];
    case 'message':
      return hear(tail, input.message, environment);
    case 'closed':
      return tail.phase.name === 'ended' ? [tail, []] : retry(tail, 'the connection was closed', environment);
    case 'timer':
      switch (input.name) {
        case 'attempt':
          return tail.phase.name === 'reconnecting' ? connect(tail) : [tail, []];
        case 'answer':
          return tail.phase.name === 'connecting' ? retry(tail, 'the server did not answer', environment) : [tail, []];
        case 'ping':
          return tail.phase.name === 'live'
            ? [
                tail,
                [
                  { kind: 'send', message: { action: 'ping' } },
                  { kind: 'setTimer', name: 'ping', millis: PING_MILLIS },
                ],
              ]
            : [tail, []];
        case 'renew':
          return tail.phase.name === 'live' ? connect(tail) : [tail, []];
        default:
          input.name satisfies never;
          return [tail, []];
      }
    default:
      input satisfies never;
      return [tail, []];
  }
}
