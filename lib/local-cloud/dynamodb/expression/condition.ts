import { type AttributeType, type AttributeValue, typeOf } from '../attribute-value.ts';
import { compareValues } from '../sort-order.ts';
import { type Path, parsePath, showPath } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import { isKeyword, Tokens } from './tokens.ts';

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly of: Operand };

/** A condition, filter or key condition. */
export type Condition =
  | {
      readonly kind: 'or' | 'and';
      readonly left: Condition;
      readonly right: Condition;
    }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'compare';
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: 'between';
      readonly operand: Operand;
      readonly lower: Operand;
      readonly upper: Operand;
    }
  | {
      readonly kind: 'in';
      readonly operand: Operand;
      readonly values: readonly Operand[];
    }
  | { readonly kind: 'exists'; readonly path: Path; readonly wanted: boolean }
  | { readonly kind: 'type'; readonly path: Path; readonly type: AttributeType }
  | {
      readonly kind: 'begins_with' | 'contains';
      readonly operand: Operand;
      readonly part: Operand;
    };

const COMPARATORS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
const TYPES: readonly AttributeType[] = ['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M'];
const ARGUMENTS: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
const MAX_OPERATORS = 300;
const MAX_IN_VALUES = 100;

/** Parses an expression that is true or false of an item. `where` names the parameter. @throws AwsError */
export function parseCondition(where: string, text: string, placeholders: Placeholders): Condition {
  const parser = new ConditionParser(new Tokens(where, text), placeholders);
  return parser.parse();
}

class ConditionParser {
  readonly #tokens: Tokens;
  readonly #placeholders: Placeholders;
  #operators = 0;

  constructor(tokens: Tokens, placeholders: Placeholders) {
    this.#tokens = tokens;
    this.#placeholders = placeholders;
  }

  parse(): Condition {
    const condition = this.#or();
    this.#tokens.expectEnd();
    return condition;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#tokens.takeKeyword('OR')) {
      this.#count();
      left = { kind: 'or', left, right: this.#and() };
    }
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#tokens.takeKeyword('AND')) {
      this.#count();
      left = { kind: 'and', left, right: this.#not() };
    }
    return left;
  }

  #not(): Condition {
    if (!this.#tokens.takeKeyword('NOT')) return this.#primary();
    this.#count();
    return { kind: 'not', condition: this.#tokens.nested(() => this.#not()) };
  }

  #primary(): Condition {
    const tokens = this.#tokens;
    if (tokens.takeSymbol('(')) {
      const doubled = tokens.peek().text === '(' && this.#closesTogether();
      if (doubled) throw tokens.error('The expression has redundant parentheses;');
      const condition = tokens.nested(() => this.#or());
      tokens.expectSymbol(')');
      return condition;
    }
    this.#count();
    if (tokens.peek().kind === 'word' && tokens.peek(1).text === '(' && tokens.peek().text !== 'size')
      return this.#function();
    const left = this.#operand();
    if (tokens.takeKeyword('BETWEEN')) return this.#between(left);
    if (tokens.takeKeyword('IN')) return this.#in(left);
    const { kind, text } = tokens.peek();
    if (kind !== 'symbol' || !COMPARATORS.has(text)) throw tokens.unexpected();
    tokens.take();
    const comparator = text as Comparator;
    const right = this.#operand();
    this.#checkDistinct(comparator, left, right);
    if (comparator !== '=' && comparator !== '<>')
      for (const operand of [left, right]) this.#checkSortable(comparator, operand);
    return { kind: 'compare', comparator, left, right };
  }

  /** Whether the group that opens at the next token closes right before the one around it does. */
  #closesTogether(): boolean {
    let depth = 0;
    for (let ahead = 0; ; ahead++) {
      const { kind, text } = this.#tokens.peek(ahead);
      if (kind === 'end') return false;
      if (text === '(') depth++;
      if (text === ')') depth--;
      if (depth === 0) return this.#tokens.peek(ahead + 1).text === ')';
    }
  }

