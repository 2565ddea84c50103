import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../functions/adapters/event-store/compile.ts';
import { toDocument } from '../../functions/adapters/event-store/document.ts';
import type { LogRecord } from '../../functions/core/log-record.ts';
import type { Filter, Leaf, Pipe, Query } from '../../functions/search/language/ast.ts';
import { complete } from '../../functions/search/language/complete.ts';
import { QueryLimitError, QuerySyntaxError } from '../../functions/search/language/errors.ts';
import { makeMatcher } from '../../functions/search/language/evaluator.ts';
import { escapeGlob, makeGlobTest } from '../../functions/search/language/glob.ts';
import { fromSortableHex, parseNumber, toSortableHex } from '../../functions/search/language/numbers.ts';
import { parse, tokenize } from '../../functions/search/language/parser.ts';
import { print } from '../../functions/search/language/printer.ts';
import { requiredByRegex } from '../../functions/search/language/required-words.ts';
import { makeTextTest } from '../../functions/search/language/text-test.ts';
import { parseTime } from '../../functions/search/language/time.ts';
import { fold, toWords } from '../../functions/search/language/words.ts';
import { lineOf, MOMENT, makeEventSpace } from '../support/event-builder.ts';
import { withoutSpans } from '../support/random-queries.ts';

const span = { start: 0, end: 0 };
const clean = (text: string) => !/\p{Cc}/u.test(text) && text !== '';
/** Texts made of what means something to the language, and of anything. */
const syntax = fc.constantFrom(
  ' ',
  '"',
  '\\',
  '(',
  ')',
  ':',
  '|',
  '-',
  '/',
  '*',
  '?',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '=',
  ',',
  'a',
  'B',
  '1',
  '.',
  'AND',
  'OR',
  'NOT',
  'TO',
  ' TO ',
  'level',
  'time',
  'now',
  'stats',
  'count',
  'by',
  '//',
  '\n',
  'é',
  '日',
  '🔥',
  '\ud800',
  'https://',
  'x:',
);
const text = fc.oneof(
  fc.array(syntax, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const value = text.filter((candidate) => candidate.trim() !== '');
const name = fc.oneof(
  fc.constantFrom(
    'service',
    'user.id',
    'k-1',
    'a b',
    'x:y',
    '"q"',
    'http.status',
    '5',
    'arn',
    'C',
    'localhost',
    'Foo.java',
    '日本',
    '@x',
    'a\\',
  ),
  text.filter(clean),
);
const attribute = name.filter(
  (candidate) => !['level', 'time', 'timestamp', '@timestamp', 'id', 'severity', 'message'].includes(candidate),
);
const number = fc.constantFrom('1', '-2.5', '1e9', '+3', '.5');
const pattern = fc
  .tuple(text, fc.constantFrom('*', '?', '**', '*?'), text)
  .map(([before, wild, after]) => escapeGlob(before) + wild + escapeGlob(after))
  .filter((candidate) => candidate !== '*');
const nullable = fc.option(attribute, { nil: null });

const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.record({ kind: fc.constant('match' as const), field: fc.constant(null), value, span: fc.constant(span) }),
  fc.record({ kind: fc.constant('match' as const), field: attribute, value: text, span: fc.constant(span) }),
  fc.record({ kind: fc.constant('glob' as const), field: nullable, pattern, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant('regex' as const),
    field: nullable,
    source: fc.constantFrom('a', 'a/b', '\\d+ x', '[/]', '\\\\', 'a"b', '(x|y) z', ' '),
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constant('exists' as const), field: attribute, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant('compare' as const),
    field: attribute,
    op: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const),
    value: number,
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant('range' as const),
    field: attribute,
    low: fc.constantFrom(null, { value: '-5', inclusive: false }, { value: '1', inclusive: true }),
    high: fc.constantFrom(null, { value: '7', inclusive: false }, { value: '1e3', inclusive: true }),
    span: fc.constant(span),
  }),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.constant<Filter>({ kind: 'all', span }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      span: fc.constant(span),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('filter'), span: fc.constant(span) }),
  ),
}));
const field = text.filter(clean);
const measure = fc.oneof(
  fc.constant({ fn: 'count' as const, field: null }),
  fc.record({ fn: fc.constantFrom('count' as const, 'avg' as const, 'p95' as const, 'distinct' as const), field }),
);
const stats: fc.Arbitrary<Pipe> = fc.record({
  kind: fc.constant('stats' as const),
  measures: fc.array(measure, { minLength: 1, maxLength: 3 }),
  groups: fc.array(
    fc.oneof(
      fc.record({ by: fc.constant('field' as const), field: field.filter((candidate) => candidate !== 'time') }),
      fc.constant({ by: 'time' as const, step: '5m' }),
    ),
    { maxLength: 3 },
  ),
  span: fc.constant(span),
});
const further: fc.Arbitrary<Pipe> = fc.oneof(
  fc.record({
    kind: fc.constant('limit' as const),
    count: fc.integer({ min: 1, max: 10_000 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant('fields' as const),
    names: fc.array(field, { minLength: 1, maxLength: 3 }),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant('sort' as const),
    by: fc.array(
      fc.record({
        column: fc.oneof(
          field,
          fc.constantFrom('count', 'avg(x)', 'p95("x y")', 'time(5m)', 'count()', 'count( )', 'avg( x)', 'avg("x")'),
          field.map((inner) => `avg(${inner})`),
        ),
        descending: fc.boolean(),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    span: fc.constant(span),
  }),
);
const query: fc.Arbitrary<Query> = fc.record({
  filter,
  pipes: fc.oneof(fc.constant([]), fc.tuple(stats, further), fc.tuple(further, further)),
});

/** A fourth of it, but in full runs. */
const runs = (count: number): number => (process.env.TRIBUTARY_TEST_FULL === undefined ? count / 4 : count);

describe('the query language', () => {
  it('reads what it prints as what it printed', () => {
    fc.assert(
      fc.property(query, (drawn) => {
        expect(withoutSpans(parse(print(drawn)))).toEqual(withoutSpans(drawn));
      }),
      { numRuns: runs(5_000) },
    );
  });

  it('parses any text, or raises an error whose place lies in it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            text,
            text.map((part) => ` ${part} `),
          ),
          { maxLength: 8 },
        ),
        (parts) => {
          const candidate = parts.join('');
          try {
            const parsed = parse(candidate);
            expect(withoutSpans(parse(print(parsed)))).toEqual(withoutSpans(parsed));
            visit(parsed.filter, (node) => {
              expect(node.span.start).toBeGreaterThanOrEqual(0);
              expect(node.span.end).toBeGreaterThanOrEqual(node.span.start);
              expect(node.span.end).toBeLessThanOrEqual(candidate.length);
            });
          } catch (error) {
            if (error instanceof QueryLimitError) return;
            if (!(error instanceof QuerySyntaxError)) throw error;
            expect(error.span.start).toBeGreaterThanOrEqual(0);
            expect(error.span.end).toBeGreaterThanOrEqual(error.span.start);
            expect(error.span.end).toBeLessThanOrEqual(candidate.length);
          }
        },
      ),
      { numRuns: runs(10_000) },
    );
  });

  it('gives tokens and suggestions for any text and caret', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), fc.nat(), (parts, at) => {
        const candidate = parts.join(' ');
        const caret = at % (candidate.length + 1);
        for (const token of tokenize(candidate)) expect(token.end).toBeLessThanOrEqual(candidate.length);
        const { span: replaced } = complete(candidate, caret, ['a.b', 'x y']);
        expect(replaced.start).toBeGreaterThanOrEqual(0);
        expect(replaced.start).toBeLessThanOrEqual(replaced.end);
        expect(replaced.end).toBe(caret);
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('finds an event by any piece of words that its texts hold, quoted', () => {
    const { anEvent } = makeEventSpace();
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), (parts, from, length) => {
        const piece = parts.slice(from % parts.length, (from % parts.length) + 1 + (length % parts.length)).join(' ');
        fc.pre(piece.trim() !== '');
        const record = anEvent({ body: parts.join(' ') });
        const matches = makeMatcher(
          parse(print({ filter: { kind: 'match', field: null, value: piece, span }, pipes: [] })).filter,
          MOMENT,
        );
        expect(matches(record)).toBe(true);
      }),
      { numRuns: runs(2_000) },
    );
  });
});

