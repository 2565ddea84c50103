import { RE2JS } from 're2js';
import type { Bound, CompareOp, Filter, Leaf } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { QueryLimitError, QuerySyntaxError } from './errors.ts';
import { isKnownField } from './fields.ts';
import { checkLeaf } from './leaf-check.ts';
import {
  endsToken,
  isLiteralColon,
  isWordy,
  scanBare,
  scanName,
  scanQuoted,
  scanRegex,
  skipSpace,
  type TokenKind,
} from './lexer.ts';
import { LIMITS } from './limits.ts';

const COMPARE = /[<>]=?/y;
const RANGE = /([[{])\s*("(?:[^"\\]|\\.)*"|[^\s"\]}]+)\s+TO\s+("(?:[^"\\]|\\.)*"|[^\s"\]}]+)\s*([\]}])/y;
const WHAT_STARTS_A_TERM = ['a word', 'a phrase in quotes', 'field:value', '/regular expression/', '('];

/** Reads the filter of a query by recursive descent. */
export class FilterParser {
  readonly #cursor: Cursor;
  #leaves = 0;
  #depth = 0;
  #groups = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  parse(): Filter {
    return this.#or(null);
  }

  #or(field: string | null): Filter {
    const start = this.#cursor.at;
    const operands = [this.#and(field)];
    for (;;) {
      this.#cursor.skip();
      const keyword = this.#cursor.keyword();
      if (keyword !== 'OR' && keyword !== '||') break;
      this.#cursor.takeKeyword(keyword);
      this.#cursor.skip();
      operands.push(this.#and(field));
    }
    return operands.length === 1
      ? (operands[0] as Filter)
      : { kind: 'or', operands, span: this.#cursor.spanFrom(start) };
  }

  #and(field: string | null): Filter {
    const start = this.#cursor.at;
    const operands = [this.#not(field)];
    for (;;) {
      this.#cursor.skip();
      const keyword = this.#cursor.keyword();
      if (keyword === 'AND' || keyword === '&&') this.#cursor.takeKeyword(keyword);
      else if (
        this.#cursor.isDone ||
        keyword === 'OR' ||
        keyword === '||' ||
        this.#cursor.isAtPipe ||
        this.#closesGroup()
      )
        break;
      this.#cursor.skip();
      operands.push(this.#not(field));
    }
    return operands.length === 1
      ? (operands[0] as Filter)
      : { kind: 'and', operands, span: this.#cursor.spanFrom(start) };
  }

  #not(field: string | null): Filter {
    const start = this.#cursor.at;
    const keyword = this.#cursor.keyword();
    if (keyword === 'NOT') this.#cursor.takeKeyword(keyword);
    else if (this.#cursor.text[start] === '-' && this.#negates(start + 1)) {
      this.#cursor.token('operator', start, start + 1);
      this.#cursor.at++;
    } else return this.#primary(field);
    this.#cursor.skip();
    const operand = this.#deeper(() => this.#not(field));
    return { kind: 'not', operand, span: this.#cursor.spanFrom(start) };
  }

  /** A dash negates in front of what can be negated; `->`, `--flag` and a lone dash are texts. */
  #negates(at: number): boolean {
    const next = this.#cursor.text[at];
    return (
      next !== undefined &&
      ('"(/*@$'.includes(next) || isWordy(String.fromCodePoint(this.#cursor.text.codePointAt(at) as number)))
    );
  }

  #primary(field: string | null): Filter {
    const start = this.#cursor.at;
    const keyword = this.#cursor.keyword();
    if (
      this.#cursor.isDone ||
      keyword !== undefined ||
      this.#cursor.isAtPipe ||
      this.#closesGroup() ||
      this.#cursor.text[start] === ')'
    ) {
      throw this.#cursor.fail(
        field === null ? WHAT_STARTS_A_TERM : ['a value', 'a value in quotes'],
        'something is missing',
      );
    }
    if (this.#cursor.text[start] === '(') return this.#group(field);
    return field === null ? this.#term() : this.#value(field, start);
  }

  #group(field: string | null): Filter {
    const open = this.#cursor.at;
    this.#cursor.token('paren', open, open + 1);
    this.#cursor.at++;
    this.#groups++;
    const inner = this.#deeper(() => {
      this.#cursor.skip();
      return this.#or(field);
    });
    this.#cursor.skip();
    if (this.#cursor.text[this.#cursor.at] !== ')') {
      throw new QuerySyntaxError(
        'parenthesis is not closed',
        { start: open, end: open + 1 },
        this.#cursor.found(this.#cursor.at),
        ['")"'],
      );
    }
    this.#cursor.token('paren', this.#cursor.at, this.#cursor.at + 1);
    this.#cursor.at++;
    this.#groups--;
    return inner;
  }

  #term(): Filter {
    const start = this.#cursor.at;
    const text = this.#cursor.text;
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
    this.#cursor.at = start + 1;
    this.#cursor.token('glob', start, this.#cursor.at);
    this.#countLeaf();
    return { kind: 'all', span: this.#cursor.spanFrom(start) };
  }

  #quotedTerm(start: number): Filter {
    const quoted = scanQuoted(this.#cursor.text, start);
    if (quoted === undefined)
      throw new QuerySyntaxError('quote is not closed', { start, end: start + 1 }, 'the end of the query', [
        'a closing "',
      ]);
    const next = this.#cursor.text[quoted.end];
    if (next === ':' && quoted.value !== '' && !this.#isJsonMember(quoted.end + 1))
      return this.#field(quoted.value, start, quoted.end);
    if (endsToken(this.#cursor.text, quoted.end)) {
      this.#cursor.at = quoted.end;
      this.#cursor.token('string', start, this.#cursor.at);
      if (quoted.value.trim() === '') {
        throw new QuerySyntaxError(
          'quotes hold no text',
          { start, end: quoted.end },
          this.#cursor.text.slice(start, quoted.end),
          ['a text between the quotes'],
        );
      }
      return this.#leaf({
        kind: 'match',
        field: null,
        value: quoted.value,
        span: this.#cursor.spanFrom(start),
      });
    }
    // pasted JSON, shell words and the like: a literal with quotes in it
    return this.#bareLeaf(null, scanBare(this.#cursor.text, start, this.#groups > 0, ''), start, 'text');
  }

  /** Whether what follows `"name":` is JSON rather than a value of ours. */
  #isJsonMember(at: number): boolean {
    const text = this.#cursor.text;
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
    this.#cursor.token('field', start, colon);
    this.#cursor.token('operator', colon, colon + 1);
    this.#cursor.at = colon + 1;
    if (this.#cursor.text[this.#cursor.at] === '(') return this.#group(name);
    if (endsToken(this.#cursor.text, this.#cursor.at)) {
      throw this.#cursor.fail(
        ['a value', 'a value in quotes', '*', '>', '[low TO high]'],
        `value of "${name}" is missing`,
      );
    }
    return this.#value(name, start);
  }

  #value(field: string, start: number): Filter {
    const text = this.#cursor.text;
    const at = this.#cursor.at;
    if (text[at] === '"') return this.#quotedValue(field, start);
    COMPARE.lastIndex = at;
    const op = COMPARE.exec(text)?.[0] as CompareOp | undefined;
    if (op !== undefined) return this.#compare(field, op, start);
    if (text[at] === '[' || text[at] === '{') return this.#range(field, start);
    const regex = text[at] === '/' ? scanRegex(text, at) : undefined;
    if (regex !== undefined) return this.#regex(field, regex, start);
    const bare = scanBare(text, at, this.#groups > 0);
    if (bare.raw === '*') {
      this.#cursor.at = bare.end;
      this.#cursor.token('glob', at, this.#cursor.at);
      return this.#leaf({ kind: 'exists', field, span: this.#cursor.spanFrom(start) });
    }
    return this.#bareLeaf(field, bare, start, 'value');
  }

  #quotedValue(field: string, start: number): Filter {
    const at = this.#cursor.at;
    const quoted = scanQuoted(this.#cursor.text, at);
    if (quoted === undefined)
      throw new QuerySyntaxError('quote is not closed', { start: at, end: at + 1 }, 'the end of the query', [
        'a closing "',
      ]);
    this.#cursor.at = quoted.end;
    this.#cursor.token('string', at, this.#cursor.at);
    if (!endsToken(this.#cursor.text, this.#cursor.at))
      throw this.#cursor.fail(['white space', 'the end of the query'], 'text follows the closing quote');
    return this.#leaf({
      kind: 'match',
      field,
      value: quoted.value,
      span: this.#cursor.spanFrom(start),
    });
  }

  #compare(field: string, op: CompareOp, start: number): Filter {
    const at = this.#cursor.at;
    this.#cursor.token('operator', at, at + op.length);
    this.#cursor.at += op.length;
    const value = this.#boundText(['a number', 'a time', 'a level']);
    return this.#leaf({
      kind: 'compare',
      field,
      op,
      value,
      span: this.#cursor.spanFrom(start),
    });
  }

  /** A value without wildcards, bare or in quotes. */
  #boundText(expected: readonly string[]): string {
    const at = this.#cursor.at;
    if (endsToken(this.#cursor.text, at)) throw this.#cursor.fail(expected, 'value is missing');
    const quoted = this.#cursor.text[at] === '"' ? scanQuoted(this.#cursor.text, at) : undefined;
    const piece = quoted ?? scanBare(this.#cursor.text, at, this.#groups > 0, '');
    this.#cursor.at = piece.end;
    this.#cursor.token('value', at, this.#cursor.at);
    if (!endsToken(this.#cursor.text, this.#cursor.at))
      throw this.#cursor.fail(['white space', 'the end of the query'], 'text follows the closing quote');
    return piece.value;
  }

  #range(field: string, start: number): Filter {
    const at = this.#cursor.at;
    RANGE.lastIndex = at;
    const match = RANGE.exec(this.#cursor.text);
    if (match === null) {
      const end = scanBare(this.#cursor.text, at, this.#groups > 0, '').end;
      throw new QuerySyntaxError(
        'range is not complete',
        { start: at, end: Math.max(end, at + 1) },
        this.#cursor.text.slice(at, Math.max(end, at + 1)),
        ['[low TO high]', '{low TO high}', 'a value in quotes'],
      );
    }
    const [all, open, low, high, close] = match as unknown as [string, string, string, string, string];
    this.#cursor.at = at + all.length;
    this.#cursor.token('value', at, this.#cursor.at);
    if (!endsToken(this.#cursor.text, this.#cursor.at))
      throw this.#cursor.fail(['white space', 'the end of the query'], 'text follows the range');
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
      span: this.#cursor.spanFrom(start),
    });
  }

  #regex(field: string | null, { source, end }: { source: string; end: number }, start: number): Filter {
    const at = this.#cursor.at;
    this.#cursor.at = end;
    this.#cursor.token('regex', at, end);
    try {
      RE2JS.compile(source);
    } catch (error) {
      const message = `regular expression cannot be read: ${(error as Error).message}`;
      throw new QuerySyntaxError(message, { start: at, end }, this.#cursor.text.slice(at, end), [
        'an expression in RE2 syntax',
      ]);
    }
    return this.#leaf({
      kind: 'regex',
      field,
      source,
      span: this.#cursor.spanFrom(start),
    });
  }

  #bareLeaf(field: string | null, bare: ReturnType<typeof scanBare>, start: number, kind: TokenKind): Filter {
    const at = this.#cursor.at;
    this.#cursor.at = bare.end;
    if (bare.pattern !== undefined) {
      this.#cursor.token('glob', at, bare.end);
      return this.#leaf({
        kind: 'glob',
        field,
        pattern: bare.pattern,
        span: this.#cursor.spanFrom(start),
      });
    }
    this.#cursor.token(kind, at, bare.end);
    if (field === null && bare.value.trim() === '') {
      const place = { start: at, end: bare.end };
      throw new QuerySyntaxError('term holds white space alone', place, bare.raw, ['a word', 'a phrase in quotes']);
    }
    return this.#leaf({
      kind: 'match',
      field,
      value: bare.value,
      span: this.#cursor.spanFrom(start),
    });
  }

  #leaf(leaf: Leaf): Leaf {
    this.#countLeaf();
    checkLeaf(leaf, this.#cursor.text);
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

  #closesGroup(): boolean {
    return this.#groups > 0 && this.#cursor.text[this.#cursor.at] === ')';
  }
}
