import type { LogEvent } from '../search/api.ts';

/** Events that matched but were not sent: shown as a gap, and read by search over its times. */
export interface Gap {
  readonly count: number;
  /** ISO 8601, event time. */
  readonly from: string;
  readonly to: string;
}

/** What a viewer is sent. At most 32 KB each. */
export type LiveMessage =
  | { readonly type: 'subscribed'; readonly query: string; readonly cursor: string; readonly interval_ms: number }
  | {
      readonly type: 'logs';
      readonly logs: readonly LogEvent[];
      /** Arrival order reached: what to resume from. */
      readonly cursor: string;
      /** Piece of the stream this tells of, so that a broken chain is seen. */
      readonly chain?: { readonly shard: string; readonly from: string; readonly to: string };
      readonly matched: number;
      readonly sent: number;
      readonly gap?: Gap;
      readonly interval_ms: number;
      /** Fills what was missed before a resume; may repeat what was seen. */
      readonly resumed?: true;
    }
  | { readonly type: 'pong' }
  | { readonly type: 'error'; readonly code: string; readonly detail: string; readonly span?: unknown }
  /** The token or key that the connection was opened by has ended; another one goes on from the cursor. */
  | { readonly type: 'ended'; readonly reason: 'limit'; readonly reconnect: true };

/** A frame of a WebSocket API. */
export const MAX_MESSAGE_BYTES = 32_000;
/** An event larger than this is sent without its long texts; search has the whole. */
const MAX_EVENT_BYTES = 24_000;
const LONG_TEXT = 4_000;

/** Events as pieces of JSON that fit into messages together: each piece `a,b,c`, without the brackets. */
export function toPieces(
  events: readonly LogEvent[],
  stringify: (value: unknown) => string,
): { readonly json: string; readonly count: number }[] {
  const pieces: { json: string; count: number }[] = [];
  let json = '';
  let bytes = 0;
  let count = 0;
  for (const event of events) {
    const text = shorten(event, stringify);
    const size = Buffer.byteLength(text) + 1;
    if (count > 0 && bytes + size > MAX_MESSAGE_BYTES - 1_000) {
      pieces.push({ json, count });
      json = '';
      bytes = 0;
      count = 0;
    }
    json += count === 0 ? text : `,${text}`;
    bytes += size;
    count++;
  }
  if (count > 0) pieces.push({ json, count });
  return pieces;
}

function shorten(event: LogEvent, stringify: (value: unknown) => string): string {
  const text = stringify(event);
  if (Buffer.byteLength(text) <= MAX_EVENT_BYTES) return text;
  const {
    attributes: _,
    original: __,
    context: ___,
    payload: ____,
    metrics: _____,
    ...rest
  } = event as LogEvent & Record<string, unknown>;
  return stringify({
    ...rest,
    message: event.message.slice(0, LONG_TEXT),
    attributes: {},
    marks: [...(event.marks ?? []), 'truncated'],
  });
}
