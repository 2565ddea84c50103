import { type AttributeValue, typeOf } from '../attribute-value.ts';
import { checkApart, type Path, parsePath } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import { isKeyword, Tokens } from './tokens.ts';

/** What a `SET` sets. */
export type SetValue =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | {
      readonly kind: 'if_not_exists';
      readonly path: Path;
      readonly otherwise: SetValue;
    }
  | {
      readonly kind: 'list_append' | 'plus' | 'minus';
      readonly left: SetValue;
      readonly right: SetValue;
    };

export type Action =
  | { readonly kind: 'set'; readonly path: Path; readonly value: SetValue }
  | { readonly kind: 'remove'; readonly path: Path }
  | {
      readonly kind: 'add' | 'delete';
      readonly path: Path;
      readonly value: AttributeValue;
    };

const SECTIONS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

/** Parses an `UpdateExpression`. @throws AwsError */
export function parseUpdate(text: string, placeholders: Placeholders): readonly Action[] {
  const tokens = new Tokens('UpdateExpression', text);
  const actions: Action[] = [];
  const seen = new Set<string>();
  while (tokens.peek().kind !== 'end') {
    const section = SECTIONS.find((one) => isKeyword(tokens.peek(), one));
    if (section === undefined) throw tokens.unexpected();
    tokens.take();
    if (seen.has(section))
      throw tokens.error(`The "${section}" section can only be used once in an update expression;`);
    seen.add(section);
    do actions.push(parseAction(section, tokens, placeholders));
    while (tokens.takeSymbol(','));
  }
  checkApart(
    tokens,
    actions.map(({ path }) => path),
  );
  return actions;
}

function parseAction(section: (typeof SECTIONS)[number], tokens: Tokens, placeholders: Placeholders): Action {
  const path = parsePath(tokens, placeholders);
  switch (section) {
    case 'SET':
      tokens.expectSymbol('=');
      return { kind: 'set', path, value: parseSum(tokens, placeholders) };
    case 'REMOVE':
      return { kind: 'remove', path };
    case 'ADD':
      return {
        kind: 'add',
        path,
        value: parseSetOrNumber(section, ['N', 'SS', 'NS', 'BS'], tokens, placeholders),
      };
    case 'DELETE':
      return {
        kind: 'delete',
        path,
        value: parseSetOrNumber(section, ['SS', 'NS', 'BS'], tokens, placeholders),
      };
    default:
      return section satisfies never;
  }
}

function parseSetOrNumber(
  section: string,
  allowed: readonly string[],
  tokens: Tokens,
  placeholders: Placeholders,
): AttributeValue {
  if (tokens.peek().kind !== 'value') throw tokens.unexpected();
  const value = placeholders.value(tokens, tokens.take().text);
  if (allowed.includes(typeOf(value))) return value;
  throw tokens.error(
    `Incorrect operand type for operator or function; operator: ${section}, operand type: ${LONG_NAMES[typeOf(value)]}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
  );
}

function parseSum(tokens: Tokens, placeholders: Placeholders): SetValue {
  const left = parseOperand(tokens, placeholders);
  const kind = tokens.takeSymbol('+') ? 'plus' : tokens.takeSymbol('-') ? 'minus' : undefined;
  if (kind === undefined) return left;
  const right = parseOperand(tokens, placeholders);
  for (const operand of [left, right]) checkLiteral(tokens, kind === 'plus' ? '+' : '-', operand, 'N');
  return { kind, left, right };
}

function parseOperand(tokens: Tokens, placeholders: Placeholders): SetValue {
  const { kind, text } = tokens.peek();
  if (kind === 'value') {
    tokens.take();
    return { kind: 'value', value: placeholders.value(tokens, text) };
  }
  if (tokens.takeSymbol('(')) {
    const inner = tokens.nested(() => parseSum(tokens, placeholders));
    tokens.expectSymbol(')');
    return inner;
  }
  if (kind === 'word' && tokens.peek(1).text === '(') return tokens.nested(() => parseFunction(tokens, placeholders));
  return { kind: 'path', path: parsePath(tokens, placeholders) };
}

function parseFunction(tokens: Tokens, placeholders: Placeholders): SetValue {
  const name = tokens.take().text;
  if (name !== 'if_not_exists' && name !== 'list_append') {
    const known = [
      'attribute_exists',
      'attribute_not_exists',
      'attribute_type',
      'begins_with',
      'contains',
      'size',
    ].includes(name);
    throw tokens.error(
      known
        ? `The function is not allowed in an update expression; function: ${name}`
        : `Invalid function name; function: ${name}`,
    );
  }
  tokens.expectSymbol('(');
  const operands = [parseOperand(tokens, placeholders)];
  while (tokens.takeSymbol(',')) operands.push(parseOperand(tokens, placeholders));
  tokens.expectSymbol(')');
  const [left, right] = operands;
  if (left === undefined || right === undefined || operands.length !== 2) {
    throw tokens.error(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  if (name === 'list_append') {
    for (const operand of operands) checkLiteral(tokens, name, operand, 'L');
    return { kind: 'list_append', left, right };
  }
  if (left.kind !== 'path') {
    throw tokens.error(`Operator or function requires a document path; operator or function: ${name}`);
  }
  return { kind: 'if_not_exists', path: left.path, otherwise: right };
}

function checkLiteral(tokens: Tokens, name: string, operand: SetValue, wanted: 'N' | 'L'): void {
  if (operand.kind !== 'value' || typeOf(operand.value) === wanted) return;
  throw tokens.error(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${typeOf(operand.value)}`,
  );
}

const LONG_NAMES = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  M: 'MAP',
  L: 'LIST',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
} as const;
