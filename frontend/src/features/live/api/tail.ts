import { request } from '../../../lib/api.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { toProblem } from '../../../lib/problem.ts';
import {
  makeTail,
  type ServerMessage,
  stepTail,
  type Tail,
  type TailEffect,
  type TailInput,
  type TimerName,
} from '../tail-machine.ts';

interface Ticket {
  readonly ticket: string;
  readonly expires_in: number;
  readonly url: string;
}

const askTicket = (query: string, signal: AbortSignal) =>
  request<Ticket>('/api/v1/live-logs/tickets', { method: 'POST', json: { query }, signal });

/** A relative address is on this host; the socket speaks TLS where the page does. */
export const socketUrl = (url: string, page: Pick<Location, 'protocol' | 'host'>): string =>
  url.startsWith('/') ? `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}${url}` : url;

export interface GapPage {
  readonly logs: readonly LogEvent[];
  readonly total: number;
}
/** The events of a gap, oldest first; at most a thousand at a time. */
export const loadGap = (query: string, from: string, to: string) =>
  request<GapPage>('/api/v1/logs', { query: { query, from, to, limit: 1_000, order: 'asc' } });

interface Listener {
  onState(tail: Tail): void;
  onEvents(events: readonly LogEvent[]): void;
  onGap(gap: { count: number; from: string; to: string }): void;
}

/** Runs the tail machine against the real socket, clock and dice. Returns the way to stop it. */
export function runTail(query: string, listener: Listener): () => void {
  let tail = makeTail(query);
  let socket: WebSocket | null = null;
  const timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  const abort = new AbortController();

  const clearTimers = () => {
    for (const timer of timers.values()) clearTimeout(timer);
  };
  const take = (input: TailInput) => {
    const before = tail;
    const [next, effects] = stepTail(tail, input, { now: Date.now(), random: Math.random() });
    tail = next;
    for (const effect of effects) apply(effect);
    if (tail !== before) listener.onState(tail);
  };
  const apply = (effect: TailEffect) => {
    switch (effect.kind) {
      case 'askTicket': {
        const { generation } = effect;
        askTicket(effect.query, abort.signal).then(
          ({ url, ticket }) => take({ kind: 'ticket', generation, url, ticket }),
          (error) => {
            if (abort.signal.aborted) return;
            const { status, message, retryAfter } = toProblem(error);
            take({ kind: 'refused', generation, status, detail: message, retryAfterSeconds: retryAfter });
          },
        );
        return;
      }
      case 'open': {
        const { generation } = effect;
        const opened = new WebSocket(socketUrl(effect.url, location));
        socket = opened;
        opened.onopen = () => take({ kind: 'opened', generation });
        opened.onclose = () => take({ kind: 'closed', generation });
        opened.onmessage = ({ data }) =>
          take({ kind: 'message', generation, message: JSON.parse(data) as ServerMessage });
        return;
      }
      case 'send':
        if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(effect.message));
        return;
      case 'drop':
        socket?.close();
        clearTimers();
        return;
      case 'setTimer':
        clearTimeout(timers.get(effect.name));
        timers.set(
          effect.name,
          setTimeout(() => take({ kind: 'timer', name: effect.name }), effect.millis),
        );
        return;
      case 'clearTimers':
        return clearTimers();
      case 'events':
        return listener.onEvents(effect.events);
      case 'gap':
        return listener.onGap(effect);
      default:
        return effect satisfies never;
    }
  };
  take({ kind: 'start' });
  return () => {
    abort.abort();
    take({ kind: 'stop' });
  };
}
