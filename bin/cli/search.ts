import type { LogEvent } from '../../functions/search/api.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { EXIT } from './exit.ts';
import type { Writer } from './format.ts';

/** What to look for. */
export interface SearchOptions {
  readonly query: string;
  readonly since?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly quiet: boolean;
}

interface Page {
  readonly logs: readonly LogEvent[];
  readonly total: number;
  readonly total_relation: string;
  readonly next_cursor: string | null;
  readonly partial: boolean;
  readonly partial_reason?: { readonly code: string };
}

const PAGE = 1_000;

/** Writes the newest events of a query, newest first. @returns exit code */
export async function search(connection: Connection, options: SearchOptions, writer: Writer): Promise<number> {
  let cursor: string | undefined;
  let written = 0;
  let page: Page;
  do {
    page = (await call(connection, {
      path: '/api/v1/logs/search',
      query: {
        query: options.query,
        from: relative(options.since),
        to: options.to,
        limit: String(Math.min(PAGE, options.limit - written)),
        cursor,
      },
      repeatable: true,
    })) as Page;
    for (const event of page.logs) writer.event(event);
    written += page.logs.length;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && written < options.limit);
  writer.end();
  if (page.partial)
    process.stderr.write(
      `only a part was searched (${page.partial_reason?.code ?? 'partial'}); narrow the time range\n`,
    );
  if (!options.quiet)
    process.stderr.write(`${written} of ${page.total_relation === 'gte' ? 'at least ' : ''}${page.total} events\n`);
  return written === 0 ? EXIT.nothingFound : EXIT.ok;
}

/** `1h` as `--since` has it is `-1h` in the API. */
const relative = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d+[smhdw]$/.test(text) ? `-${text}` : text;
