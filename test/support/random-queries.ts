/** Events and queries drawn from one seed: what the differential tests compare the backings with. */
import type { AttributeValue, LogRecord } from '../../functions/core/log-record.ts';
import type { UnixNano } from '../../functions/core/unix-nano.ts';
import type { Filter } from '../../functions/search/language/ast.ts';
import { escapeGlob } from '../../functions/search/language/glob.ts';
import type { EventMembers } from './event-builder.ts';
import { MOMENT } from './event-builder.ts';
import { makeRandom } from './fake-events.ts';

export interface Draw {
  /** 0 to `below` - 1. */
  int(below: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
}

export function makeDraw(seed: number): Draw {
  const random = makeRandom(seed);
  const int = (below: number) => Math.floor(random() * below);
  return { int, chance: (share) => random() < share, pick: (list) => list[int(list.length)] as (typeof list)[number] };
}

const WORDS = [
  'timeout',
  'Timeout',
  'user',
  'USER_id',
  'ab',
  'abc',
  'a1',
  '42',
  '4.2',
  'x-y',
  'Straße',
  'STRASSE',
  'ΣΊΣΥΦΟΣ',
  'σίσυφος',
  'café',
  'cafe\u0301',
  '日本語',
  '日本',
  'İstanbul',
  'ı',
  '🔥',
  '->',
  '❤\ufe0f',
  'naïve',
  'http://x.com/a?b=1',
  '/var/log',
  'C:\\tmp\\x',
  '10.0.0.1:80',
  '"q"',
  "it's",
  '*',
  'a*b',
  '(x)',
  '한국어',
  'null',
  'true',
  '\ud800',
  'ſ',
  'K',
  'e-mail@x.org',
  '{"a":1}',
  '_',
  '__',
  '٣',
  'Ⓐ',
];
const VALUES: readonly AttributeValue[] = [
  'alpha',
  'Alpha',
  'beta',
  'be ta',
  '',
  'a*b',
  'a?b',
  'a\\b',
  '日本',
  'Straße',
  '5',
  '5.0',
  '1e3',
  5,
  5.5,
  -3,
  0,
  -0,
  1000,
  1e21,
  0.1,
  true,
  false,
  null,
  9007199254740993n,
  9007199254740992n,
  ['alpha', 'gamma'],
  [1, 2, 30],
  [],
  {},
  { id: 'alpha', n: 7 },
  [{ id: 'beta' }, { id: 'x', n: 5 }],
  'x'.repeat(300),
  `${'X'.repeat(300)}y`,
  `${'x'.repeat(256)}`,
  'line\nbreak',
  'tab\there',
  'nul\u0000l',
  '\u0001',
  '🔥',
  'user@x.org',
];
const KEYS = ['code', 'user', 'user.id', 'a.b', 'status', 'tags', 'k-1', 'http.status'];
const SERVICES = ['checkout', 'Checkout', 'cart', 'mail-er'];
const LEVELS = [
  ['INFO', 9],
  ['info', 9],
  ['notice', 10],
  ['warning', 13],
  ['ERROR', 17],
  ['fatal', 21],
  ['custom', 0],
  ['CUSTOM', 0],
  [undefined, 0],
  ['x'.repeat(300), 0],
  ['d', 5],
] as const;
const HOUR_NANOS = 3_600_000_000_000n;

/** An event with a bit of everything; values repeat, so that queries find some. */
export function drawEvent(draw: Draw): EventMembers {
  const text = () =>
    Array.from({ length: 1 + draw.int(6) }, () => draw.pick(WORDS)).join(draw.pick([' ', ' ', ', ', '=', '/']));
  const attributes: Record<string, AttributeValue> = {};
  for (let n = draw.int(4); n > 0; n--) attributes[draw.pick(KEYS)] = draw.chance(0.2) ? text() : draw.pick(VALUES);
  const [severityText, severityNumber] = draw.pick(LEVELS);
  const body: AttributeValue = draw.chance(0.75)
    ? text()
    : draw.pick([null, { msg: text(), n: 5 }, 42, '', [text()], true]);
  const original = draw.chance(0.2)
    ? draw.chance(0.3) && typeof body === 'string'
      ? body
      : `${text()} ${String(body)}`
    : undefined;
  const time = String(
    BigInt(MOMENT) * 1_000_000n + BigInt(draw.int(48) - 24) * (HOUR_NANOS / 4n) + BigInt(draw.int(3)),
  ) as UnixNano;
  const traceId = draw.chance(0.2) ? draw.pick(['0af7651916cd43dd8448eb211c80319c', 'ABC']) : undefined;
  return {
    timeUnixNano: time,
    observedTimeUnixNano: (draw.chance(0.5) ? time : `${BigInt(time) + 5n}`) as UnixNano,
    severityNumber,
    ...(severityText !== undefined && { severityText }),
    body,
    attributes,
    resource: {
      ...(draw.chance(0.9) && { 'service.name': draw.pick(SERVICES) }),
      ...(draw.chance(0.3) && { code: draw.pick(VALUES) }),
    },
    ...(original !== undefined && { original }),
    ...(traceId !== undefined && { traceId }),
    ...(draw.chance(0.1) && { marks: ['trace_id_made'] as LogRecord['marks'] }),
    ...(draw.chance(0.1) && { eventName: 'order.placed', scope: { name: 'Lib', version: '1.0' } }),
  } as EventMembers;
}

const NOWHERE = { start: 0, end: 0 };
const FIELDS = [
  'code',
  'user',
  'user.id',
  'a.b',
  'a',
  'status',
  'tags',
  'k-1',
  'service',
  'trace_id',
  'scope',
  'source',
  'event_name',
  'nothing',
  'http.status',
  'marks',
];
const REGEXES = [
  'time.?out',
  '^user',
  'b$',
  '[Aa]lpha',
  '(?i)strasse|straße',
  'x{3,}',
  'user timeout',
  '\\d+',
  '\\bab\\b',
  'timeout user ab',
  '日本',
  'a\\*b',
  '/var/log',
  '42',
];
const TIMES = [
  '2026-11-21',
  '2026-11-21T07:40',
  '2026-11-21T07:40:00Z',
  'now',
  'now-2h',
  '-90m',
  'now/d',
  'now+1h',
  '1795246800',
  '2026-11-20',
  '2026-11-21T07:40:00.000000001Z',
];

/** A filter that the language can say; how deep it goes is drawn too. */
export function drawFilter(draw: Draw, depth = 3): Filter {
  const shape = draw.int(10);
  if (depth > 0 && shape < 4) {
    const operands = Array.from({ length: 2 + draw.int(2) }, () => drawFilter(draw, depth - 1));
    return { kind: shape < 2 ? 'and' : 'or', operands, span: NOWHERE };
  }
  if (depth > 0 && shape === 4) return { kind: 'not', operand: drawFilter(draw, depth - 1), span: NOWHERE };
  if (depth > 0 && shape === 5 && draw.chance(0.3)) return drawCrowd(draw);
  if (draw.chance(0.02)) return { kind: 'all', span: NOWHERE };
  return drawLeaf(draw);
}

/** Several ranges and beginnings of one field, which a store is told as fewer. */
function drawCrowd(draw: Draw): Filter {
  const field = draw.pick(FIELDS);
  const operands = Array.from({ length: 2 + draw.int(4) }, (): Filter => {
    const leaf: Filter = draw.chance(0.7)
      ? { ...(drawNumber(draw) as Extract<Filter, { kind: 'compare' | 'range' }>), field }
      : { kind: 'glob', field, pattern: draw.pick(['a*', 'al*', 'b*', 'be*', 'x*', '5*']), span: NOWHERE };
    return draw.chance(0.2) ? { kind: 'not', operand: leaf, span: NOWHERE } : leaf;
  });
  return { kind: draw.pick(['and', 'or'] as const), operands, span: NOWHERE };
}

function drawLeaf(draw: Draw): Filter {
  const span = NOWHERE;
  switch (draw.int(12)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'match', field: null, value: drawText(draw), span };
    case 3:
      return { kind: 'glob', field: draw.pick([null, 'message']), pattern: drawPattern(draw, drawText(draw)), span };
    case 4:
      return {
        kind: 'regex',
        field: draw.pick([null, null, 'message', 'original', ...FIELDS]),
        source: draw.pick(REGEXES),
        span,
      };
    case 5:
      return { kind: 'match', field: draw.pick(['message', 'original']), value: drawText(draw), span };
    case 6:
      return { kind: 'exists', field: draw.pick([...FIELDS, 'message', 'original', 'level', 'time', 'id']), span };
    case 7:
      return drawLevel(draw);
    case 8:
      return drawTime(draw);
    case 9:
      return drawNumber(draw);
    case 10:
      return { kind: 'glob', field: draw.pick(FIELDS), pattern: drawPattern(draw, drawValue(draw)), span };
    default:
      return { kind: 'match', field: draw.pick(FIELDS), value: drawValue(draw), span };
  }
}

