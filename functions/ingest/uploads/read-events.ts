import { parseJson } from '../../core/json.ts';
import type { Draft } from '../draft.ts';
import { foldDeepJson } from '../fold-deep-json.ts';
import { processByKind } from '../kinds/process.ts';
import { type Reading, readBody, readItems } from '../lines/read-body.ts';
import { markReplaced } from '../mark-replaced.ts';
import type { Batch } from './batches.ts';
import { type CsvHead, detectDelimiter, parseCsv, toObject } from './csv.ts';

/** What a part of a file holds. */
interface ReadEvents {
  readonly drafts: readonly Draft[];
  /** Set by the part that holds a table's first row. */
  readonly csv?: CsvHead;
}

/** Reads the events of a part as `/v1/ingest` would have read them. @param fileName stands in the events' `log.file.name` */
export function readEvents(
  batch: Extract<Batch, { readonly kind: 'events' }>,
  known: CsvHead | undefined,
  received: number,
  fileName: string,
): ReadEvents {
  const reading: Reading = { received, join: true };
  const { drafts, csv } =
    batch.format === 'csv' ? readTable(batch.content, known, reading) : { drafts: readText(batch.content, reading) };
  const named = markReplaced(batch.content, drafts).map((draft) =>
    processByKind({ ...draft, attributes: { ...draft.attributes, 'log.file.name': fileName } }),
  );
  return { drafts: named, ...(csv && { csv }) };
}

function readText(content: Buffer, reading: Reading): readonly Draft[] {
  try {
    return readBody(content.toString('utf8'), reading);
  } catch (error) {
    // nested deeper than the engine's stack can follow
    if (!(error instanceof RangeError)) throw error;
    return readBody(foldDeepJson(content).toString('utf8'), reading);
  }
}

function readTable(content: Buffer, known: CsvHead | undefined, reading: Reading): ReadEvents {
  const text = content.toString('utf8');
  const delimiter = known?.delimiter ?? detectDelimiter(text.slice(0, Math.max(0, text.indexOf('\n')) || undefined));
  const rows = parseCsv(text, delimiter);
  const [head] = rows;
  const csv = known ?? { columns: (head?.cells ?? []).map((cell) => cell.trim()), delimiter };
  const drafts = (known === undefined ? rows.slice(1) : rows).flatMap((row) => {
    const object = Object.fromEntries(Object.entries(toObject(csv, row)).map(([name, cell]) => [name, toValue(cell)]));
    return readItems([object], reading).map((draft) => ({ ...draft, original: row.text }));
  });
  return known === undefined ? { drafts, csv } : { drafts };
}

/** A cell that is a number or a truth value as JSON has it is one. */
function toValue(cell: string): unknown {
  if (cell === 'true' || cell === 'false') return cell === 'true';
  return /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,15})?$/.test(cell) ? parseJson(cell) : cell;
}
