import { type Anchor, AnchorScan } from './anchors.ts';
import { findCardNumbers, holdsCardNumber } from './card-number.ts';
import type { Found } from './found.ts';
import { isMarked } from './marker.ts';
import { findNamedSecret, NAME_ANCHORS } from './named-secret.ts';
import { CARD_RULE, TOKEN_RULES, type TokenRule } from './rules.ts';

/** Finds credentials and card numbers in texts, in one pass over each. */
export class SecretFinder {
  readonly #scan: AnchorScan | undefined;
  readonly #cards: boolean;
  #found: Found[] = [];
  /** One is enough. */
  #first = false;

  /** @param isActive which rules are looked for, by name */
  constructor(isActive: (rule: string) => boolean) {
    const named = ['password', 'secret', 'token', 'api-key', 'authorization'].some(isActive);
    const anchors: Anchor[] = TOKEN_RULES.filter(({ name }) => isActive(name)).flatMap((rule) =>
      rule.anchors.map((text) => ({
        text,
        check: (content: string, at: number) => this.#take(content, matchToken(rule, content, at)),
      })),
    );
    const checkName = (content: string, at: number) => {
      const found = findNamedSecret(content, at);
      return found !== undefined && isActive(found.rule) ? this.#take(content, found) : undefined;
    };
    if (named) anchors.unshift(...NAME_ANCHORS.map((text) => ({ text, check: checkName })));
    this.#scan = anchors.length === 0 ? undefined : new AnchorScan(anchors);
    this.#cards = isActive(CARD_RULE.name);
  }

  /** Places in order; they may overlap. */
  find(text: string): Found[] {
    this.#found = [];
    this.#first = false;
    this.#scan?.run(text);
    const found = this.#found;
    if (this.#cards) {
      const before = found.length;
      findCardNumbers(text, (start, end) =>
        found.push({ rule: CARD_RULE.name, start, end, quote: quoteOfNumber(text, start, end) }),
      );
      if (before > 0 && found.length > before) found.sort((a, b) => a.start - b.start);
    }
    return found;
  }

  /** Whether `find` would find anything from a place on. */
  holds(text: string, from: number): boolean {
    this.#found = [];
    this.#first = true;
    this.#scan?.run(text, from);
    return this.#found.length > 0 || (this.#cards && holdsCardNumber(text, from));
  }

  #take(text: string, found: Found | undefined): number | undefined {
    if (found === undefined || isMarked(text, found.start)) return undefined;
    this.#found.push(found);
    return this.#first ? Number.MAX_SAFE_INTEGER : found.end;
  }
}

function matchToken({ name, form, before }: TokenRule, text: string, at: number): Found | undefined {
  form.lastIndex = at;
  const match = form.exec(text);
  if (match === null) return undefined;
  const [start, end] = match.indices?.findLast((range, group) => group === 0 || range !== undefined) ?? [at, at];
  return { rule: name, start: start - before, end };
}

/** A number of JSON becomes a text, which stands in quotes. */
const quoteOfNumber = (text: string, start: number, end: number): string =>
  /^\s*[[{]/.test(text.slice(0, 16)) &&
  /[:,[]\s?$/.test(text.slice(Math.max(0, start - 2), start)) &&
  /^\s?[,}\]]/.test(text.slice(end, end + 2))
    ? '"'
    : '';
