import { createHash, randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Ticket, ViewerRegister } from '../adapters/viewers/port.ts';
import type { Caller } from '../core/caller.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { parse } from '../search/language/parser.ts';
import type { CreateTicketRequest } from './api.ts';

const TICKET_SECONDS = 60;

/** A ticket is random enough that its hash needs no salt. */
export const hashTicket = (ticket: string): string => createHash('sha256').update(ticket).digest('hex');

/** What a caller has proven, for the connections that they open by it. */
export const toTicket = ({ project, id, name, session, expiresAt }: Caller, query: string): Ticket => ({
  project,
  userId: id,
  userName: name,
  query,
  ...(session && { sessionId: session.id, epoch: session.epoch }),
  ...(expiresAt !== undefined && { endsAt: expiresAt }),
});

/** `POST /live-logs/tickets`: a WebSocket of a browser can send no header, and a token has no place in a URL. */
export const makeCreateTicket =
  (viewers: ViewerRegister, now: () => number) =>
  async ({ query }: z.output<typeof CreateTicketRequest>, { caller }: AuthenticatedCall) => {
    parse(query);
    const ticket = randomBytes(24).toString('base64url');
    const expiresAt = Math.floor(now() / 1000) + TICKET_SECONDS;
    await viewers.putTicket(hashTicket(ticket), toTicket(caller, query), expiresAt);
    return { ticket, expires_in: TICKET_SECONDS, url: `/api/v1/live-logs/ws/${caller.project}` };
  };