const drawText = (draw: Draw): string =>
  Array.from({ length: draw.pick([1, 1, 1, 2, 3]) }, () => draw.pick(WORDS.filter((word) => word.isWellFormed()))).join(
    draw.pick([' ', '-', '/']),
  );

function drawValue(draw: Draw): string {
  const value = draw.pick([
    ...VALUES,
    ...SERVICES,
    '5.00',
    '+5',
    '1000',
    '05',
    '1e21',
    'ALPHA',
    '0AF7651916CD43DD8448EB211C80319C',
    'lib',
    'HTTP',
    '9007199254740993',
  ]);
  return typeof value === 'object' ? 'alpha' : String(value);
}

/** Plain text with wildcards put in place of or between its characters. */
function drawPattern(draw: Draw, text: string): string {
  const characters = [...text].map(escapeGlob);
  const at = draw.int(characters.length + 1);
  characters.splice(at, draw.int(3), draw.pick(['*', '?', '*', '*']));
  if (draw.chance(0.3)) characters.push('*');
  return characters.join('') === '*' ? 'a*' : characters.join('');
}

function drawLevel(draw: Draw): Filter {
  const field = draw.pick(['level', 'severity_number']);
  const span = NOWHERE;
  if (field === 'severity_number') {
    const value = draw.pick(['9', '17', '0', '16.5', '-1', '100']);
    return draw.chance(0.5)
      ? { kind: 'match', field, value, span }
      : { kind: 'compare', field, op: draw.pick(['>', '>=', '<', '<='] as const), value, span };
  }
  const known = draw.pick(['warn', 'WARNING', 'error', 'info', 'fatal', 'debug', 'trace', 'notice']);
  switch (draw.int(5)) {
    case 0:
      return { kind: 'compare', field, op: draw.pick(['>', '>=', '<', '<='] as const), value: known, span };
    case 1:
      return {
        kind: 'glob',
        field,
        pattern: draw.pick(['err*', '*', 'cus*m', '?nfo', 'x*']).replace(/^\*$/, 'e*'),
        span,
      };
    case 2:
      return { kind: 'regex', field, source: draw.pick(['^E', 'cust', 'O']), span };
    case 3:
      return {
        kind: 'range',
        field,
        low: { value: 'debug', inclusive: draw.chance(0.5) },
        high: { value: draw.pick(['error', 'fatal']), inclusive: draw.chance(0.5) },
        span,
      };
    default:
      return { kind: 'match', field, value: draw.pick([known, 'custom', 'x'.repeat(300)]), span };
  }
}

