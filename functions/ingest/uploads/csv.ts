/** A table's first row: what its columns are called. */
export interface CsvHead {
  readonly columns: readonly string[];
  readonly delimiter: string;
}

/** A row with the text that it was. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly text: string;
}

const DELIMITERS = [',', ';', '\t', '|'];

/** The delimiter that the first line has most of. */
export function detectDelimiter(line: string): string {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** Rows of RFC 4180: cells in quotes may hold delimiters, line ends and doubled quotes. Blank lines are none. */
export function parseCsv(text: string, delimiter: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let start = 0;
  let at = 0;
  const endRow = (end: number, next: number) => {
    const row = text.slice(start, end).replace(/\r$/, '');
    if (row.trim() !== '') rows.push({ cells, text: row });
    cells = [];
    start = next;
  };
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
    }
    let end = at;
    while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
    cells.push(cell + text.slice(at, end).replace(/\r$/, ''));
    at = end + 1;
    if (end >= text.length || text[end] === '\n') endRow(end, at);
  }
  if (start < text.length) endRow(text.length, text.length);
  return rows;
}

/** A row as an object by its columns; cells beyond them are named by their number. Empty cells are none. */
export function toObject({ columns }: CsvHead, { cells }: CsvRow): Record<string, string> {
  const object: Record<string, string> = Object.create(null);
  for (const [at, cell] of cells.entries()) if (cell !== '') object[columns[at] || `column_${at + 1}`] = cell;
  return { ...object };
}
