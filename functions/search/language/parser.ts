import { RE2JS } from 're2js';
import type { Bound, CompareOp, Filter, Grouping, Leaf, Measure, Pipe, Query } from './ast.ts';
import { QueryLimitError, QuerySyntaxError, type Span } from './errors.ts';
import { isKnownField, resolveField } from './fields.ts';
import { parseLevel } from './levels.ts';
import {
  endsToken,
  isLiteralColon,
  isWordy,
  scanBare,
  scanName,
  scanQuoted,
  scanRegex,
  skipSpace,
  type Token,
  type TokenKind,
} from './lexer.ts';
import { parseNumber } from './numbers.ts';
import { printMeasure } from './printer.ts';
import { compareNanos, isTime, parseStep, parseTime, TIME_FORMS } from './time.ts';

/** Limits of a query; beyond them it is refused, never cut. */
export const LIMITS = {
  characters: 10_000,
  leaves: 1_000,
  depth: 100,
  pipes: 10,
  measures: 20,
  groups: 5,
} as const;

/**
 * Parses a query text. An empty text is every event.
 * @throws QuerySyntaxError with the place, QueryLimitError
 */
export function parse(text: string): Query {
  return new Parser(text).parse();
}

/** The pieces of a text for colouring; of a text that is no query, those before the error. */
export function tokenize(text: string): readonly Token[] {
  const parser = new Parser(text);
  try {
    parser.parse();
  } catch (error) {
    if (!(error instanceof QuerySyntaxError || error instanceof QueryLimitError)) throw error;
  }
  return parser.tokens;
}

const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'p50', 'p75', 'p90', 'p95', 'p99', 'distinct'] as const;
const PIPES = ['stats', 'top', 'sort', 'limit', 'fields'] as const;
const KEYWORD = /(?:AND|OR|NOT)(?=[\s()"]|$)|(?:&&|\|\|)(?=\s|$)/y;
const COMPARE = /[<>]=?/y;
const RANGE = /([[{])\s*("(?:[^"\\]|\\.)*"|[^\s"\]}]+)\s+TO\s+("(?:[^"\\]|\\.)*"|[^\s"\]}]+)\s*([\]}])/y;
const WHAT_STARTS_A_TERM = ['a word', 'a phrase in quotes', 'field:value', '/regular expression/', '('];

class Parser {
  readonly tokens: Token[] = [];
  readonly #text: string;
  #at = 0;
  #leaves = 0;
  #depth = 0;
  #groups = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Query {
    if (this.#text.length > LIMITS.characters) {
      throw new QueryLimitError(`query has ${this.#text.length} characters, at most ${LIMITS.characters} are allowed`);
    }
    this.#skip();
    const filter = this.#atPipe() || this.#done() ? this.#all() : this.#or(null);
    const pipes: Pipe[] = [];
    while (!this.#done()) {
      if (!this.#atPipe())
        throw this.#fail(
          this.#at === this.#text.length ? [] : ['"|"', 'the end of the query'],
          'query goes on unexpectedly',
        );
      this.#token('pipe', this.#at, this.#at + 1);
      this.#at++;
      if (pipes.length === LIMITS.pipes) throw new QueryLimitError(`query has more than ${LIMITS.pipes} pipes`);
      pipes.push(this.#pipe(pipes));
      this.#skip();
    }
    return { filter, pipes };
  }

  // --- filter -----------------------------------------------------------------------------------------------------------------------

