import type { EventPage, Position } from '../../adapters/event-store/port.ts';
import { Failure } from '../../core/errors.ts';
import { Reply } from '../../core/http.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { ExportInput } from '../export-api.ts';
import { QueryLimitError } from '../language/errors.ts';
import { parse } from '../language/parser.ts';
import { type Plan, toPlan } from '../plan.ts';
import type { ReadCall, ReadParts } from '../search-logs.ts';
import { toReadQuery } from '../selection.ts';
import { toTable } from '../stats-table.ts';
import { fileNameOf, makeRowWriter, toExportPlan, toFormat } from './export-file.ts';
import type { Cut, Format } from './formats.ts';

/** A function answers at most 6 MB (Lambda quotas), headers and base64 of what is no text included. */
const MAX_BYTES = 5_000_000;
/** What is left of a function's 29 seconds belongs to the answer. */
const MAX_MILLIS = 18_000;
const PAGE = 1_000;
/** Until it is known how large events are here. */
const FIRST_PAGE = 100;

interface ExportParts extends ReadParts {
  /** Bytes of a part at most. @default 5 MB */
  readonly maxBytes?: number;
}

/**
 * Writes events as a file, as many as an answer holds: a part. A part that is not the last says so by `X-Export-Complete: false`,
 * `X-Next-Cursor`, and at its own end, because a file is looked at without its headers.
 */
export function makeExportLogs(parts: ExportParts) {
  return async (input: ExportInput, call: ReadCall): Promise<Reply> => {
    const plan = toPlan(parse(input.query));
    return plan.kind === 'stats' ? exportTable(parts, plan, input, call) : exportEvents(parts, plan, input, call);
  };
}

async function exportEvents(
  { events, now, maxBytes = MAX_BYTES }: ExportParts,
  plan: Extract<Plan, { kind: 'events' }>,
  { cursor, marker, limit, format: name, ...input }: ExportInput,
  { caller: { project }, signal }: ReadCall,
): Promise<Reply> {
  const startedAt = performance.now();
  const { columns, order, limit: most } = toExportPlan({ ...input, limit }, plan);
  const { format, row } = makeRowWriter(name, columns, project);
  const request = ['export', input, order, limit, name];
  const continued = cursor === undefined ? undefined : decodeCursor(cursor, project, request);
  const moment = continued?.now ?? now();
  const { selection } = toReadQuery(input, moment);
  // `page` counts rows here: how many the parts before had
  const before = continued === undefined ? 0 : continued.page - 1;
  const wanted = most - before;
  const text = [format.head(continued === undefined)];
  // the line that says that this is not all has room in any case
  let bytes = Buffer.byteLength(text[0] ?? '') + 3_000;
  let rows = 0;
  let total = continued?.total;
  let position: Position | undefined = continued?.after;
  let reason: string | undefined;
  while (rows < wanted && reason === undefined) {
    const page: EventPage = await events.page(
      project,
      selection,
      {
        order,
        limit: Math.min(
          PAGE,
          wanted - rows,
          rows === 0 ? FIRST_PAGE : Math.ceil((maxBytes - bytes) / (bytes / rows)) + 1,
        ),
        count: total === undefined,
        ...(position && { after: position }),
      },
      { signal, timeoutMillis: Math.max(1_000, Math.round(MAX_MILLIS - (performance.now() - startedAt))) },
    );
    total ??= page.total ?? { value: 0, relation: 'gte' };
    for (const { record } of page.events) {
      const line = row(record, rows);
      const size = Buffer.byteLength(line);
      if (bytes + size > maxBytes) {
        if (rows === 0)
          throw new Failure(
            'payload_too_large',
            `event ${record.id} alone is larger than an answer; read it by its id or choose columns`,
          );
        reason = `an answer holds ${maxBytes} bytes`;
        break;
      }
      text.push(line);
      bytes += size;
      rows++;
      position = { time: record.timeUnixNano, id: record.id };
    }
    if (reason !== undefined) break;
    if (page.partial !== undefined) {
      position = page.next ?? position;
      reason = `only a part was searched: ${page.partial.code}`;
    } else if (page.next === undefined) break;
    else if (performance.now() - startedAt > MAX_MILLIS) reason = 'the time for an answer is over';
  }
  const counted = total ?? { value: 0, relation: 'eq' };
  const nextCursor =
    reason === undefined || position === undefined
      ? null
      : encodeCursor(project, request, { after: position, now: moment, page: before + rows + 1, total: counted });
  const cut: Cut | undefined =
    reason === undefined
      ? undefined
      : { rows, total: counted.value, totalRelation: counted.relation, nextCursor, reason };
  // the document of JSON says it in a member of its own
  text.push(format.tail(marker || name === 'json' ? cut : undefined));
  return toReply(format, text.join(''), { rows, total: counted.value, cut });
}

/** A table of statistics is small enough for one answer: the groups of a query are bounded. */
async function exportTable(
  { events, now }: ExportParts,
  plan: Extract<Plan, { kind: 'stats' }>,
  input: ExportInput,
  { caller: { project }, signal }: ReadCall,
): Promise<Reply> {
  const { selection } = toReadQuery(input, now());
  const found = await events.stats(project, selection, plan.request, { signal });
  if (found.partial !== undefined)
    throw new QueryLimitError(`only a part was searched (${found.partial.code}); take a shorter range`);
  const { columns, rows } = toTable(plan, found);
  const names = columns.map(({ name }) => name);
  const format = toFormat(input.format, names);
  const lines = rows.map((row, at) => format.row(row, at));
  return toReply(format, [format.head(true), ...lines, format.tail(undefined)].join(''), {
    rows: rows.length,
    total: rows.length,
    cut: undefined,
  });
}

const toReply = (
  format: Format,
  body: string,
  { rows, total, cut }: { rows: number; total: number; cut: Cut | undefined },
): Reply =>
  new Reply(200, {
    headers: {
      'content-type': format.contentType,
      'content-disposition': `attachment; filename="${fileNameOf(format)}"`,
      'x-export-rows': String(rows),
      'x-export-complete': String(cut === undefined),
      'x-total-count': String(total),
      ...(cut?.nextCursor && { 'x-next-cursor': cut.nextCursor }),
    },
    body,
  });
