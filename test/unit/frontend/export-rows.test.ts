import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, exportRows } from '../../../frontend/src/lib/export-rows.ts';
import type { LogEvent } from '../../../frontend/src/lib/log-event.ts';
import { makeEvents } from '../../support/fake-events.ts';

const [event] = makeEvents(1, 60_000, 7, Date.parse('2026-11-21T07:40:00Z')) as unknown as LogEvent[];
const sample = {
  ...(event as LogEvent),
  message: '=HYPERLINK("http://evil","x")',
  attributes: { 'a,b': 'x\ny', n: -5 },
};

/** RFC 4180 by the letter, to read back what was written. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|$)/g)) {
    if (match.index === text.length && rows.at(-1)?.length === 0) break;
    const cell = match[1] ?? '';
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (match[2] === '\r\n') rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

describe('an exported CSV cell', () => {
  it.each(['=1+1', '+1+1', '@SUM(A1)', '-2+3', '\t=1', '\r=1', ' =1', '＝1', "-cmd|' /C calc'!A0"])(
    'does not run %j as a formula',
    (text) => {
      expect(readCsv(`${csvCell(text)}\r\n`)[0]?.[0]).toBe(`'${text}`);
    },
  );
  it('leaves plain numbers alone, negative ones too', () => {
    expect(['-5', '12.5', '-0.25'].map(csvCell)).toEqual(['-5', '12.5', '-0.25']);
  });
  it('gives any other text back unchanged', () => {
    const harmless = fc.string().filter((text) => !/^\s*[=+\-@＝＋－＠]|^[\t\r]/u.test(text));
    fc.assert(
      fc.property(harmless, (text) => {
        expect(readCsv(`x,${csvCell(text)}\r\n`)[0]).toEqual(['x', text]);
      }),
    );
  });
});

describe('an export', () => {
  it('writes the chosen columns as CSV with times in the zone', () => {
    const rows = readCsv(exportRows([sample], ['timestamp', 'message', 'a,b', 'n', 'missing'], 'csv', 'utc'));
    expect(rows).toEqual([
      ['timestamp', 'message', 'a,b', 'n', 'missing'],
      [sample.timestamp, `'${sample.message}`, 'x\ny', '-5', ''],
    ]);
  });
  it('writes one JSON object a line as NDJSON', () => {
    const lines = exportRows([sample, sample], ['id', 'n'], 'ndjson', 'utc').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { id: sample.id, n: -5 },
      { id: sample.id, n: -5 },
    ]);
  });
  it('writes whole events as JSON', () => {
    expect(JSON.parse(exportRows([sample], 'all', 'json', 'utc'))).toEqual([JSON.parse(JSON.stringify(sample))]);
  });
});
