import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveMessage } from '../../functions/live/message.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';
import type { Writer } from './format.ts';

const PING_MILLIS = 5 * 60_000;
const FIRST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 30_000;
const REMEMBERED = 20_000;

/** Follows a query until it is interrupted; reconnects and says what was missed. */
export async function tail(connection: Connection, query: string, writer: Writer, quiet: boolean): Promise<number> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  const say = (text: string) => {
    if (!quiet) process.stderr.write(`${text}\n`);
  };
  for (let pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS)) {
    const openedAt = Date.now();
    const why = await follow(connection, query, cursor, (message) => {
      if (message.type === 'logs') {
        cursor = message.cursor;
        if (message.gap !== undefined)
          say(`${message.gap.count} events not shown, ${message.gap.from} to ${message.gap.to}`);
        for (const event of message.logs) {
          if (seen.has(event.id)) continue;
          if (seen.size >= REMEMBERED) seen.delete(seen.values().next().value ?? '');
          seen.add(event.id);
          writer.event(event);
        }
      } else if (message.type === 'subscribed') {
        cursor ??= message.cursor;
        say(`following ${query === '' ? 'everything' : query}`);
      } else if (message.type === 'error') throw new CliError(EXIT.usage, message.detail);
    });
    if (Date.now() - openedAt > LONGEST_PAUSE_MILLIS) pause = FIRST_PAUSE_MILLIS;
    const wait = pause * (0.5 + Math.random());
    say(`connection lost (${why}), again in ${Math.ceil(wait / 1000)} s`);
    await sleep(wait);
  }
}

async function follow(
  connection: Connection,
  query: string,
  cursor: string | undefined,
  take: (message: LiveMessage) => void,
): Promise<string> {
  const { ticket, url } = (await call(connection, {
    method: 'POST',
    path: '/api/v1/live-logs/tickets',
    body: JSON.stringify({ query }),
    headers: { 'content-type': 'application/json' },
    repeatable: true,
  })) as { ticket: string; url: string };
  const target = new URL(url, connection.url);
  target.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:';
  target.searchParams.set('ticket', ticket);
  const socket = new WebSocket(target);
  const ping = setInterval(() => socket.send('{"action":"ping"}'), PING_MILLIS);
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.addEventListener('open', () =>
        socket.send(JSON.stringify({ action: 'subscribe', query, ...(cursor !== undefined && { cursor }) })),
      );
      socket.addEventListener('message', ({ data }) => {
        try {
          take(JSON.parse(String(data)) as LiveMessage);
        } catch (error) {
          reject(error);
          socket.close();
        }
      });
      socket.addEventListener('error', () => resolve('error'));
      socket.addEventListener('close', ({ code }) => resolve(`closed, ${code}`));
    });
  } finally {
    clearInterval(ping);
  }
}
