import { type Grouping, MEASURES, type Measure, type Pipe } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { QueryLimitError, QuerySyntaxError } from './errors.ts';
import { scanName, scanQuoted } from './lexer.ts';
import { LIMITS } from './limits.ts';
import { printMeasure } from './printer.ts';
import { parseStep } from './time.ts';

const PIPES = ['stats', 'top', 'sort', 'limit', 'fields'] as const;

/** Reads the pipes of a query, one at a time. */
export class PipeParser {
  readonly #cursor: Cursor;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** @param before the pipes in front of it */
  parse(before: readonly Pipe[]): Pipe {
    this.#cursor.skip();
    const start = this.#cursor.at;
    const name = this.#identifier(PIPES, 'name of a pipe is missing');
    const kind = PIPES.find((known) => known === name);
    if (kind === undefined) {
      const message = name === 'patterns' ? '"patterns" is reserved and cannot be run yet' : `"${name}" is no pipe`;
      throw new QuerySyntaxError(message, { start, end: this.#cursor.at }, name, PIPES);
    }
    if ((kind === 'stats' || kind === 'top') && before.length > 0) {
      throw new QuerySyntaxError(`"${kind}" must be the first pipe`, { start, end: this.#cursor.at }, name, [
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
        return { kind, limit, field, span: this.#cursor.spanFrom(start) };
      }
      case 'sort': {
        const by = this.#commas(() => {
          const minus = this.#cursor.text[this.#cursor.at] === '-';
          if (minus) this.#cursor.at++;
          const column = this.#column();
          this.#cursor.skip();
          const direction = /(?:asc|desc)(?=[\s,|]|$)/y;
          direction.lastIndex = this.#cursor.at;
          const word = direction.exec(this.#cursor.text)?.[0];
          if (word !== undefined) {
            this.#cursor.token('keyword', this.#cursor.at, this.#cursor.at + word.length);
            this.#cursor.at += word.length;
          }
          return { column, descending: minus || word === 'desc' };
        });
        return { kind, by, span: this.#cursor.spanFrom(start) };
      }
      case 'limit': {
        const count = this.#number();
        if (count === undefined) throw this.#cursor.fail(['a number from 1 to 10000'], 'limit is missing');
        return { kind, count, span: this.#cursor.spanFrom(start) };
      }
      case 'fields':
        return {
          kind,
          names: this.#commas(() => this.#fieldName()),
          span: this.#cursor.spanFrom(start),
        };
      default:
        return kind satisfies never;
    }
  }

  #stats(start: number): Pipe {
    const measures = this.#commas(() => this.#measure());
    const groups: Grouping[] = [];
    this.#cursor.skip();
    const by = /by(?=[\s("]|$)/y;
    by.lastIndex = this.#cursor.at;
    if (by.test(this.#cursor.text)) {
      this.#cursor.token('keyword', this.#cursor.at, this.#cursor.at + 2);
      this.#cursor.at += 2;
      groups.push(...this.#commas(() => this.#grouping()));
    }
    if (measures.length > LIMITS.measures) throw new QueryLimitError(`stats has more than ${LIMITS.measures} measures`);
    if (groups.length > LIMITS.groups) throw new QueryLimitError(`stats has more than ${LIMITS.groups} groups`);
    return { kind: 'stats', measures, groups, span: this.#cursor.spanFrom(start) };
  }

  #measure(): Measure {
    const start = this.#cursor.at;
    const fn = this.#identifier(MEASURES, 'measure is missing');
    const known = MEASURES.find((measure) => measure === fn);
    if (known === undefined)
      throw new QuerySyntaxError(`"${fn}" is no measure`, { start, end: this.#cursor.at }, fn, MEASURES);
    let field: string | null = null;
    if (this.#cursor.text[this.#cursor.at] === '(') {
      this.#cursor.at++;
      this.#cursor.skip();
      if (this.#cursor.text[this.#cursor.at] !== ')') field = this.#fieldName();
      this.#cursor.skip();
      if (this.#cursor.text[this.#cursor.at] !== ')') throw this.#cursor.fail(['")"'], 'parenthesis is not closed');
      this.#cursor.at++;
    }
    if (known !== 'count' && field === null) throw this.#cursor.fail([`${known}(field)`], `"${known}" needs a field`);
    return { fn: known, field };
  }

  #grouping(): Grouping {
    const start = this.#cursor.at;
    const call = /time\s*\(/y;
    call.lastIndex = start;
    if (!call.test(this.#cursor.text)) return { by: 'field', field: this.#fieldName() };
    const match = /time\s*\(\s*([^)\s]*)\s*\)/y;
    match.lastIndex = start;
    const step = match.exec(this.#cursor.text);
    if (step === null || parseStep(step[1] as string) === undefined) {
      this.#cursor.at = start;
      throw this.#cursor.fail(['time(5m)', 'time(1h)', 'time(1d)'], 'step of time cannot be read');
    }
    this.#cursor.token('function', start, match.lastIndex);
    this.#cursor.at = match.lastIndex;
    return { by: 'time', step: step[1] as string };
  }

  /** A column of the result before: a field or a measure as it is written. */
  #column(): string {
    const time = /time\(\s*(\w+)\s*\)/y;
    time.lastIndex = this.#cursor.at;
    const step = time.exec(this.#cursor.text);
    if (step !== null) {
      this.#cursor.token('function', this.#cursor.at, time.lastIndex);
      this.#cursor.at = time.lastIndex;
      return `time(${step[1]})`;
    }
    const call = new RegExp(`(?:${MEASURES.join('|')})\\(`, 'y');
    call.lastIndex = this.#cursor.at;
    return call.test(this.#cursor.text) ? printMeasure(this.#measure()) : this.#fieldName();
  }

  #fieldName(): string {
    this.#cursor.skip();
    const at = this.#cursor.at;
    const quoted = this.#cursor.text[at] === '"' ? scanQuoted(this.#cursor.text, at) : undefined;
    const name = quoted === undefined ? scanName(this.#cursor.text, at) : quoted.value;
    if (name === undefined || name === '' || /\p{Cc}/u.test(name))
      throw this.#cursor.fail(['a field name'], 'field is missing');
    this.#cursor.at = quoted?.end ?? at + name.length;
    this.#cursor.token('field', at, this.#cursor.at);
    return name;
  }

  #number(): number | undefined {
    this.#cursor.skip();
    const at = this.#cursor.at;
    const digits = /\d+(?=[\s|,)]|$)/y;
    digits.lastIndex = at;
    const text = digits.exec(this.#cursor.text)?.[0];
    if (text === undefined) return undefined;
    this.#cursor.at += text.length;
    this.#cursor.token('value', at, this.#cursor.at);
    const value = Number(text);
    if (value < 1 || value > 10_000) {
      throw new QuerySyntaxError(`${text} is out of range`, { start: at, end: this.#cursor.at }, text, [
        'a number from 1 to 10000',
      ]);
    }
    return value;
  }

  #commas<T>(item: () => T): T[] {
    const items: T[] = [];
    do {
      if (items.length > 0) this.#cursor.at++;
      this.#cursor.skip();
      items.push(item());
      this.#cursor.skip();
    } while (this.#cursor.text[this.#cursor.at] === ',');
    return items;
  }

  #identifier(expected: readonly string[], message: string): string {
    this.#cursor.skip();
    const at = this.#cursor.at;
    const word = /[A-Za-z]\w*/y;
    word.lastIndex = at;
    const name = word.exec(this.#cursor.text)?.[0];
    if (name === undefined) throw this.#cursor.fail(expected, message);
    this.#cursor.at += name.length;
    this.#cursor.token('function', at, this.#cursor.at);
    return name;
  }
}
