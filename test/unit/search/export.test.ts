import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../../functions/adapters/event-store/memory.ts';
import type { EventStore } from '../../../functions/adapters/event-store/port.ts';
import { toCsvCell } from '../../../functions/core/csv.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { makeExportLogs } from '../../../functions/search/export/export-logs.ts';
import { ExportInput } from '../../../functions/search/export-api.ts';
import { callOf } from '../../support/calls.ts';
import { type EventMembers, lineOf, MOMENT, makeEventSpace } from '../../support/event-builder.ts';

const { project, index, anEvent } = makeEventSpace();
const store = new MemoryEventStore();
const EVENTS: EventMembers[] = [
  { millis: MOMENT, body: 'plain', attributes: { duration_ms: -5, n: 1 } },
  { millis: MOMENT - 1, body: '=HYPERLINK("http://x","y")', attributes: { n: 2, list: ['a', 'b'] } },
  { millis: MOMENT - 2, body: 'two\r\nlines, and "quotes"', attributes: { n: 3, big: 9007199254740993n } },
  ...Array.from({ length: 2_500 }, (_, n) => ({
    millis: MOMENT - 10_000 - n,
    body: `event ${n}`,
    resource: { 'service.name': 'many' },
  })),
];

beforeAll(async () => {
  await store.create([{ project, index, lines: EVENTS.map((members) => lineOf(anEvent(members))) }]);
});

async function get(input: object, { maxBytes, events = store }: { maxBytes?: number; events?: EventStore } = {}) {
  const run = makeExportLogs({ events, now: () => MOMENT + 1, ...(maxBytes !== undefined && { maxBytes }) });
  const { status, headers, body } = await run(ExportInput.parse(input), callOf(project));
  return { status, headers, text: String(body) };
}