function visit(node: Filter, see: (node: Filter) => void): void {
  see(node);
  if (node.kind === 'and' || node.kind === 'or') for (const operand of node.operands) visit(operand, see);
  else if (node.kind === 'not') visit(node.operand, see);
}

describe('words', () => {
  it('fold exactly the characters that Unicode folds simply', () => {
    for (let code = 0; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code).normalize('NFC');
      const folded = fold(character);
      if (folded === character || [...character].length > 1) continue;
      // the platform's own case-insensitive match is by simple folding, too
      expect(
        new RegExp(`^${character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')}$`, 'iu').test(folded),
        `U+${code.toString(16)}`,
      ).toBe(true);
    }
  });

  it('are the same however a text is written: case, composition, what stands between', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (drawn) => {
        expect(toWords(drawn.normalize('NFD'))).toBe(toWords(drawn));
        expect(toWords(toWords(drawn))).toBe(toWords(drawn));
        expect(toWords(`--${drawn}..`)).toBe(toWords(` ${drawn} `));
        expect(fold(fold(drawn))).toBe(fold(drawn));
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('are cut alike with and without other scripts beside them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 400 }), (drawn) => {
        expect(toWords(drawn)).toBe(toWords(`${drawn} é`).replace(/ ?é$/, ''));
      }),
      { numRuns: runs(2_000) },
    );
    expect(
      toWords('x'.repeat(300))
        .split(' ')
        .map(({ length }) => length),
    ).toEqual([128, 128, 44]);
  });
});

