import { z } from 'zod';
import type { Route } from '../core/route.ts';

export const CreateTicketRequest = z
  .strictObject({ query: z.string().max(10_000).default('').meta({ description: 'Query text of what to watch' }) })
  .meta({ id: 'CreateTicketRequest' });

export const LiveTicket = z
  .object({
    ticket: z.string(),
    /** Seconds in which it can be used, once. */
    expires_in: z.int(),
    /** Where to connect, relative to the host of the dashboard; add `?ticket=`. */
    url: z.string(),
  })
  .meta({ id: 'LiveTicket' });

export const createTicketRoute = {
  operationId: 'createLiveTicket',
  summary: 'A ticket that opens one WebSocket of the live tail',
  method: 'POST',
  path: '/api/v1/live-logs/tickets',
  access: 'read',
  limit: 'page',
  input: CreateTicketRequest,
  output: LiveTicket,
  status: 201,
} as const satisfies Route;

/** What a viewer sends over the WebSocket. */
export const ViewerMessage = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('subscribe'),
    query: z.string().max(10_000).default(''),
    /** Of the last message seen, after a cut. */
    cursor: z
      .string()
      .regex(/^\d{1,19}$/)
      .optional(),
  }),
  z.object({ action: z.literal('unsubscribe') }),
  z.object({ action: z.literal('ping') }),
]);
export type ViewerMessage = z.output<typeof ViewerMessage>;