/** Reads CSV as a spreadsheet does. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      row = [];
      cell = '';
    } else cell += character;
  }
  return rows;
}

describe('an export', () => {
  it('of CSV has the usual columns, is safe from formulas, and comes back whole', async () => {
    const { headers, text } = await get({ query: 'n:>=1' });
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="tributary-logs.csv"',
      'x-export-rows': '3',
      'x-export-complete': 'true',
      'x-total-count': '3',
    });
    const [head = [], ...rows] = readCsv(text);
    expect(head.slice(0, 3)).toEqual(['timestamp', 'level', 'service']);
    expect(rows.map((row) => row[head.indexOf('message')])).toEqual([
      'plain',
      `'=HYPERLINK("http://x","y")`,
      'two\r\nlines, and "quotes"',
    ]);
  });

  it('has the columns that are asked for, attributes too, in order; by parameter or by pipe', async () => {
    const expected = [
      ['n', 'message', 'duration_ms', 'list', 'big', 'nothing'],
      ['3', 'two\r\nlines, and "quotes"', '', '', '9007199254740993', ''],
      ['2', `'=HYPERLINK("http://x","y")`, '', '["a","b"]', '', ''],
      ['1', 'plain', '-5', '', '', ''],
    ];
    const columns = 'n,message,duration_ms,list,big,nothing';
    expect(readCsv((await get({ query: 'n:>=1', columns, order: 'asc' })).text)).toEqual(expected);
    expect(readCsv((await get({ query: `n:>=1 | sort time | fields ${columns}` })).text)).toEqual(expected);
  });

  it('of NDJSON and JSON has whole events, or the columns that are asked for, 64-bit integers exactly', async () => {
    const lines = (await get({ query: 'n:>=1', format: 'ndjson' })).text.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('9007199254740993');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ message: '=HYPERLINK("http://x","y")', service: 'checkout' });
    const { text, headers } = await get({ query: 'n:>=1', format: 'json', columns: 'n,list' });
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toEqual({
      logs: [
        { n: 1, list: null },
        { n: 2, list: ['a', 'b'] },
        { n: 3, list: null },
      ],
      export_complete: true,
    });
  });

  it.each(['csv', 'ndjson', 'json'] as const)(
    'of %s that is too large says so in the headers and at its end, and its parts together are all events, each once',
    async (format) => {
      const messages: string[] = [];
      let cursor: string | undefined;
      let parts = 0;
      for (;;) {
        const { headers, text } = await get({ query: 'service:many', format, cursor }, { maxBytes: 100_000 });
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100_000);
        const isLast = headers['x-export-complete'] === 'true';
        expect(headers['x-total-count']).toBe('2500');
        let rows: string[];
        if (format === 'json') {
          const { logs, ...said } = JSON.parse(text);
          expect(said.export_complete).toBe(isLast);
          expect(said.next_cursor).toBe(headers['x-next-cursor']);
          rows = logs.map((event: { message: string }) => event.message);
        } else if (format === 'ndjson') {
          const all = text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line));
          const said = isLast ? undefined : all.pop();
          expect(said?.next_cursor).toBe(headers['x-next-cursor']);
          rows = all.map(({ message }) => message);
        } else {
          const all = readCsv(text).slice(parts === 0 ? 1 : 0);
          const said = isLast ? undefined : all.pop();
          if (!isLast) expect(said?.[0]).toContain(`${all.length} rows in this part, 2500 events in all`);
          rows = all.map((row) => row[5] as string);
        }
        expect(headers['x-export-rows']).toBe(String(rows.length));
        messages.push(...rows);
        parts++;
        cursor = headers['x-next-cursor'];
        if (isLast) break;
      }
      expect(parts).toBeGreaterThan(2);
      expect(messages).toEqual(Array.from({ length: 2_500 }, (_, n) => `event ${n}`));
    },
  );

  it('leaves the line at the end out where a program wants to put parts together', async () => {
    const first = await get({ query: 'service:many', marker: 'false' }, { maxBytes: 100_000 });
    const second = await get(
      { query: 'service:many', marker: 'false', cursor: first.headers['x-next-cursor'] },
      { maxBytes: 5_000_000 },
    );
    expect(readCsv(first.text + second.text)).toHaveLength(2_501);
  });

  it('ends at its limit, over all parts', async () => {
    const first = await get({ query: 'service:many', limit: 1_200 }, { maxBytes: 100_000 });
    let { headers } = first;
    let rows = Number(headers['x-export-rows']);
    while (headers['x-next-cursor'] !== undefined) {
      const next = { query: 'service:many', limit: 1_200, cursor: headers['x-next-cursor'] };
      headers = (await get(next, { maxBytes: 100_000 })).headers;
      rows += Number(headers['x-export-rows']);
    }
    expect(rows).toBe(1_200);
    expect((await get({ query: 'service:many | limit 7' })).headers['x-export-rows']).toBe('7');
  });

  it('of a query with statistics is its table', async () => {
    const { text } = await get({ query: '* | stats count by service' });
    expect(readCsv(text)).toEqual([
      ['service', 'count'],
      ['many', '2500'],
      ['checkout', '3'],
    ]);
    expect(JSON.parse((await get({ query: '* | top 1 service', format: 'json' })).text).logs).toEqual([
      { service: 'many', count: 2_500 },
    ]);
  });

  it('says where only a part was searched, and where to go on', async () => {
    const partly: EventStore = Object.create(store, {
      page: {
        value: async (...args: Parameters<EventStore['page']>) => {
          const page = await store.page(args[0], args[1], { ...args[2], limit: 2 });
          return { ...page, partial: { code: 'timeout' } };
        },
      },
    });
    const { headers, text } = await get({ query: 'service:many' }, { events: partly });
    expect(headers['x-export-complete']).toBe('false');
    expect(headers['x-next-cursor']).toBeDefined();
    expect(text).toContain('only a part was searched: timeout');
  });

  it('refuses a cursor of another query or project, and an event that is larger than an answer', async () => {
    const { headers } = await get({ query: 'service:many' }, { maxBytes: 100_000 });
    const cursor = headers['x-next-cursor'];
    await expect(get({ query: 'service:other', cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
    const run = makeExportLogs({ events: store, now: () => MOMENT });
    const input = ExportInput.parse({ query: 'service:many', cursor });
    await expect(run(input, callOf(ProjectId.parse('elsewhere')))).rejects.toMatchObject({ code: 'invalid_cursor' });
    await expect(get({}, { maxBytes: 3_100 })).rejects.toMatchObject({ code: 'payload_too_large' });
  });
});

describe('a cell of CSV', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-x', "'-x"],
    ['@SUM', "'@SUM"],
    ['\tx', "'\tx"],
    ['\r=x', '"\'\r=x"'],
    ['-1.5', '-1.5'],
    [-7, '-7'],
    [null, ''],
    [undefined, ''],
    [true, 'true'],
    [{ a: 1 }, '"{""a"":1}"'],
    ['a,b', '"a,b"'],
  ])('of %j is %j', (value, cell) => {
    expect(toCsvCell(value)).toBe(cell);
  });
});
