import type { EventReader } from '../adapters/event-store/port.ts';
import { stringifyJson } from '../core/json.ts';
import type { ProjectId } from '../core/project.ts';
import type { UnixNano } from '../core/unix-nano.ts';
import type { Filter } from '../search/language/ast.ts';
import { parse } from '../search/language/parser.ts';
import { toLogEvent } from '../search/log-event.ts';
import { toPieces } from './message.ts';
import { INTERVAL_MILLIS } from './socket.ts';

/** What filling stands on. */
export interface FillParts {
  readonly events: EventReader;
  /** Until what was accepted before the resume is searchable; meanwhile the tail has taken notice of the subscription. */
  readonly settleMillis: number;
  readonly sleep: (millis: number) => Promise<void>;
  readonly now: () => number;
}

/** Sends what arrived since a cursor, in the order of arrival; what the tail sends meanwhile may repeat it, and ids tell. */
export type Fill = (
  missed: { readonly project: ProjectId; readonly query: string; readonly cursor: string },
  send: (message: string) => Promise<boolean>,
) => Promise<void>;

const MAX_EVENTS = 2_000;

export function makeFill({ events, settleMillis, sleep, now }: FillParts): Fill {
  return async ({ project, query, cursor }, send) => {
    await sleep(settleMillis);
    const { filter } = parse(query);
    const since: Filter = { kind: 'compare', field: 'received_at', op: '>=', value: cursor, span: filter.span };
    const page = await events.page(
      project,
      { filter: { kind: 'and', operands: [filter, since], span: filter.span }, now: now() },
      { order: 'desc', limit: MAX_EVENTS, count: true },
    );
    const missed = page.events
      .map(({ record }) => record)
      .sort((a, b) => compareDigits(a.observedTimeUnixNano, b.observedTimeUnixNano) || a.id.localeCompare(b.id));
    const total = page.total?.value ?? missed.length;
    const last = missed.at(-1)?.observedTimeUnixNano ?? (cursor as UnixNano);
    const wire = missed.map((record) => toLogEvent(record, project));
    const first = wire.map(({ timestamp }) => timestamp).sort()[0] ?? '';
    const pieces = toPieces(wire, stringifyJson);
    for (const [at, { json, count }] of pieces.entries()) {
      const left = at === 0 ? Math.max(0, total - missed.length) : 0;
      const head = stringifyJson({
        type: 'logs',
        resumed: true,
        cursor: last,
        matched: count + left,
        sent: count,
        // older than what fits: search reads them by time
        ...(left > 0 && { gap: { count: left, from: new Date(0).toISOString(), to: first } }),
        interval_ms: INTERVAL_MILLIS,
      });
      if (!(await send(`${head.slice(0, -1)},"logs":[${json}]}`))) return;
    }
  };
}

const compareDigits = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
