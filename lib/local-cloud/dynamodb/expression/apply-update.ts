import { type AttributeValue, type Item, setOf, typeOf } from '../attribute-value.ts';
import { addDecimals, formatDecimal, negateDecimal, parseDecimal } from '../decimal.ts';
import { invalid } from '../validation.ts';
import { type Path, valueAt } from './path.ts';
import type { Action, SetValue } from './update.ts';

/** The item as `actions` leave it. Every value is taken from the item as it was before. @throws AwsError */
export function applyUpdate(item: Item, actions: readonly Action[]): Item {
  const changes = actions
    .filter((action) => action.kind !== 'remove')
    .map((action) => ({ path: action.path, value: newValue(item, action) }));
  const removals = actions.filter((action) => action.kind === 'remove').map(({ path }) => path);
  const emptied = changes.filter(({ value }) => value === undefined).map(({ path }) => path);
  let result = item;
  // ends of lists are filled from the left, and elements taken from the right, so that no index moves before its turn
  for (const { path, value } of changes.toSorted((a, b) => byLastPart(a.path, b.path))) {
    if (value !== undefined) result = replace(result, path, value);
  }
  for (const path of [...removals, ...emptied].toSorted((a, b) => byLastPart(b, a)))
    result = replace(result, path, undefined);
  return result;
}

const byLastPart = (a: Path, b: Path): number => lastIndex(a) - lastIndex(b);

function lastIndex(path: Path): number {
  const last = path.at(-1);
  return typeof last === 'number' ? last : 0;
}

function newValue(item: Item, action: Exclude<Action, { kind: 'remove' }>): AttributeValue | undefined {
  if (action.kind === 'set') return resolve(item, action.value);
  const old = valueAt(item, action.path);
  if (old === undefined) return action.kind === 'add' ? action.value : undefined;
  if (typeOf(old) !== typeOf(action.value)) throw wrongType();
  if ('N' in old && 'N' in action.value) return sum(old, action.value, 1);
  const [kept, given] = [setOf(old) ?? [], setOf(action.value) ?? []];
  const elements =
    action.kind === 'add' ? [...new Set([...kept, ...given])] : kept.filter((one) => !given.includes(one));
  return elements.length === 0 ? undefined : ({ [typeOf(old)]: elements } as unknown as AttributeValue);
}

function resolve(item: Item, value: SetValue): AttributeValue {
  switch (value.kind) {
    case 'value':
      return value.value;
    case 'path': {
      const found = valueAt(item, value.path);
      if (found === undefined)
        throw invalid('The provided expression refers to an attribute that does not exist in the item');
      return found;
    }
    case 'if_not_exists':
      return valueAt(item, value.path) ?? resolve(item, value.otherwise);
    case 'list_append': {
      const [left, right] = [resolve(item, value.left), resolve(item, value.right)];
      if (!('L' in left && 'L' in right)) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    case 'plus':
    case 'minus': {
      const [left, right] = [resolve(item, value.left), resolve(item, value.right)];
      if (!('N' in left && 'N' in right)) throw wrongType();
      return sum(left, right, value.kind === 'plus' ? 1 : -1);
    }
    default:
      return value satisfies never;
  }
}

function sum(left: { readonly N: string }, right: { readonly N: string }, sign: 1 | -1): AttributeValue {
  const addend = parseDecimal(right.N);
  return {
    N: formatDecimal(addDecimals(parseDecimal(left.N), sign === 1 ? addend : negateDecimal(addend))),
  };
}

/** `item` with `value` at `path`, or with nothing there. @throws AwsError when what the path leads through is not there */
function replace(item: Item, [first, ...rest]: Path, value: AttributeValue | undefined): Item {
  const old = Object.hasOwn(item, first) ? item[first] : undefined;
  return withEntry(item, first, rest.length === 0 ? value : replaceIn(old, rest, value));
}

function replaceIn(
  container: AttributeValue | undefined,
  path: readonly (string | number)[],
  value: AttributeValue | undefined,
): AttributeValue {
  const [first, ...rest] = path;
  if (container !== undefined && 'M' in container && typeof first === 'string') {
    return { M: replace(container.M, [first, ...rest], value) };
  }
  if (container === undefined || !('L' in container) || typeof first !== 'number') {
    throw invalid('The document path provided in the update expression is invalid for update');
  }
  const elements = [...container.L];
  if (rest.length > 0) elements[first] = replaceIn(elements[first], rest, value);
  else if (value === undefined) elements.splice(first, 1);
  else if (first < elements.length) elements[first] = value;
  else elements.push(value);
  return { L: elements };
}

function withEntry(item: Item, name: string, value: AttributeValue | undefined): Item {
  const others = Object.entries(item).filter(([other]) => other !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}

const wrongType = () => invalid('An operand in the update expression has an incorrect data type');