  #or(field: string | null): Filter {
    const start = this.#at;
    const operands = [this.#and(field)];
    for (;;) {
      this.#skip();
      const keyword = this.#keyword();
      if (keyword !== 'OR' && keyword !== '||') break;
      this.#takeKeyword(keyword);
      this.#skip();
      operands.push(this.#and(field));
    }
    return operands.length === 1 ? (operands[0] as Filter) : { kind: 'or', operands, span: this.#span(start) };
  }

  #and(field: string | null): Filter {
    const start = this.#at;
    const operands = [this.#not(field)];
    for (;;) {
      this.#skip();
      const keyword = this.#keyword();
      if (keyword === 'AND' || keyword === '&&') this.#takeKeyword(keyword);
      else if (this.#done() || keyword === 'OR' || keyword === '||' || this.#atPipe() || this.#closesGroup()) break;
      this.#skip();
      operands.push(this.#not(field));
    }
    return operands.length === 1 ? (operands[0] as Filter) : { kind: 'and', operands, span: this.#span(start) };
  }

  #not(field: string | null): Filter {
    const start = this.#at;
    const keyword = this.#keyword();
    if (keyword === 'NOT') this.#takeKeyword(keyword);
    else if (this.#text[start] === '-' && this.#negates(start + 1)) {
      this.#token('operator', start, start + 1);
      this.#at++;
    } else return this.#primary(field);
    this.#skip();
    const operand = this.#deeper(() => this.#not(field));
    return { kind: 'not', operand, span: this.#span(start) };
  }

  /** A dash negates in front of what can be negated; `->`, `--flag` and a lone dash are texts. */
  #negates(at: number): boolean {
    const next = this.#text[at];
    return (
      next !== undefined &&
      ('"(/*@$'.includes(next) || isWordy(String.fromCodePoint(this.#text.codePointAt(at) as number)))
    );
  }

  #primary(field: string | null): Filter {
    const start = this.#at;
    const keyword = this.#keyword();
    if (this.#done() || keyword !== undefined || this.#atPipe() || this.#closesGroup() || this.#text[start] === ')') {
      throw this.#fail(field === null ? WHAT_STARTS_A_TERM : ['a value', 'a value in quotes'], 'something is missing');
    }
    if (this.#text[start] === '(') return this.#group(field);
    return field === null ? this.#term() : this.#value(field, start);
  }

  #group(field: string | null): Filter {
    const open = this.#at;
    this.#token('paren', open, open + 1);
    this.#at++;
    this.#groups++;
    const inner = this.#deeper(() => {
      this.#skip();
      return this.#or(field);
    });
    this.#skip();
    if (this.#text[this.#at] !== ')') {
      throw new QuerySyntaxError('parenthesis is not closed', { start: open, end: open + 1 }, this.#found(this.#at), [
        '")"',
      ]);
    }
    this.#token('paren', this.#at, this.#at + 1);
    this.#at++;
    this.#groups--;
    return inner;
  }

  #term(): Filter {
    const start = this.#at;
    const text = this.#text;
    if (text[start] === '"') return this.#quotedTerm(start);
    const regex = text[start] === '/' ? scanRegex(text, start) : undefined;
    if (regex !== undefined) return this.#regex(null, regex, start);
    const name = scanName(text, start);
    if (name !== undefined && text[start + name.length] === ':') {
      const colon = start + name.length;
      const after = scanBare(text, colon + 1, this.#groups > 0).raw;
      const awaitsValue = after === '' && isKnownField(name) && skipSpace(text, colon + 1) === text.length;
      if (awaitsValue || !isLiteralColon(name, after)) return this.#field(name, start, colon);
    }
    // a `?` in what looks like a URL or path begins its query string
    const raw = scanBare(text, start, this.#groups > 0);
    const bare =
      raw.raw.startsWith('/') || raw.raw.includes('://') ? scanBare(text, start, this.#groups > 0, '*') : raw;
    if (bare.raw === '*') return this.#star(start);
    return this.#bareLeaf(null, bare, start, 'text');
  }

  #star(start: number): Filter {
    this.#at = start + 1;
    this.#token('glob', start, this.#at);
    this.#countLeaf();
    return { kind: 'all', span: this.#span(start) };
  }

  #quotedTerm(start: number): Filter {
    const quoted = scanQuoted(this.#text, start);
    if (quoted === undefined)
      throw new QuerySyntaxError('quote is not closed', { start, end: start + 1 }, 'the end of the query', [
        'a closing "',
      ]);
    const next = this.#text[quoted.end];
    if (next === ':' && quoted.value !== '' && !this.#isJsonMember(quoted.end + 1))
      return this.#field(quoted.value, start, quoted.end);
    if (endsToken(this.#text, quoted.end)) {
      this.#at = quoted.end;
      this.#token('string', start, this.#at);
      if (quoted.value.trim() === '') {
        throw new QuerySyntaxError(
          'quotes hold no text',
          { start, end: quoted.end },
          this.#text.slice(start, quoted.end),
          ['a text between the quotes'],
        );
      }
      return this.#leaf({
        kind: 'match',
        field: null,
        value: quoted.value,
        span: this.#span(start),
      });
    }
    // pasted JSON, shell words and the like: a literal with quotes in it
    return this.#bareLeaf(null, scanBare(this.#text, start, this.#groups > 0, ''), start, 'text');
  }

  /** Whether what follows `"name":` is JSON rather than a value of ours. */
  #isJsonMember(at: number): boolean {
    const text = this.#text;
    if (endsToken(text, at)) return true;
    if (text[at] === '"') {
      const quoted = scanQuoted(text, at);
      return quoted === undefined || !endsToken(text, quoted.end);
    }
    if (text[at] === '[' || text[at] === '{') {
      RANGE.lastIndex = at;
      return !RANGE.test(text);
    }
    if (text[at] === '(' || (text[at] === '/' && scanRegex(text, at) !== undefined)) return false;
    return /(?:^|[^\\])(?:"|[,}\]]$)/.test(scanBare(text, at, this.#groups > 0).raw);
  }

  #field(name: string, start: number, colon: number): Filter {
    if (/\p{Cc}/u.test(name)) {
      throw new QuerySyntaxError('field name holds a control character', { start, end: colon }, JSON.stringify(name), [
        'a field name',
      ]);
    }
    this.#token('field', start, colon);
    this.#token('operator', colon, colon + 1);
    this.#at = colon + 1;
    if (this.#text[this.#at] === '(') return this.#group(name);
    if (endsToken(this.#text, this.#at)) {
      throw this.#fail(['a value', 'a value in quotes', '*', '>', '[low TO high]'], `value of "${name}" is missing`);
    }
    return this.#value(name, start);
  }

  #value(field: string, start: number): Filter {
    const text = this.#text;
    const at = this.#at;
    if (text[at] === '"') return this.#quotedValue(field, start);
    COMPARE.lastIndex = at;
    const op = COMPARE.exec(text)?.[0] as CompareOp | undefined;
    if (op !== undefined) return this.#compare(field, op, start);
    if (text[at] === '[' || text[at] === '{') return this.#range(field, start);
    const regex = text[at] === '/' ? scanRegex(text, at) : undefined;
    if (regex !== undefined) return this.#regex(field, regex, start);
    const bare = scanBare(text, at, this.#groups > 0);
    if (bare.raw === '*') {
      this.#at = bare.end;
      this.#token('glob', at, this.#at);
      return this.#leaf({ kind: 'exists', field, span: this.#span(start) });
    }
    return this.#bareLeaf(field, bare, start, 'value');
  }

  #quotedValue(field: string, start: number): Filter {
    const at = this.#at;
    const quoted = scanQuoted(this.#text, at);
    if (quoted === undefined)
      throw new QuerySyntaxError('quote is not closed', { start: at, end: at + 1 }, 'the end of the query', [
        'a closing "',
      ]);
    this.#at = quoted.end;
    this.#token('string', at, this.#at);
    if (!endsToken(this.#text, this.#at))
      throw this.#fail(['white space', 'the end of the query'], 'text follows the closing quote');
    return this.#leaf({
      kind: 'match',
      field,
      value: quoted.value,
      span: this.#span(start),
    });
  }

  #compare(field: string, op: CompareOp, start: number): Filter {
    const at = this.#at;
    this.#token('operator', at, at + op.length);
    this.#at += op.length;
    const value = this.#boundText(['a number', 'a time', 'a level']);
    return this.#leaf({
      kind: 'compare',
      field,
      op,
      value,
      span: this.#span(start),
    });
  }

  /** A value without wildcards, bare or in quotes. */
  #boundText(expected: readonly string[]): string {
    const at = this.#at;
    if (endsToken(this.#text, at)) throw this.#fail(expected, 'value is missing');
    const quoted = this.#text[at] === '"' ? scanQuoted(this.#text, at) : undefined;
    const piece = quoted ?? scanBare(this.#text, at, this.#groups > 0, '');
    this.#at = piece.end;
    this.#token('value', at, this.#at);
    if (!endsToken(this.#text, this.#at))
      throw this.#fail(['white space', 'the end of the query'], 'text follows the closing quote');
    return piece.value;
  }

  #range(field: string, start: number): Filter {
    const at = this.#at;
    RANGE.lastIndex = at;
    const match = RANGE.exec(this.#text);
    if (match === null) {
      const end = scanBare(this.#text, at, this.#groups > 0, '').end;
      throw new QuerySyntaxError(
        'range is not complete',
        { start: at, end: Math.max(end, at + 1) },
        this.#text.slice(at, Math.max(end, at + 1)),
        ['[low TO high]', '{low TO high}', 'a value in quotes'],
      );
    }
    const [all, open, low, high, close] = match as unknown as [string, string, string, string, string];
    this.#at = at + all.length;
    this.#token('value', at, this.#at);
    if (!endsToken(this.#text, this.#at))
      throw this.#fail(['white space', 'the end of the query'], 'text follows the range');
    const bound = (text: string, inclusive: boolean): Bound | null =>
      text === '*'
        ? null
        : {
            value: text.startsWith('"') ? (scanQuoted(text, 0)?.value ?? text) : text,
            inclusive,
          };
    return this.#leaf({
      kind: 'range',
      field,
      low: bound(low, open === '['),
      high: bound(high, close === ']'),
      span: this.#span(start),
    });
  }

  #regex(field: string | null, { source, end }: { source: string; end: number }, start: number): Filter {
    const at = this.#at;
    this.#at = end;
    this.#token('regex', at, end);
    try {
      RE2JS.compile(source);
    } catch (error) {
      const message = `regular expression cannot be read: ${(error as Error).message}`;
      throw new QuerySyntaxError(message, { start: at, end }, this.#text.slice(at, end), [
        'an expression in RE2 syntax',
      ]);
    }
    return this.#leaf({
      kind: 'regex',
      field,
      source,
      span: this.#span(start),
    });
  }

  #bareLeaf(field: string | null, bare: ReturnType<typeof scanBare>, start: number, kind: TokenKind): Filter {
    const at = this.#at;
    this.#at = bare.end;
    if (bare.pattern !== undefined) {
      this.#token('glob', at, bare.end);
      return this.#leaf({
        kind: 'glob',
        field,
        pattern: bare.pattern,
        span: this.#span(start),
      });
    }
    this.#token(kind, at, bare.end);
    if (field === null && bare.value.trim() === '') {
      const place = { start: at, end: bare.end };
      throw new QuerySyntaxError('term holds white space alone', place, bare.raw, ['a word', 'a phrase in quotes']);
    }
    return this.#leaf({
      kind: 'match',
      field,
      value: bare.value,
      span: this.#span(start),
    });
  }

  #leaf(leaf: Leaf): Leaf {
    this.#countLeaf();
    checkLeaf(leaf, this.#text);
    return leaf;
  }

  #countLeaf(): void {
    if (++this.#leaves > LIMITS.leaves) throw new QueryLimitError(`query has more than ${LIMITS.leaves} terms`);
  }

  #deeper<T>(parse: () => T): T {
    if (++this.#depth > LIMITS.depth) throw new QueryLimitError(`query is nested more than ${LIMITS.depth} deep`);
    const result = parse();
    this.#depth--;
    return result;
  }

  #all(): Filter {
    return { kind: 'all', span: { start: 0, end: 0 } };
  }

  // --- pipes ------------------------------------------------------------------------------------------------------------------------

  #pipe(before: readonly Pipe[]): Pipe {
    this.#skip();
    const start = this.#at;
    const name = this.#identifier(PIPES, 'name of a pipe is missing');
    const kind = PIPES.find((known) => known === name);
    if (kind === undefined) {
      const message = name === 'patterns' ? '"patterns" is reserved and cannot be run yet' : `"${name}" is no pipe`;
      throw new QuerySyntaxError(message, { start, end: this.#at }, name, PIPES);
    }
    if ((kind === 'stats' || kind === 'top') && before.length > 0) {
      throw new QuerySyntaxError(`"${kind}" must be the first pipe`, { start, end: this.#at }, name, [
        'sort',
        'limit',
        'fields',
      ]);
    }
    switch (kind) {
      case 'stats':
        return this.#stats(start);
      case 'top': {
        const limit = this.#number() ?? 10;
        const field = this.#fieldName();
        return { kind, limit, field, span: this.#span(start) };
      }
      case 'sort': {
        const by = this.#commas(() => {
          const minus = this.#text[this.#at] === '-';
          if (minus) this.#at++;
          const column = this.#column();
          this.#skip();
          const direction = /(?:asc|desc)(?=[\s,|]|$)/y;
          direction.lastIndex = this.#at;
          const word = direction.exec(this.#text)?.[0];
          if (word !== undefined) {
            this.#token('keyword', this.#at, this.#at + word.length);
            this.#at += word.length;
          }
          return { column, descending: minus || word === 'desc' };
        });
        return { kind, by, span: this.#span(start) };
      }
      case 'limit': {
        const count = this.#number();
        if (count === undefined) throw this.#fail(['a number from 1 to 10000'], 'limit is missing');
        return { kind, count, span: this.#span(start) };
      }
      case 'fields':
        return {
          kind,
          names: this.#commas(() => this.#fieldName()),
          span: this.#span(start),
        };
      default:
        return kind satisfies never;
    }
  }

  #stats(start: number): Pipe {
    const measures = this.#commas(() => this.#measure());
    const groups: Grouping[] = [];
    this.#skip();
    const by = /by(?=[\s("]|$)/y;
    by.lastIndex = this.#at;
    if (by.test(this.#text)) {
      this.#token('keyword', this.#at, this.#at + 2);
      this.#at += 2;
      groups.push(...this.#commas(() => this.#grouping()));
    }
    if (measures.length > LIMITS.measures) throw new QueryLimitError(`stats has more than ${LIMITS.measures} measures`);
    if (groups.length > LIMITS.groups) throw new QueryLimitError(`stats has more than ${LIMITS.groups} groups`);
    return { kind: 'stats', measures, groups, span: this.#span(start) };
  }

  #measure(): Measure {
    const start = this.#at;
    const fn = this.#identifier(MEASURES, 'measure is missing');
    const known = MEASURES.find((measure) => measure === fn);
    if (known === undefined)
      throw new QuerySyntaxError(`"${fn}" is no measure`, { start, end: this.#at }, fn, MEASURES);
    let field: string | null = null;
    if (this.#text[this.#at] === '(') {
      this.#at++;
      this.#skip();
      if (this.#text[this.#at] !== ')') field = this.#fieldName();
      this.#skip();
      if (this.#text[this.#at] !== ')') throw this.#fail(['")"'], 'parenthesis is not closed');
      this.#at++;
    }
    if (known !== 'count' && field === null) throw this.#fail([`${known}(field)`], `"${known}" needs a field`);
    return { fn: known, field };
  }

  #grouping(): Grouping {
    const start = this.#at;
    const call = /time\s*\(/y;
    call.lastIndex = start;
    if (!call.test(this.#text)) return { by: 'field', field: this.#fieldName() };
    const match = /time\s*\(\s*([^)\s]*)\s*\)/y;
    match.lastIndex = start;
    const step = match.exec(this.#text);
    if (step === null || parseStep(step[1] as string) === undefined) {
      this.#at = start;
      throw this.#fail(['time(5m)', 'time(1h)', 'time(1d)'], 'step of time cannot be read');
    }
    this.#token('function', start, match.lastIndex);
    this.#at = match.lastIndex;
    return { by: 'time', step: step[1] as string };
  }

  /** A column of the result before: a field or a measure as it is written. */
  #column(): string {
    const time = /time\(\s*(\w+)\s*\)/y;
    time.lastIndex = this.#at;
    const step = time.exec(this.#text);
    if (step !== null) {
      this.#token('function', this.#at, time.lastIndex);
      this.#at = time.lastIndex;
      return `time(${step[1]})`;
    }
    const call = new RegExp(`(?:${MEASURES.join('|')})\\(`, 'y');
    call.lastIndex = this.#at;
    return call.test(this.#text) ? printMeasure(this.#measure()) : this.#fieldName();
  }

  #fieldName(): string {
    this.#skip();
    const at = this.#at;
    const quoted = this.#text[at] === '"' ? scanQuoted(this.#text, at) : undefined;
    const name = quoted === undefined ? scanName(this.#text, at) : quoted.value;
    if (name === undefined || name === '' || /\p{Cc}/u.test(name))
      throw this.#fail(['a field name'], 'field is missing');
    this.#at = quoted?.end ?? at + name.length;
    this.#token('field', at, this.#at);
    return name;
  }

  #number(): number | undefined {
    this.#skip();
    const at = this.#at;
    const digits = /\d+(?=[\s|,)]|$)/y;
    digits.lastIndex = at;
    const text = digits.exec(this.#text)?.[0];
    if (text === undefined) return undefined;
    this.#at += text.length;
    this.#token('value', at, this.#at);
    const value = Number(text);
    if (value < 1 || value > 10_000) {
      throw new QuerySyntaxError(`${text} is out of range`, { start: at, end: this.#at }, text, [
        'a number from 1 to 10000',
      ]);
    }
    return value;
  }

  #commas<T>(item: () => T): T[] {
    const items: T[] = [];
    do {
      if (items.length > 0) this.#at++;
      this.#skip();
      items.push(item());
      this.#skip();
    } while (this.#text[this.#at] === ',');
    return items;
  }

  #identifier(expected: readonly string[], message: string): string {
    this.#skip();
    const at = this.#at;
    const word = /[A-Za-z]\w*/y;
    word.lastIndex = at;
    const name = word.exec(this.#text)?.[0];
    if (name === undefined) throw this.#fail(expected, message);
    this.#at += name.length;
    this.#token('function', at, this.#at);
    return name;
  }

  // --- where we are -----------------------------------------------------------------------------------------------------------------

  #skip(): void {
    this.#at = skipSpace(this.#text, this.#at);
  }

  #done(): boolean {
    return this.#at >= this.#text.length;
  }

  #keyword(): string | undefined {
    KEYWORD.lastIndex = this.#at;
    return KEYWORD.exec(this.#text)?.[0];
  }

  #takeKeyword(keyword: string): void {
    this.#token('keyword', this.#at, this.#at + keyword.length);
    this.#at += keyword.length;
  }

  #atPipe(): boolean {
    return this.#text[this.#at] === '|' && this.#keyword() === undefined;
  }

  #closesGroup(): boolean {
    return this.#groups > 0 && this.#text[this.#at] === ')';
  }

  #token(kind: TokenKind, start: number, end: number): void {
    this.tokens.push({ kind, start, end });
  }

  #span(start: number): Span {
    return { start, end: this.#at };
  }

  #found(at: number): string {
    if (at >= this.#text.length) return 'the end of the query';
    const { raw } = scanBare(this.#text, at, false, '');
    return raw === '' ? (this.#text[at] as string) : raw.slice(0, 50);
  }

  #fail(expected: readonly string[], message: string): QuerySyntaxError {
    const found = this.#found(this.#at);
    const end = this.#done() ? this.#at : Math.min(this.#text.length, this.#at + Math.max(1, found.length));
    return new QuerySyntaxError(
      `${message}: found ${found === 'the end of the query' ? found : `"${found}"`}, expected ${expected.join(' or ')}`,
      { start: this.#at, end },
      found,
      expected,
    );
  }
}

/** Refuses a leaf whose value its field cannot be compared with. */
function checkLeaf(leaf: Leaf, text: string): void {
  if (leaf.field === null) return;
  const target = resolveField(leaf.field);
  const refuse = (message: string, expected: readonly string[]): never => {
    throw new QuerySyntaxError(message, leaf.span, text.slice(leaf.span.start, leaf.span.end), expected);
  };
  if (leaf.kind === 'exists') return;
  if (target.kind === 'time') {
    if (leaf.kind === 'glob' || leaf.kind === 'regex')
      refuse(`"${leaf.field}" is a time and takes no pattern`, TIME_FORMS);
    for (const value of valuesOf(leaf)) if (!isTime(value)) refuse(`"${value}" is no time`, TIME_FORMS);
  } else if (target.kind === 'severityNumber') {
    if (leaf.kind === 'glob' || leaf.kind === 'regex')
      refuse(`"${leaf.field}" is a number and takes no pattern`, ['a number']);
    for (const value of valuesOf(leaf))
      if (parseNumber(value) === undefined) refuse(`"${value}" is no number`, ['a number']);
  } else if (leaf.kind === 'compare' || leaf.kind === 'range') {
    for (const value of valuesOf(leaf)) {
      if (target.kind === 'level') {
        if (parseLevel(value) === undefined)
          refuse(`"${value}" is no level`, ['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
      } else if (target.kind !== 'attribute') refuse(`"${leaf.field}" has no order`, ['a value', 'a pattern']);
      else if (parseNumber(value) === undefined) refuse(`"${value}" is no number`, ['a number']);
    }
  }
  if (leaf.kind === 'range' && isUpsideDown(leaf, target.kind))
    refuse('range is upside down', ['the lower bound first']);
}

function valuesOf(leaf: Exclude<Leaf, { kind: 'exists' }>): readonly string[] {
  if (leaf.kind === 'range') return [leaf.low, leaf.high].flatMap((bound) => (bound === null ? [] : [bound.value]));
  if (leaf.kind === 'compare' || leaf.kind === 'match') return [leaf.value];
  return [];
}

/** Told only where it holds at any moment: `[now TO 2026-01-01]` may be right at one and wrong at another. */
function isUpsideDown(
  { low, high }: Extract<Leaf, { kind: 'range' }>,
  kind: ReturnType<typeof resolveField>['kind'],
): boolean {
  if (low === null || high === null) return false;
  if (kind === 'time') {
    const relative = /^now|^[+-]/;
    if (relative.test(low.value) !== relative.test(high.value)) return false;
    const [from, to] = [parseTime(low.value, SOME_MOMENT), parseTime(high.value, SOME_MOMENT)];
    return from !== undefined && to !== undefined && compareNanos(from.start, to.end) >= 0;
  }
  if (kind === 'level') return (parseLevel(low.value)?.[0] ?? 0) > (parseLevel(high.value)?.[1] ?? 0);
  return (parseNumber(low.value) as number) > (parseNumber(high.value) as number);
}

const SOME_MOMENT = Date.UTC(2026, 0, 1);
