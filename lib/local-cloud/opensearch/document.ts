import { checkNanosRange, DateParseError, type Instant, parseDate } from './dates.ts';
import { type ErrorCause, mapperParsing, OpenSearchError } from './errors.ts';
import { isObject } from './json.ts';
import type { Field, Mapping } from './mapping.ts';

/** What of a document is indexed, by field name. Absent fields are absent. */
export interface IndexedDocument {
  readonly keywords: Readonly<Record<string, readonly string[]>>;
  /** Tokens and their positions, in order. */
  readonly texts: Readonly<Record<string, TokenStream>>;
  /** Ascending. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly dates: Readonly<Record<string, Instant>>;
}

export interface TokenStream {
  readonly tokens: readonly string[];
  readonly positions: readonly number[];
}

/** Lucene's IndexWriter.MAX_TERM_LENGTH, in bytes of UTF-8. */
const MAX_TERM_BYTES = 32766;

/** Reads the mapped fields of a document; what is not mapped is only kept. @throws OpenSearchError naming the field */
export function readDocument(source: unknown, id: string, mapping: Mapping): IndexedDocument {
  if (!isObject(source))
    throw mapperParsing('failed to parse', {
      type: 'not_x_content_exception',
      reason: 'the document must be an object',
    });
  const keywords: Record<string, readonly string[]> = {};
  const texts: Record<string, TokenStream> = {};
  const numbers: Record<string, readonly number[]> = {};
  const dates: Record<string, Instant> = {};
  for (const [name, field] of Object.entries(mapping.fields)) {
    const values = valuesOf(source[name]);
    if (values.length === 0) continue;
    const fail = (value: unknown, cause: ErrorCause) => {
      const type = field.kind === 'integer' ? field.type : field.kind === 'date' ? 'date_nanos' : field.kind;
      return mapperParsing(
        `failed to parse field [${name}] of type [${type}] in document with id '${id}'. Preview of field's value: '${preview(value)}'`,
        cause,
      );
    };
    if (field.kind === 'keyword') keywords[name] = values.map((value) => checkTerm(name, textOf(value, fail)));
    else if (field.kind === 'text')
      texts[name] = tokenize(
        values.map((value) => textOf(value, fail)),
        field,
      );
    else if (field.kind === 'date') {
      if (values.length > 1)
        throw fail(values, {
          type: 'illegal_argument_exception',
          reason: 'several dates in one field are not supported here',
        });
      dates[name] = dateOf(values[0], field.format, fail);
    } else numbers[name] = values.map((value) => numberOf(value, field, fail)).sort((a, b) => a - b);
  }
  return { keywords, texts, numbers, dates };
}

type Fail = (value: unknown, cause: ErrorCause) => OpenSearchError;

/** A field's values: nested arrays flattened, nulls left out. */
function valuesOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY).filter((item) => item !== null) : [value];
}

const preview = (value: unknown): string => {
  if (!isObject(value)) return String(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}=${preview(member)}`)
    .join(', ')}}`;
};

function textOf(value: unknown, fail: Fail): string {
  if (isObject(value))
    throw fail(value, { type: 'illegal_state_exception', reason: "Can't get text on a START_OBJECT" });
  return String(value).toWellFormed(); // UTF-8 has no lone surrogates: Lucene stores U+FFFD too
}

function checkTerm(field: string, term: string): string {
  if (term.length * 3 <= MAX_TERM_BYTES) return term;
  const bytes = Buffer.from(term);
  if (bytes.length <= MAX_TERM_BYTES) return term;
  const reason = `bytes can be at most ${MAX_TERM_BYTES} in length; got ${bytes.length}`;
  throw new OpenSearchError(400, {
    type: 'illegal_argument_exception',
    reason:
      `Document contains at least one immense term in field="${field}" (whose UTF8 encoding is longer than the max length ${MAX_TERM_BYTES}), ` +
      'all of which were skipped.  Please correct the analyzer to not produce such terms.  The prefix of the first immense term is: ' +
      `'[${bytes.subarray(0, 30).join(', ')}]...', original message: ${reason}`,
    caused_by: { type: 'max_bytes_length_exceeded_exception', reason },
  });
}

function dateOf(value: unknown, format: string, fail: Fail): Instant {
  try {
    return checkNanosRange(parseDate(textOf(value, fail), format));
  } catch (error) {
    if (error instanceof DateParseError) throw fail(value, error.causeChain);
    if (error instanceof OpenSearchError && error.cause.type === 'illegal_argument_exception')
      throw fail(value, error.cause);
    throw error;
  }
}

/** Java's decimal syntax, of which JSON's is a part. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function numberOf(value: unknown, field: Field & { kind: 'integer' | 'double' }, fail: Fail): number {
  const text = typeof value === 'string' ? value.trim() : value;
  const number =
    typeof text === 'number' ? text : typeof text === 'string' && NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) {
    if (typeof value === 'boolean' || isObject(value)) {
      throw fail(value, {
        type: 'illegal_argument_exception',
        reason: 'Current token is not numeric, can not use numeric value accessors',
      });
    }
    throw fail(
      value,
      value === ''
        ? { type: 'number_format_exception', reason: 'empty String' }
        : { type: 'number_format_exception', reason: `For input string: "${String(value)}"` },
    );
  }
  if (field.kind === 'double') {
    if (Number.isFinite(number)) return number;
    throw fail(value, {
      type: 'illegal_argument_exception',
      reason: `[double] supports only finite values, but got [${number}]`,
    });
  }
  const whole = Math.trunc(number);
  if (whole >= field.min && whole <= field.max) return whole;
  throw fail(value, {
    type: 'illegal_argument_exception',
    reason: `Value [${String(value)}] is out of range for ${field.type === 'integer' ? 'an' : 'a'} ${field.type}`,
  });
}

/** Java's `Character.isWhitespace`, where Lucene's whitespace tokenizer cuts: no-break spaces are no blanks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Java counts the four separators before the blank as blanks
const BLANKS = /[\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+/;

/** Cuts texts at blanks; tokens over the limit are cut into pieces, texts are `gap` positions apart, as in Lucene. */
export function tokenize(texts: readonly string[], field: Field & { kind: 'text' }): TokenStream {
  const tokens: string[] = [];
  const positions: number[] = [];
  let next = 0;
  texts.forEach((text, index) => {
    if (index > 0) next += field.gap;
    for (const word of text.split(BLANKS)) {
      for (const token of word.length > field.maxTokenLength ? pieces(word, field.maxTokenLength) : [word]) {
        if (token === '') continue;
        tokens.push(checkTerm('words', token));
        positions.push(next++);
      }
    }
  });
  return { tokens, positions };
}

/** Pieces of at least `length` UTF-16 units that end at a code point, as Lucene's CharTokenizer cuts. */
function pieces(word: string, length: number): string[] {
  const result: string[] = [];
  let start = 0;
  while (start < word.length) {
    let end = Math.min(start + length, word.length);
    const last = word.charCodeAt(end - 1);
    if (last >= 0xd800 && last < 0xdc00 && end < word.length) end++;
    result.push(word.slice(start, end));
    start = end;
  }
  return result;
}
