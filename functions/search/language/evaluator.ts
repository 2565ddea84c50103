/** The meaning of the language: what a filter keeps. Every compilation must agree with it. */
import { RE2JS } from 're2js';
import type { LogRecord } from '../../core/log-record.ts';
import { severityOf } from '../../core/severity.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import type { Filter, Leaf } from './ast.ts';
import { resolveField, type Target } from './fields.ts';
import { isWordGlob, makeGlobTest, toTextGlobSource } from './glob.ts';
import { parseLevel } from './levels.ts';
import { parseNumber, toCanonicalNumber } from './numbers.ts';
import { makeExistence, makeValueReader, messageOf, type Scalar, someText, toText } from './record-values.ts';
import { makeTextTest, type TextTest } from './text-test.ts';
import { compareNanos, parseTime } from './time.ts';
import { fold, toWords } from './words.ts';

export type Matcher = (record: LogRecord) => boolean;

/**
 * Makes the test that a filter stands for.
 * @param now milliseconds since 1970 that relative times count from
 */
export function makeMatcher(filter: Filter, now: number): Matcher {
  switch (filter.kind) {
    case 'all':
      return () => true;
    case 'not': {
      const operand = makeMatcher(filter.operand, now);
      return (record) => !operand(record);
    }
    case 'and': {
      const operands = filter.operands.map((operand) => makeMatcher(operand, now));
      return (record) => operands.every((operand) => operand(record));
    }
    case 'or': {
      const operands = filter.operands.map((operand) => makeMatcher(operand, now));
      return (record) => operands.some((operand) => operand(record));
    }
    default:
      return makeLeafMatcher(filter, now);
  }
}

function makeLeafMatcher(leaf: Leaf, now: number): Matcher {
  if (leaf.field === null) {
    const test = makeTextCondition(leaf);
    return (record) => someText(record, test);
  }
  const target = resolveField(leaf.field);
  switch (target.kind) {
    case 'attribute':
      return makeAttributeMatcher(leaf, target.key);
    case 'text':
      return makeTextMatcher(leaf, target.of);
    case 'level':
      return makeLevelMatcher(leaf);
    case 'severityNumber':
      return makeNumberMatcher(leaf, (record) => record.severityNumber);
    case 'time':
      return makeTimeMatcher(leaf, target, now);
    case 'id':
      return makeStringMatcher(leaf, (record) => record.id);
    default:
      return target satisfies never;
  }
}

/** Free text within one text. */
function makeTextCondition(leaf: Leaf): TextTest {
  switch (leaf.kind) {
    case 'match':
      return makeTextTest(leaf.value);
    case 'glob': {
      if (!isWordGlob(leaf.pattern)) {
        const expression = RE2JS.compile(toTextGlobSource(leaf.pattern));
        return (text) => expression.matcher(fold(text)).find();
      }
      const test = makeGlobTest(leaf.pattern);
      return (text) => {
        const words = toWords(text);
        return words !== '' && words.split(' ').some(test);
      };
    }
    case 'regex':
      return makeRegexTest(leaf.source);
    default:
      throw new TypeError(`${leaf.kind} is no condition on texts`); // the parser refuses it
  }
}

function makeRegexTest(source: string): TextTest {
  const expression = RE2JS.compile(source);
  return (text) => expression.matcher(text).find();
}

/** A condition on one value as a whole. */
function makeValueTest(leaf: Extract<Leaf, { kind: 'match' | 'glob' | 'regex' }>): TextTest {
  switch (leaf.kind) {
    case 'match': {
      const wanted = equalTexts(leaf.value);
      if (wanted.length === 1) return (text) => text === leaf.value || fold(text) === wanted[0];
      return (text) => wanted.includes(fold(text));
    }
    case 'glob': {
      const test = makeGlobTest(leaf.pattern);
      return (text) => test(fold(text));
    }
    case 'regex':
      return makeRegexTest(leaf.source);
    default:
      return leaf satisfies never;
  }
}

