import { invalid } from '../validation.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';
  readonly text: string;
}

const MAX_EXPRESSION_BYTES = 4096;
/** Far beyond what anybody writes, and far below what the stack can hold. */
const MAX_DEPTH = 300;
const TOKEN = /\s*(?:(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|(<>|<=|>=|[=<>()[\].,+-]))/y;
const END: Token = { kind: 'end', text: '<EOF>' };

/** Reads the tokens of one expression one after the other. `where` names the parameter in errors, for example `FilterExpression`. */
export class Tokens {
  readonly where: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(where: string, text: string) {
    this.where = where;
    if (text.trim() === '') throw this.error('The expression can not be empty;');
    if (Buffer.byteLength(text) > MAX_EXPRESSION_BYTES) {
      throw this.error(
        `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
      );
    }
    this.#tokens = tokenise(this, text);
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? END;
  }

  take(): Token {
    const token = this.peek();
    this.#next++;
    return token;
  }

  /** Takes the next token if it is the symbol `text`. */
  takeSymbol(text: string): boolean {
    return this.#takeIf(({ kind, text: seen }) => kind === 'symbol' && seen === text);
  }

  /** Takes the next token if it is the keyword, in any case. */
  takeKeyword(keyword: string): boolean {
    return this.#takeIf((token) => isKeyword(token, keyword));
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.unexpected();
  }

  /** Reads something in parentheses or behind a `NOT`. @throws AwsError when that is too deep */
  nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.error(`The expression is nested too deeply; maximum depth: ${MAX_DEPTH}`);
    const result = read();
    this.#depth--;
    return result;
  }

  /** The syntax error that the next token is. */
  unexpected() {
    const near = [this.#next - 1, this.#next, this.#next + 1]
      .map((index) => this.#tokens[index]?.text ?? '')
      .join(' ')
      .trim();
    return this.error(`Syntax error; token: "${this.peek().text}", near: "${near}"`);
  }

  error(detail: string) {
    return invalid(`Invalid ${this.where}: ${detail}`);
  }

  #takeIf(test: (token: Token) => boolean): boolean {
    const taken = test(this.peek());
    if (taken) this.#next++;
    return taken;
  }
}

export const isKeyword = ({ kind, text }: Token, keyword: string): boolean =>
  kind === 'word' && text.toUpperCase() === keyword;

function tokenise(tokens: Tokens, text: string): Token[] {
  const found: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      const rest = text.slice(start).trim();
      throw tokens.error(`Syntax error; token: "${rest[0]}", near: "${rest.slice(0, 10)}"`);
    }
    const [, name, value, word, number, symbol] = match;
    if (name !== undefined) found.push({ kind: 'name', text: name });
    else if (value !== undefined) found.push({ kind: 'value', text: value });
    else if (word !== undefined) found.push({ kind: 'word', text: word });
    else if (number !== undefined) found.push({ kind: 'number', text: number });
    else found.push({ kind: 'symbol', text: symbol ?? '' });
  }
  return found;
}