function drawTime(draw: Draw): Filter {
  const field = draw.pick(['time', 'received_at']);
  const span = NOWHERE;
  switch (draw.int(3)) {
    case 0:
      return { kind: 'match', field, value: draw.pick(TIMES), span };
    case 1:
      return {
        kind: 'range',
        field,
        low: draw.pick([null, { value: 'now-5h', inclusive: draw.chance(0.5) }]),
        high: draw.pick([null, { value: 'now', inclusive: draw.chance(0.5) }]),
        span,
      };
    default:
      return { kind: 'compare', field, op: draw.pick(['>', '>=', '<', '<='] as const), value: draw.pick(TIMES), span };
  }
}

function drawNumber(draw: Draw): Filter {
  const field = draw.pick(FIELDS);
  const span = NOWHERE;
  const numbers = ['-10', '-3', '0', '0.1', '5', '5.0', '5.5', '1000', '9007199254740992', '1e20', '1e22'];
  if (draw.chance(0.5))
    return { kind: 'compare', field, op: draw.pick(['>', '>=', '<', '<='] as const), value: draw.pick(numbers), span };
  const low = draw.int(numbers.length);
  const high = low + draw.int(numbers.length - low);
  const bound = (at: number) =>
    draw.chance(0.2) ? null : { value: numbers[at] as string, inclusive: draw.chance(0.5) };
  return { kind: 'range', field, low: bound(low), high: bound(high), span };
}

/** A filter without its places, for comparing what was written with what is read. */
export function withoutSpans<T>(node: T): T {
  return JSON.parse(JSON.stringify(node, (name, value) => (name === 'span' ? undefined : value))) as T;
}