/** The folded texts that equal a value: itself and, for a number, its shortest form. */
export function equalTexts(value: string): readonly string[] {
  const folded = fold(value);
  const canonical = toCanonicalNumber(value);
  return canonical === undefined || canonical === folded ? [folded] : [folded, canonical];
}

function makeAttributeMatcher(leaf: Leaf, key: string): Matcher {
  if (leaf.kind === 'exists') return makeExistence(key);
  const read = makeValueReader(key);
  if (leaf.kind === 'compare' || leaf.kind === 'range') {
    const test = makeNumberTest(leaf);
    return (record) =>
      read(record).some((value) => {
        const number = toNumber(value);
        return number !== undefined && test(number);
      });
  }
  const test = makeValueTest(leaf);
  return (record) => read(record).some((value) => test(toText(value)));
}

/** A value as a number: one of JSON, or a text that is one as a whole. Integers count as the nearest double. */
export function toNumber(value: Scalar): number | undefined {
  if (typeof value === 'boolean') return undefined;
  const number = typeof value === 'string' ? parseNumber(value) : Number(value);
  return number === undefined || Number.isFinite(number) ? number : undefined;
}

type Ordering = Extract<Leaf, { kind: 'compare' | 'range' }>;

/** The bounds that a comparison or range of numbers asks for. */
export function toNumberBounds(leaf: Ordering): {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
} {
  if (leaf.kind === 'compare') return { [COMPARE[leaf.op]]: parseNumber(leaf.value) as number };
  const { low, high } = leaf;
  return {
    ...(low !== null && {
      [low.inclusive ? 'gte' : 'gt']: parseNumber(low.value) as number,
    }),
    ...(high !== null && {
      [high.inclusive ? 'lte' : 'lt']: parseNumber(high.value) as number,
    }),
  };
}

const COMPARE = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte' } as const;

function makeNumberTest(leaf: Ordering): (value: number) => boolean {
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = toNumberBounds(leaf);
  return (value) => value > gt && value >= gte && value < lt && value <= lte;
}

function makeTextMatcher(leaf: Leaf, of: 'body' | 'original'): Matcher {
  const read = (record: LogRecord) => (of === 'body' ? messageOf(record) : record.original);
  if (leaf.kind === 'exists') return (record) => read(record) !== undefined;
  const test = makeTextCondition(leaf);
  return (record) => {
    const text = read(record);
    return text !== undefined && test(text);
  };
}

function makeStringMatcher(leaf: Leaf, read: (record: LogRecord) => string): Matcher {
  if (leaf.kind === 'exists') return () => true;
  if (leaf.kind === 'compare' || leaf.kind === 'range') throw new TypeError(`${leaf.kind} on a text without order`); // the parser refuses it
  const test = makeValueTest(leaf);
  return (record) => test(read(record));
}

function makeNumberMatcher(leaf: Leaf, read: (record: LogRecord) => number): Matcher {
  if (leaf.kind === 'exists') return () => true;
  if (leaf.kind === 'match') {
    const wanted = parseNumber(leaf.value);
    return (record) => read(record) === wanted;
  }
  if (leaf.kind !== 'compare' && leaf.kind !== 'range') throw new TypeError(`${leaf.kind} on a number`); // the parser refuses it
  const test = makeNumberTest(leaf);
  return (record) => test(read(record));
}

/** What a level condition keeps: severity numbers, and words that are no level. */
export interface LevelCondition {
  /** Inclusive ranges of severity numbers. */
  readonly ranges: readonly (readonly [number, number])[];
  /** A test on a word that names no severity. */
  readonly word?: Extract<Leaf, { kind: 'match' | 'glob' | 'regex' }>;
}

