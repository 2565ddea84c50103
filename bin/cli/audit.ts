import { AuditEntryList, AuditVerification } from '../../functions/audit/api.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';

const PATH = '/api/v1/audit';

/** Which entries are meant. */
export interface AuditOptions {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly quiet: boolean;
}

/** `audit ls | verify`. @returns exit code: of `verify`, 1 where the chain is not as it was written */
export async function audit(
  connection: Connection,
  action: string | undefined,
  options: AuditOptions,
): Promise<number> {
  switch (action) {
    case undefined:
    case 'ls':
      return list(connection, options);
    case 'verify':
      return verify(connection, options.quiet);
    default:
      throw new CliError(EXIT.usage, `"audit" takes ls or verify, not "${action}"`);
  }
}

async function list(connection: Connection, { quiet, limit, ...filter }: AuditOptions): Promise<number> {
  let cursor: string | null = null;
  let written = 0;
  do {
    const query = { ...filter, limit: String(Math.min(200, limit - written)), cursor: cursor ?? undefined };
    const page: AuditEntryList = AuditEntryList.parse(await call(connection, { path: PATH, query, repeatable: true }));
    for (const { timestamp, id, actor, action, entity_type, entity_id, result } of page.items) {
      const line = `${timestamp}  ${result.padEnd(7)}  ${action}  ${entity_type}:${entity_id}  by ${actor.name}  ${id}`;
      // what clients wrote must not steer the terminal
      process.stdout.write(`${line.replace(/\p{Cc}/gu, ' ')}\n`);
    }
    written += page.items.length;
    cursor = page.next_cursor;
  } while (cursor !== null && written < limit);
  if (!quiet) process.stderr.write(`${written} entries\n`);
  return written === 0 ? EXIT.nothingFound : EXIT.ok;
}

async function verify(connection: Connection, quiet: boolean): Promise<number> {
  let from: number | null = 1;
  let checked = 0;
  let wrong = 0;
  let last: AuditVerification | undefined;
  while (from !== null) {
    const query = { from_seq: String(from) };
    last = AuditVerification.parse(await call(connection, { path: `${PATH}/verify`, query, repeatable: true }));
    for (const { kind, seq, where, id, detail } of last.findings)
      process.stdout.write(`${kind}  ${seq}  ${where}  ${id ?? '-'}  ${detail}\n`);
    for (const { seq, action, timestamp } of last.unfinished)
      process.stdout.write(`unfinished  ${seq}  ${action} begun ${timestamp}, and its outcome is not known\n`);
    checked += last.checked;
    wrong += last.findings.length;
    from = last.next_seq;
  }
  if (!quiet)
    process.stderr.write(
      `${checked} entries, sealed up to ${last?.sealed_seq ?? 0}: ${wrong === 0 ? 'as they were written' : `${wrong} findings`}\n`,
    );
  return wrong === 0 ? EXIT.ok : EXIT.nothingFound;
}
