import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveMessage } from '../../functions/live/message.ts';
import type { Platform } from './platform.ts';

/** A client of the live tail that remembers what it was sent and when. */
export class Viewer {
  readonly messages: { readonly message: LiveMessage; readonly at: number }[] = [];
  readonly #socket: WebSocket;
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      this.messages.push({ message: JSON.parse(String(data)) as LiveMessage, at: Date.now() });
    });
    this.closed = new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
  }

  /** @throws where the handshake is refused */
  static async open(url: URL): Promise<Viewer> {
    const socket = new WebSocket(url);
    const viewer = new Viewer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error('the handshake was refused')));
    });
    return viewer;
  }

  /** Opens one with a ticket for a query. */
  static async withTicket(platform: Platform, query = ''): Promise<Viewer> {
    return Viewer.open(await ticketUrl(platform, query));
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Waits for a message. */
  async until<T extends LiveMessage['type']>(
    type: T,
    wanted: (message: Extract<LiveMessage, { type: T }>) => boolean = () => true,
    seconds = 20,
  ) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) {
      for (const { message } of this.messages) {
        if (message.type === type && wanted(message as Extract<LiveMessage, { type: T }>))
          return message as Extract<LiveMessage, { type: T }>;
      }
    }
    throw new Error(
      `no ${type} message as wanted within ${seconds} s; there were ${JSON.stringify(this.messages.map(({ message }) => message)).slice(0, 800)}`,
    );
  }

  /** Events sent so far, with when they came. */
  events(): { readonly message: string; readonly id: string; readonly at: number }[] {
    return this.messages.flatMap(({ message, at }) =>
      message.type === 'logs' ? message.logs.map((event) => ({ message: event.message, id: event.id, at })) : [],
    );
  }

  /** Events that matched and were told of, and those of them that were not sent. */
  counts(): { matched: number; sent: number } {
    const counts = { matched: 0, sent: 0 };
    for (const { message } of this.messages) {
      if (message.type !== 'logs' || message.resumed) continue;
      counts.matched += message.matched;
      counts.sent += message.sent;
    }
    return counts;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

/** Where a new ticket connects to. */
export async function ticketUrl(platform: Platform, query = ''): Promise<URL> {
  const answer = await platform.call('/api/v1/live-logs/tickets', {
    method: 'POST',
    body: JSON.stringify({ query }),
    headers: { 'content-type': 'application/json' },
  });
  const { ticket, url } = (await answer.json()) as { ticket: string; url: string };
  const target = new URL(url, platform.url.replace(/^http/, 'ws'));
  target.searchParams.set('ticket', ticket);
  return target;
}
