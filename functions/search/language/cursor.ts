import type { Span } from './errors.ts';
import { QuerySyntaxError } from './errors.ts';
import { scanBare, skipSpace, type Token, type TokenKind } from './lexer.ts';

const KEYWORD = /(?:AND|OR|NOT)(?=[\s()"]|$)|(?:&&|\|\|)(?=\s|$)/y;

/** Where a query text is read, and the tokens that were read of it. */
export class Cursor {
  readonly text: string;
  readonly tokens: Token[] = [];
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isDone(): boolean {
    return this.at >= this.text.length;
  }

  get isAtPipe(): boolean {
    return this.text[this.at] === '|' && this.keyword() === undefined;
  }

  skip(): void {
    this.at = skipSpace(this.text, this.at);
  }

  /** The keyword that stands here, if one does. */
  keyword(): string | undefined {
    KEYWORD.lastIndex = this.at;
    return KEYWORD.exec(this.text)?.[0];
  }

  takeKeyword(keyword: string): void {
    this.token('keyword', this.at, this.at + keyword.length);
    this.at += keyword.length;
  }

  token(kind: TokenKind, start: number, end: number): void {
    this.tokens.push({ kind, start, end });
  }

  spanFrom(start: number): Span {
    return { start, end: this.at };
  }

  /** What stands at a place, for people. */
  found(at: number): string {
    if (at >= this.text.length) return END;
    const { raw } = scanBare(this.text, at, false, '');
    return raw === '' ? (this.text[at] as string) : raw.slice(0, 50);
  }

  /** An error at this place. */
  fail(expected: readonly string[], message: string): QuerySyntaxError {
    const found = this.found(this.at);
    const end = this.isDone ? this.at : Math.min(this.text.length, this.at + Math.max(1, found.length));
    const told = found === END ? found : `"${found}"`;
    const sentence = `${message}: found ${told}, expected ${expected.join(' or ')}`;
    return new QuerySyntaxError(sentence, { start: this.at, end }, found, expected);
  }
}

const END = 'the end of the query';
