import { digitCount, formatDecimal, parseDecimal } from './decimal.ts';
import { invalid, invalidParameter } from './validation.ts';

export type AttributeType = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'M' | 'L' | 'NULL' | 'BOOL';

/** A value as it is on the wire, numbers in their one form, bytes as canonical base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly M: Item }
  | { readonly L: readonly AttributeValue[] }
  | { readonly NULL: true }
  | { readonly BOOL: boolean };

export type Item = Readonly<Record<string, AttributeValue>>;

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const MAX_DEPTH = 32;
export const MAX_ITEM_BYTES = 400 * 1024;

/** The name of the one type that a value has. */
export const typeOf = (value: AttributeValue): AttributeType => Object.keys(value)[0] as AttributeType;

/** Checks a value that came on the wire and gives it its one form. @throws AwsError */
export function parseValue(raw: unknown, depth = 0): AttributeValue {
  if (depth > MAX_DEPTH) throw invalid('Nesting Levels have exceeded supported limits');
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw))
    throw invalid('Supplied AttributeValue is not a structure');
  const [entry, ...more] = Object.entries(raw);
  if (entry === undefined) {
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (more.length > 0) {
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  const [type, content] = entry;
  switch (type) {
    case 'S':
      return { S: text(content, type) };
    case 'N':
      return { N: formatDecimal(parseDecimal(text(content, type))) };
    case 'B':
      return { B: bytes(content, type) };
    case 'BOOL':
      if (typeof content !== 'boolean') throw wrongType(type, 'a boolean');
      return { BOOL: content };
    case 'NULL':
      if (content !== true) throw invalidParameter('Null attribute value types must have the value of true');
      return { NULL: true };
    case 'SS':
      return {
        SS: distinct(
          list(content, type).map((one) => text(one, type)),
          'An string set  may not be empty',
        ),
      };
    case 'NS': {
      const numbers = list(content, type).map((one) => formatDecimal(parseDecimal(text(one, type))));
      return { NS: distinct(numbers, 'An number set  may not be empty') };
    }
    case 'BS':
      return {
        BS: distinct(
          list(content, type).map((one) => bytes(one, type)),
          'Binary sets should not be empty',
        ),
      };
    case 'L':
      return {
        L: list(content, type).map((one) => parseValue(one, depth + 1)),
      };
    case 'M':
      if (content === null || typeof content !== 'object' || Array.isArray(content)) throw wrongType(type, 'a map');
      return { M: parseItem(content as Record<string, unknown>, depth + 1) };
    default:
      throw invalid(`Supplied AttributeValue has a datatype that is not known: ${type}`);
  }
}

/** Checks a whole item or map. @throws AwsError */
export function parseItem(raw: Readonly<Record<string, unknown>>, depth = 0): Item {
  const entries = Object.entries(raw).map(([name, value]) => [name, parseValue(value, depth)] as const);
  // fromEntries defines own properties, so that an attribute may well be called `__proto__`
  return Object.fromEntries(entries);
}

/** The attribute of an item, never something inherited. */
export const attribute = (item: Item, name: string): AttributeValue | undefined =>
  Object.hasOwn(item, name) ? item[name] : undefined;

/** Same type and content; sets in any order. */
export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if ('L' in a && 'L' in b) {
    return a.L.length === b.L.length && a.L.every((value, index) => equalValues(value, b.L[index] as AttributeValue));
  }
  if ('M' in a && 'M' in b) {
    const names = Object.keys(a.M);
    return (
      names.length === Object.keys(b.M).length &&
      names.every(
        (name) => Object.hasOwn(b.M, name) && equalValues(a.M[name] as AttributeValue, b.M[name] as AttributeValue),
      )
    );
  }
  const [left, right] = [setOf(a), setOf(b)];
  if (left !== undefined && right !== undefined) {
    return left.length === right.length && new Set([...left, ...right]).size === left.length;
  }
  return Object.values(a)[0] === Object.values(b)[0];
}

/** The elements of a set, in their one form. */
export function setOf(value: AttributeValue): readonly string[] | undefined {
  if ('SS' in value) return value.SS;
  if ('NS' in value) return value.NS;
  return 'BS' in value ? value.BS : undefined;
}

/** Size of an item as DynamoDB counts it, in bytes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function sizeOfItem(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value), 0);
}

function sizeOfValue(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return sizeOfNumber(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('SS' in value) return value.SS.reduce((sum, one) => sum + Buffer.byteLength(one), 0);
  if ('NS' in value) return value.NS.reduce((sum, one) => sum + sizeOfNumber(one), 0);
  if ('BS' in value) return value.BS.reduce((sum, one) => sum + Buffer.byteLength(one, 'base64'), 0);
  if ('L' in value) return value.L.reduce((sum, one) => sum + 1 + sizeOfValue(one), 3);
  if ('M' in value) return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
  return 1;
}

function sizeOfNumber(number: string): number {
  const decimal = parseDecimal(number);
  return Math.ceil(digitCount(decimal) / 2) + 1 + (decimal.digits < 0n ? 1 : 0);
}

function text(content: unknown, type: string): string {
  if (typeof content !== 'string') throw wrongType(type, 'text');
  return content;
}

function bytes(content: unknown, type: string): string {
  const base64 = text(content, type);
  const canonical = Buffer.from(base64, 'base64').toString('base64');
  if (canonical !== base64) throw wrongType(type, 'base64');
  return canonical;
}

function list(content: unknown, type: string): readonly unknown[] {
  if (!Array.isArray(content)) throw wrongType(type, 'a list');
  return content;
}

function distinct(elements: readonly string[], ifEmpty: string): readonly string[] {
  if (elements.length === 0) throw invalidParameter(ifEmpty);
  if (new Set(elements).size < elements.length) {
    throw invalidParameter(`Input collection [${elements.join(', ')}] contains duplicates.`);
  }
  return elements;
}

const wrongType = (type: string, expected: string) =>
  invalid(`Supplied AttributeValue of type ${type} must be ${expected}`);