describe('numbers', () => {
  it('sort as texts the way they sort as numbers', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, double, (a, b) => {
        const [x, y] = [toSortableHex(a), toSortableHex(b)];
        expect(Math.sign(x < y ? -1 : x > y ? 1 : 0)).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(fromSortableHex(x)).toBe(a === 0 ? 0 : a);
      }),
    );
  });

  it('are read from any text or not at all, and finite', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.stringMatching(/^[+-]?\d{0,20}\.?\d{0,5}(e[+-]?\d{1,4})?$/)), (drawn) => {
        expect(Number.isFinite(parseNumber(drawn) ?? 0)).toBe(true);
      }),
    );
  });
});

describe('patterns', () => {
  it('match what a regular expression of the same meaning matches', () => {
    const small = fc.string({ unit: fc.constantFrom('a', 'b', '日', '🔥'), maxLength: 8 });
    const wild = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '日', '🔥'), maxLength: 7 });
    fc.assert(
      fc.property(wild, small, (glob, subject) => {
        const expected = new RegExp(`^${glob.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'su').test(subject);
        expect(makeGlobTest(glob)(subject)).toBe(expected);
      }),
      { numRuns: runs(5_000) },
    );
  });

  it('take linear time where many stars fail', () => {
    const startedAt = performance.now();
    expect(makeGlobTest('*a'.repeat(50))('a'.repeat(49).padEnd(100_000, 'b'))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('are found only in texts that have the words proven for them', () => {
    const { anEvent } = makeEventSpace();
    const piece = fc.constantFrom(
      'time',
      ' out ',
      'a',
      'b ',
      ' c',
      '.',
      '\\.',
      '\\d',
      '+',
      '*',
      '?',
      '{2}',
      '(x|y)',
      '(?:ab )',
      '[ab]',
      '[^]]',
      '\\b',
      '^',
      '$',
      ' ',
      '\\Q',
      '\\x61',
      '\\pL',
      '\\p{Lu}',
      '(?i)',
      '|',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom('time', 'TIME', ' ', 'out', 'a', 'b', 'c', 'x', '1', '.', 'ab ', 'aa'), {
          maxLength: 10,
        }),
        (pieces, parts) => {
          const source = pieces.join('');
          const body = parts.join('');
          let parsed: Query;
          try {
            parsed = parse(print({ filter: { kind: 'regex', field: null, source, span }, pipes: [] }));
          } catch (error) {
            if (error instanceof QuerySyntaxError) return;
            throw error;
          }
          if (!makeMatcher(parsed.filter, MOMENT)(anEvent({ body }))) return;
          for (const words of requiredByRegex(source)) expect(` ${toWords(body)} `).toContain(` ${words} `);
        },
      ),
      {
        numRuns: runs(10_000),
        // what repeats flags repeats what stands before them
        examples: [
          [
            [' out ', '(?i)', '?', '[ab]'],
            ['ab ', 'out', 'a'],
          ],
        ],
      },
    );
  });
});

describe('times', () => {
  it('are read from any text or not at all, with the end behind the start', () => {
    const drawn = fc.oneof(
      text,
      fc.stringMatching(/^(now)?([+-]\d{1,3}[smhdwMy]){0,2}(\/[smhdwMy])?$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(drawn, (candidate) => {
        const read = parseTime(candidate, MOMENT);
        if (read !== undefined) expect(BigInt(read.end)).toBeGreaterThan(BigInt(read.start));
      }),
      { numRuns: runs(3_000) },
    );
  });
});

describe('the stored form', () => {
  it('is JSON with the line unchanged for any event, and compiles for any filter', () => {
    const { project, anEvent } = makeEventSpace();
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary', maxLength: 10 }), json),
        json,
        filter,
        (attributes, body, drawn) => {
          const line = lineOf(
            anEvent({ attributes: attributes as LogRecord['attributes'], body: body as LogRecord['body'] }),
          );
          const document = JSON.parse(toDocument(project, line).json) as {
            event: string;
            kv: string[];
            few: string[];
            keys: string[];
          };
          expect(document.event).toBe(line);
          const pairs = [...document.kv, ...document.few];
          expect(pairs.every((pair) => pair.isWellFormed() && pair.length < 2_000)).toBe(true);
          expect(new Set(document.keys).size).toBe(document.keys.length);
          expect(() => compile(drawn, MOMENT)).not.toThrow();
        },
      ),
      { numRuns: runs(1_000) },
    );
  });
});

describe('a word in a text', () => {
  it('is found by looking for it exactly where it is found by cutting the text', () => {
    const piece = fc.constantFrom(
      'ab',
      'AB',
      'a',
      'b',
      '_',
      '1',
      ' ',
      '-',
      '.',
      'é',
      'K',
      '\u212a',
      'ſ',
      'as',
      'S',
      '\u0301',
      'x'.repeat(127),
      'x'.repeat(128),
      '日',
    );
    const word = fc.constantFrom('ab', 'a', 'b_1', 'k', 's', 'as', 'x'.repeat(128), 'x', 'ab1', 'é', '日');
    const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), phrase, (pieces, sought) => {
        const drawn = pieces.join('');
        expect(makeTextTest(sought)(drawn)).toBe(` ${toWords(drawn)} `.includes(` ${sought} `));
      }),
      { numRuns: runs(5_000) },
    );
  });

  it('folds two characters beyond ASCII into it, which the first look at a text knows', () => {
    const characters: string[] = [];
    for (let code = 0x80; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (!/[\p{Cn}\p{Co}\p{Cs}]/u.test(character)) characters.push(character);
    }
    // a line feed between them, with which nothing is composed
    const folds = fold(characters.join('\n')).split('\n');
    const found = characters.filter((_, at) => /[a-z0-9_]/.test(folds[at] as string));
    expect(found).toEqual(['\u017f', '\u212a']);
    for (const character of found) expect(makeTextTest(toWords(character))(`-${character}-`)).toBe(true);
  });
});