/** Severities by class: `level:warn` keeps 13 to 16, `level:>=warn` all from 13. Events without severity are in no order. */
export function toLevelCondition(leaf: Leaf): LevelCondition {
  switch (leaf.kind) {
    case 'exists':
      return {
        ranges: [[1, 24]],
        word: {
          kind: 'glob',
          field: leaf.field,
          pattern: '*',
          span: leaf.span,
        },
      };
    case 'match': {
      const range = parseLevel(leaf.value);
      return range === undefined ? { ranges: [], word: leaf } : { ranges: [range] };
    }
    case 'glob':
    case 'regex': {
      const test = makeValueTest(leaf);
      return {
        ranges: CLASSES.filter((first) => test(severityOf(first) as string)).map(
          (first) => [first, first + 3] as const,
        ),
        word: leaf,
      };
    }
    case 'compare': {
      const [low, high] = parseLevel(leaf.value) as readonly [number, number];
      if (leaf.op === '>') return { ranges: [[high + 1, 24]] };
      if (leaf.op === '>=') return { ranges: [[low, 24]] };
      return { ranges: [[1, leaf.op === '<' ? low - 1 : high]] };
    }
    case 'range': {
      const low = leaf.low === null ? undefined : parseLevel(leaf.low.value);
      const high = leaf.high === null ? undefined : parseLevel(leaf.high.value);
      const from = low === undefined ? 1 : leaf.low?.inclusive ? low[0] : low[1] + 1;
      const to = high === undefined ? 24 : leaf.high?.inclusive ? high[1] : high[0] - 1;
      return { ranges: [[from, to]] };
    }
    default:
      return leaf satisfies never;
  }
}

const CLASSES = [1, 5, 9, 13, 17, 21];

/** The level word of an event where it names no severity: what a level condition tests besides numbers. */
export function unknownLevel({ severityText }: LogRecord): string | undefined {
  return severityText === undefined || severityText === '' || parseLevel(severityText) !== undefined
    ? undefined
    : severityText;
}

function makeLevelMatcher(leaf: Leaf): Matcher {
  const { ranges, word } = toLevelCondition(leaf);
  const wanted = new Set<number>();
  for (const [from, to] of ranges) for (let number = from; number <= to; number++) wanted.add(number);
  if (word === undefined) return (record) => wanted.has(record.severityNumber);
  const test = makeValueTest(word);
  return (record) => {
    if (wanted.has(record.severityNumber)) return true;
    const unknown = unknownLevel(record);
    return unknown !== undefined && test(unknown);
  };
}

/** Bounds in nanoseconds: `gte` inclusive, `lt` exclusive; undefined is open. */
export interface TimeBounds {
  readonly gte?: UnixNano;
  readonly lt?: UnixNano;
}

/** The bounds that a condition on a time asks for; undefined where nothing can match (a time beyond what can be represented). */
export function toTimeBounds(leaf: Leaf, now: number): TimeBounds | undefined {
  const span = (value: string) => parseTime(value, now);
  switch (leaf.kind) {
    case 'match': {
      const at = span(leaf.value);
      return at === undefined ? undefined : { gte: at.start, lt: at.end };
    }
    case 'compare': {
      const at = span(leaf.value);
      if (at === undefined) return undefined;
      if (leaf.op === '>' || leaf.op === '>=') return { gte: leaf.op === '>' ? at.end : at.start };
      return { lt: leaf.op === '<' ? at.start : at.end };
    }
    case 'range': {
      const low = leaf.low === null ? null : span(leaf.low.value);
      const high = leaf.high === null ? null : span(leaf.high.value);
      if (low === undefined || high === undefined) return undefined;
      return {
        ...(low !== null && { gte: leaf.low?.inclusive ? low.start : low.end }),
        ...(high !== null && {
          lt: leaf.high?.inclusive ? high.end : high.start,
        }),
      };
    }
    default:
      return {};
  }
}

function makeTimeMatcher(leaf: Leaf, target: Extract<Target, { kind: 'time' }>, now: number): Matcher {
  const bounds = toTimeBounds(leaf, now);
  if (bounds === undefined) return () => false;
  const { gte, lt } = bounds;
  const read = (record: LogRecord) => (target.of === 'time' ? record.timeUnixNano : record.observedTimeUnixNano);
  return (record) => {
    const time = read(record);
    return (gte === undefined || compareNanos(time, gte) >= 0) && (lt === undefined || compareNanos(time, lt) < 0);
  };
}