  #between(operand: Operand): Condition {
    const lower = this.#operand();
    if (!this.#tokens.takeKeyword('AND')) throw this.#tokens.unexpected();
    const upper = this.#operand();
    this.#checkSortable('BETWEEN', lower);
    this.#checkSortable('BETWEEN', upper);
    if (lower.kind === 'value' && upper.kind === 'value') {
      const order = compareValues(lower.value, upper.value);
      const shown = `lower bound operand: AttributeValue: ${showValue(lower.value)}, upper bound operand: AttributeValue: ${showValue(upper.value)}`;
      if (order === undefined) {
        throw this.#tokens.error(`The BETWEEN operator requires same data type for lower and upper bounds; ${shown}`);
      }
      if (order > 0) {
        throw this.#tokens.error(
          `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${shown}`,
        );
      }
    }
    return { kind: 'between', operand, lower, upper };
  }

  #in(operand: Operand): Condition {
    this.#tokens.expectSymbol('(');
    const values = [this.#operand()];
    while (this.#tokens.takeSymbol(',')) values.push(this.#operand());
    this.#tokens.expectSymbol(')');
    if (values.length > MAX_IN_VALUES) {
      throw this.#tokens.error(
        `The IN operator is provided with too many operands; number of operands: ${values.length}`,
      );
    }
    return { kind: 'in', operand, values };
  }

  #function(): Condition {
    const name = this.#tokens.take().text;
    const operands = this.#arguments(name);
    const [first, second] = operands;
    if (first === undefined) throw this.#tokens.unexpected();
    switch (name) {
      case 'attribute_exists':
      case 'attribute_not_exists':
        return {
          kind: 'exists',
          path: this.#pathOf(name, first),
          wanted: name === 'attribute_exists',
        };
      case 'attribute_type':
        return {
          kind: 'type',
          path: this.#pathOf(name, first),
          type: this.#typeName(name, second),
        };
      default: {
        const part = second as Operand;
        const kind = name as 'begins_with' | 'contains';
        this.#checkDistinct(kind, first, part);
        if (kind === 'begins_with') for (const operand of [first, part]) this.#checkType(kind, operand, ['S', 'B']);
        return { kind, operand: first, part };
      }
    }
  }

  #arguments(name: string): readonly Operand[] {
    const wanted = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined;
    if (wanted === undefined) throw this.#tokens.error(`Invalid function name; function: ${name}`);
    this.#tokens.expectSymbol('(');
    const operands = [this.#operand()];
    while (this.#tokens.takeSymbol(',')) operands.push(this.#operand());
    this.#tokens.expectSymbol(')');
    if (operands.length !== wanted) {
      throw this.#tokens.error(
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
      );
    }
    return operands;
  }

  #operand(): Operand {
    const { kind, text } = this.#tokens.peek();
    if (kind === 'value') {
      this.#tokens.take();
      return {
        kind: 'value',
        value: this.#placeholders.value(this.#tokens, text),
      };
    }
    if (kind === 'word' && this.#tokens.peek(1).text === '(') {
      if (text !== 'size') {
        const known = Object.hasOwn(ARGUMENTS, text);
        throw this.#tokens.error(
          known
            ? `The function is not allowed to be used this way in an expression; function: ${text}`
            : `Invalid function name; function: ${text}`,
        );
      }
      this.#tokens.take();
      const [of] = this.#arguments('size');
      const operand = of as Operand;
      if (operand.kind === 'size')
        throw this.#tokens.error('The function is not allowed to be used this way in an expression; function: size');
      this.#checkType('size', operand, ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
      return { kind: 'size', of: operand };
    }
    if (['AND', 'OR', 'NOT', 'BETWEEN', 'IN'].some((keyword) => isKeyword(this.#tokens.peek(), keyword)))
      throw this.#tokens.unexpected();
    return { kind: 'path', path: parsePath(this.#tokens, this.#placeholders) };
  }

  #pathOf(name: string, operand: Operand): Path {
    if (operand.kind === 'path') return operand.path;
    throw this.#tokens.error(`Operator or function requires a document path; operator or function: ${name}`);
  }

  #typeName(name: string, operand: Operand | undefined): AttributeType {
    const value = operand?.kind === 'value' ? operand.value : undefined;
    if (value === undefined || !('S' in value)) {
      const type = value === undefined ? 'path' : typeOf(value);
      throw this.#tokens.error(
        `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
      );
    }
    const type = TYPES.find((one) => one === value.S);
    if (type !== undefined) return type;
    throw this.#tokens.error(`Invalid attribute type name found; type: ${value.S}, valid types: {${TYPES.join(',')}}`);
  }

  #checkSortable(name: string, operand: Operand): void {
    this.#checkType(name, operand, ['S', 'N', 'B']);
  }

  #checkType(name: string, operand: Operand, allowed: readonly AttributeType[]): void {
    if (operand.kind !== 'value' || allowed.includes(typeOf(operand.value))) return;
    throw this.#tokens.error(
      `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${typeOf(operand.value)}`,
    );
  }

  #checkDistinct(name: string, left: Operand, right: Operand): void {
    if (left.kind !== 'path' || right.kind !== 'path' || showPath(left.path) !== showPath(right.path)) return;
    throw this.#tokens.error(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${showPath(left.path)}`,
    );
  }

  #count(): void {
    if (++this.#operators > MAX_OPERATORS) {
      throw this.#tokens.error(
        `The expression contains too many operators; operator count: ${this.#operators}, maximum: ${MAX_OPERATORS}`,
      );
    }
  }
}

/** As errors show it: `{S:abc}`. */
function showValue(value: AttributeValue): string {
  const content = Object.values(value)[0] as unknown;
  return `{${typeOf(value)}:${typeof content === 'object' ? JSON.stringify(content) : String(content)}}`;
}

/** Names of the attributes that a condition looks at, at the top of the item. */
export function attributesOf(condition: Condition): readonly string[] {
  const of = (operand: Operand): readonly string[] =>
    operand.kind === 'path' ? [operand.path[0]] : operand.kind === 'size' ? of(operand.of) : [];
  switch (condition.kind) {
    case 'or':
    case 'and':
      return [...attributesOf(condition.left), ...attributesOf(condition.right)];
    case 'not':
      return attributesOf(condition.condition);
    case 'compare':
      return [...of(condition.left), ...of(condition.right)];
    case 'between':
      return [condition.operand, condition.lower, condition.upper].flatMap(of);
    case 'in':
      return [condition.operand, ...condition.values].flatMap(of);
    case 'exists':
    case 'type':
      return [condition.path[0]];
    case 'begins_with':
    case 'contains':
      return [...of(condition.operand), ...of(condition.part)];
    default:
      return condition satisfies never;
  }
}
