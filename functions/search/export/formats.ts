import { toCsvCell } from '../../core/csv.ts';
import { stringifyJson } from '../../core/json.ts';

/** Where an export was cut, for who reads only the file. */
export interface Cut {
  /** Rows of this part. */
  readonly rows: number;
  readonly total: number;
  readonly totalRelation: 'eq' | 'gte';
  readonly nextCursor: string | null;
  readonly reason: string;
}

/** Writes rows as text. A row is the cells of the chosen columns, or a whole event where none are chosen. */
export interface Format {
  readonly contentType: string;
  readonly extension: string;
  /** Before the first row. @param isFirst whether this part is the first */
  head(isFirst: boolean): string;
  row(row: readonly unknown[] | object, at: number): string;
  /** Behind the last row. @param cut why this is not all, where it is not */
  tail(cut: Cut | undefined): string;
}

const toObject = (columns: readonly string[] | undefined, row: readonly unknown[] | object): object =>
  columns === undefined || !Array.isArray(row) ? row : Object.fromEntries(columns.map((name, at) => [name, row[at]]));

const sentence = ({ rows, total, totalRelation, reason }: Cut): string =>
  `not all: ${rows} rows in this part, ${totalRelation === 'gte' ? 'at least ' : ''}${total} events in all (${reason})`;

const lineOf = (cells: readonly unknown[]): string => `${cells.map(toCsvCell).join(',')}\r\n`;

/** RFC 4180. The names of the columns stand in the first part alone, so that parts can be put together. */
export const csv = (columns: readonly string[]): Format => ({
  contentType: 'text/csv; charset=utf-8',
  extension: 'csv',
  head: (isFirst) => (isFirst ? lineOf(columns) : ''),
  row: (row) => lineOf(row as readonly unknown[]),
  tail: (cut) =>
    cut === undefined
      ? ''
      : lineOf([`# ${sentence(cut)}${cut.nextCursor === null ? '' : `; go on with cursor=${cut.nextCursor}`}`]),
});

export const ndjson = (columns: readonly string[] | undefined): Format => ({
  contentType: 'application/x-ndjson',
  extension: 'ndjson',
  head: () => '',
  row: (row) => `${stringifyJson(toObject(columns, row))}\n`,
  tail: (cut) =>
    cut === undefined
      ? ''
      : `${stringifyJson({ export_complete: false, detail: sentence(cut), next_cursor: cut.nextCursor })}\n`,
});

/** One document, which says in itself whether it is all. */
export const json = (columns: readonly string[] | undefined): Format => ({
  contentType: 'application/json',
  extension: 'json',
  head: () => '{"logs":[',
  row: (row, at) => `${at === 0 ? '' : ','}\n${stringifyJson(toObject(columns, row))}`,
  tail: (cut) =>
    `\n],"export_complete":${cut === undefined}${
      cut === undefined
        ? ''
        : `,"detail":${JSON.stringify(sentence(cut))},"next_cursor":${JSON.stringify(cut.nextCursor)}`
    }}\n`,
});
