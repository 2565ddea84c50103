import type { SearchRecorder } from '../adapters/audit-trail/port.ts';
import type { Connection, Ticket, ViewerClose, ViewerPost, ViewerRegister } from '../adapters/viewers/port.ts';
import type { Caller } from '../core/caller.ts';
import { DomainError } from '../core/errors.ts';
import { fromMillis } from '../core/unix-nano.ts';
import { parse } from '../search/language/parser.ts';
import { ViewerMessage } from './api.ts';
import type { Fill } from './fill.ts';
import type { LiveMessage } from './message.ts';
import { hashTicket, toTicket } from './tickets.ts';

/** What the connections of viewers stand on. */
export interface SocketParts {
  readonly viewers: ViewerRegister;
  readonly post: ViewerPost & ViewerClose;
  readonly recorder: SearchRecorder;
  /** Proves a session's token for a project. @throws DomainError */
  readonly session: (token: string, project?: string) => Promise<Caller>;
  /** Whether what a ticket was given for still stands. @throws RetryLater */
  readonly stands: (ticket: Ticket) => Promise<boolean>;
  readonly fill: Fill;
  readonly now: () => number;
}

/** How a viewer opens a connection: by a ticket, or as seed 001 does by project and token. */
export interface ConnectRequest {
  readonly connectionId: string;
  readonly project?: string | undefined;
  readonly ticket?: string | undefined;
  readonly token?: string | undefined;
  readonly query?: string | undefined;
}

/** The tail posts at most this often to one viewer; it says so when it takes longer. */
export const INTERVAL_MILLIS = 250;

/** Whether the token or key that a connection was opened by has ended. @param now milliseconds since 1970 */
export const isOver = ({ endsAt }: Pick<Ticket, 'endsAt'>, now: number): boolean =>
  endsAt !== undefined && endsAt * 1000 <= now;

/** Tells a viewer whose time is over so, and ends the connection. */
export async function endConnection(post: ViewerPost & ViewerClose, connectionId: string): Promise<void> {
  const message: LiveMessage = { type: 'ended', reason: 'limit', reconnect: true };
  await post.post(connectionId, JSON.stringify(message));
  await post.close(connectionId);
}

/** `$connect`. @returns HTTP status of the handshake */
export const makeConnect =
  ({ viewers, session, stands, recorder }: SocketParts) =>
  async ({ connectionId, project, ticket, token, query }: ConnectRequest): Promise<number> => {
    const proven =
      ticket === undefined
        ? await fromToken(session, token, project, query)
        : await viewers.takeTicket(hashTicket(ticket));
    if (proven === undefined || (project !== undefined && project !== proven.project)) return 401;
    await viewers.connect({ ...proven, id: connectionId });
    // asked once it is known: whoever revokes meanwhile finds the connection here, or is seen by it
    if (!(await stands(proven))) {
      await viewers.disconnect(connectionId);
      return 401;
    }
    await watch({ viewers, recorder }, { ...proven, id: connectionId }, proven.query);
    return 200;
  };

/** Lets a connection watch a query, which is a search as long as it lasts. */
async function watch(
  { viewers, recorder }: Pick<SocketParts, 'viewers' | 'recorder'>,
  { id, project, userId, userName, sessionId, endsAt }: Connection,
  query: string,
): Promise<void> {
  const tell = recorder.begin(project);
  const startedAt = performance.now();
  await viewers.subscribe(project, { connectionId: id, query, ...(endsAt !== undefined && { endsAt }) });
  const actor = { type: sessionId === undefined ? 'key' : 'user', id: userId, name: userName };
  const asked = { project, actor, operation: 'liveTail', query, parameters: {}, correlationId: id };
  await tell(asked, { result: 'success', tookMillis: Math.round((performance.now() - startedAt) * 10) / 10 });
}

async function fromToken(
  session: SocketParts['session'],
  token: string | undefined,
  project: string | undefined,
  query = '',
): Promise<Ticket | undefined> {
  if (token === undefined) return undefined;
  try {
    parse(query);
    const caller = await session(token, project);
    if (!caller.scopes.has('read')) return undefined;
    return toTicket(caller, query);
  } catch (error) {
    if (error instanceof DomainError && error.code !== 'unavailable') return undefined;
    throw error;
  }
}

/** A message of a viewer. What is wrong with it is told to the viewer. */
export const makeReceive =
  ({ viewers, post, fill, now, recorder }: SocketParts) =>
  async (connectionId: string, text: string): Promise<void> => {
    const connection = await viewers.find(connectionId);
    if (connection === undefined) return;
    if (isOver(connection, now())) {
      await viewers.disconnect(connectionId);
      await endConnection(post, connectionId);
      return;
    }
    const send = (message: LiveMessage) => post.post(connectionId, JSON.stringify(message));
    const parsed = readMessage(text);
    if (parsed instanceof Error) {
      await send({ type: 'error', code: 'invalid_request', detail: parsed.message });
      return;
    }
    switch (parsed.action) {
      case 'ping':
        await send({ type: 'pong' });
        return;
      case 'unsubscribe':
        await viewers.unsubscribe(connection.project, connectionId);
        return;
      case 'subscribe':
        await subscribe(connection, parsed, send);
    }

    async function subscribe(
      connection: Connection,
      { query, cursor }: { query: string; cursor?: string | undefined },
      send: (message: LiveMessage) => Promise<boolean>,
    ) {
      try {
        parse(query);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        await send({ type: 'error', code: error.code, detail: error.message, ...error.extensions });
        return;
      }
      const { project, id } = connection;
      await watch({ viewers, recorder }, connection, query);
      await send({ type: 'subscribed', query, cursor: cursor ?? fromMillis(now()), interval_ms: INTERVAL_MILLIS });
      if (cursor !== undefined) await fill({ project, query, cursor }, (message) => post.post(id, message));
    }
  };

function readMessage(text: string): ViewerMessage | Error {
  try {
    const parsed = ViewerMessage.safeParse(JSON.parse(text));
    return parsed.success
      ? parsed.data
      : new Error(`expected {"action":"subscribe"|"unsubscribe"|"ping", …}: ${parsed.error.issues[0]?.message}`);
  } catch {
    return new Error('expected a JSON object with "action"');
  }
}
