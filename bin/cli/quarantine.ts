import { QuarantineList, QuarantinePreview, RedriveResult } from '../../functions/ingest/quarantine-api.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';

const PATH = '/api/v1/ingest/quarantine';

/** Which entries are meant. */
export interface QuarantineOptions {
  readonly reason?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly quiet: boolean;
}

/** `quarantine ls | show ID | redrive [ID]`. @returns exit code */
export async function quarantine(
  connection: Connection,
  action: string | undefined,
  id: string | undefined,
  options: QuarantineOptions,
): Promise<number> {
  switch (action) {
    case undefined:
    case 'ls':
      return list(connection, options);
    case 'show':
      if (id === undefined)
        throw new CliError(EXIT.usage, '"quarantine show" takes the id that "quarantine ls" prints');
      return show(connection, id);
    case 'redrive':
      return redrive(connection, id, options);
    default:
      throw new CliError(EXIT.usage, `"quarantine" takes ls, show or redrive, not "${action}"`);
  }
}

async function list(connection: Connection, { quiet, ...filter }: QuarantineOptions): Promise<number> {
  let cursor: string | null = null;
  let entries = 0;
  let events = 0;
  do {
    const query = { ...filter, limit: '100', cursor: cursor ?? undefined };
    const page: QuarantineList = QuarantineList.parse(await call(connection, { path: PATH, query, repeatable: true }));
    for (const { id, received_at, events: count, reasons } of page.items) {
      process.stdout.write(
        `${id}  ${received_at}  ${String(count).padStart(6)}  ${oneLine(reasons[0]?.reason ?? '')}\n`,
      );
      entries++;
      events += count;
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
  if (!quiet) process.stderr.write(`${entries} entries with ${events} events\n`);
  return entries === 0 ? EXIT.nothingFound : EXIT.ok;
}

async function show(connection: Connection, id: string): Promise<number> {
  const { preview, ...entry } = QuarantinePreview.parse(
    await call(connection, { path: `${PATH}/${encodeURIComponent(id)}`, repeatable: true }),
  );
  process.stdout.write(`${JSON.stringify(entry, undefined, 2)}\n`);
  for (const { reason, text, truncated } of preview)
    process.stdout.write(`\n${oneLine(reason)}\n${oneLine(text)}${truncated ? ' …' : ''}\n`);
  return EXIT.ok;
}

/** One entry, or all that the options name. What is done twice changes nothing, so each request may be sent again. */
async function redrive(connection: Connection, id: string | undefined, options: QuarantineOptions): Promise<number> {
  const { reason, from, to } = options;
  const totals = { entries: 0, stored: 0, refused: 0 };
  const reasons = new Set<string>();
  let cursor: string | null = null;
  do {
    const path: string = id === undefined ? `${PATH}/redrive` : `${PATH}/${encodeURIComponent(id)}/redrive`;
    const body = id === undefined ? { reason, from, to, cursor: cursor ?? undefined } : {};
    const result: RedriveResult = RedriveResult.parse(
      await call(connection, {
        method: 'POST',
        path,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
        repeatable: id === undefined,
      }),
    );
    for (const name of ['entries', 'stored', 'refused'] as const) totals[name] += result[name];
    for (const each of result.reasons) reasons.add(each);
    cursor = result.next_cursor;
  } while (cursor !== null);
  process.stdout.write(`${totals.entries} entries: ${totals.stored} events stored, ${totals.refused} still refused\n`);
  for (const each of reasons) process.stderr.write(`refused: ${oneLine(each)}\n`);
  return totals.entries === 0 ? EXIT.nothingFound : EXIT.ok;
}

/** What came from outside must not steer the terminal. */
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
