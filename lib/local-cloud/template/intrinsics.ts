import { type Place, TemplateError, within } from './template-error.ts';

/** What the intrinsics of one template are resolved against. Each function throws a TemplateError for a name it does not have. */
export interface Scope {
  /** Value of a parameter, pseudo parameter or resource. */
  ref(name: string, place: Place): unknown;
  getAtt(logicalId: string, attribute: string, place: Place): unknown;
  importValue(exportName: string, place: Place): unknown;
  condition(name: string, place: Place): boolean;
  findInMap(map: string, first: string, second: string, place: Place): unknown;
  availabilityZones(region: string): readonly string[];
}

const NO_VALUE = Symbol('AWS::NoValue');

/**
 * The value with every intrinsic replaced by what it stands for; properties set to `AWS::NoValue` are left out.
 * Functions: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 * @throws TemplateError for an intrinsic that is not known here
 */
export function resolve(value: unknown, scope: Scope, place: Place): unknown {
  const resolved = resolveAny(value, scope, place);
  return resolved === NO_VALUE ? undefined : resolved;
}

function resolveAny(value: unknown, scope: Scope, place: Place): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => resolveAny(item, scope, within(place, index)))
      .filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && isIntrinsic(first[0])) {
    const intrinsic = INTRINSICS[first[0]];
    if (intrinsic === undefined) throw new TemplateError(place, `intrinsic ${first[0]} is not known here`);
    return intrinsic(first[1], scope, within(place, first[0]));
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, inner] of entries) {
    const item = resolveAny(inner, scope, within(place, key));
    if (item !== NO_VALUE) resolved[key] = item;
  }
  return resolved;
}

// `Condition` alone is an intrinsic only inside Conditions, and a key of IAM statements elsewhere
function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

type Intrinsic = (argument: unknown, scope: Scope, place: Place) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, place) => {
    const name = text(argument, place);
    return name === 'AWS::NoValue' ? NO_VALUE : scope.ref(name, place);
  },
  'Fn::GetAtt': (argument, scope, place) => {
    const dotted = Array.isArray(argument) ? argument.join('.') : text(argument, place);
    const dot = dotted.indexOf('.');
    if (dot <= 0)
      throw new TemplateError(place, `expected a logical id and an attribute, got ${JSON.stringify(argument)}`);
    return scope.getAtt(dotted.slice(0, dot), dotted.slice(dot + 1), place);
  },
  'Fn::Sub': (argument, scope, place) => {
    const [template, variables] = Array.isArray(argument) ? [argument[0], argument[1]] : [argument, {}];
    const own = resolve(variables, scope, place) as Record<string, unknown>;
    return text(template, place).replace(/\$\{(!?)([^}]+)\}/g, (_, escaped: string, name: string) => {
      if (escaped) return `\${${name}}`;
      if (name in own) return scalar(own[name], place);
      const dot = name.indexOf('.');
      return scalar(
        dot < 0 ? scope.ref(name, place) : scope.getAtt(name.slice(0, dot), name.slice(dot + 1), place),
        place,
      );
    });
  },
  'Fn::Join': (argument, scope, place) => {
    const [delimiter, items] = pair(argument, place);
    return list(resolve(items, scope, place), place)
      .map((item) => scalar(item, place))
      .join(text(delimiter, place));
  },
  'Fn::Split': (argument, scope, place) => {
    const [delimiter, source] = pair(argument, place);
    return text(resolve(source, scope, place), place).split(text(delimiter, place));
  },
  'Fn::Select': (argument, scope, place) => {
    const [index, items] = pair(argument, place);
    const position = Number(resolve(index, scope, place));
    const all = list(resolve(items, scope, place), place);
    if (!(position in all)) throw new TemplateError(place, `no item ${position} in a list of ${all.length}`);
    return all[position];
  },
  'Fn::ImportValue': (argument, scope, place) => scope.importValue(text(resolve(argument, scope, place), place), place),
  'Fn::FindInMap': (argument, scope, place) => {
    const [map, first, second] = list(resolve(argument, scope, place), place).map((item) => text(item, place));
    if (map === undefined || first === undefined || second === undefined) {
      throw new TemplateError(place, 'expected a map name and two keys');
    }
    return scope.findInMap(map, first, second, place);
  },
  'Fn::Base64': (argument, scope, place) =>
    Buffer.from(text(resolve(argument, scope, place), place)).toString('base64'),
  'Fn::GetAZs': (argument, scope, place) => {
    const region = text(resolve(argument, scope, place), place);
    return scope.availabilityZones(region === '' ? text(scope.ref('AWS::Region', place), place) : region);
  },
  'Fn::If': (argument, scope, place) => {
    const [condition, whenTrue, whenFalse] = list(argument, place);
    return resolveAny(scope.condition(text(condition, place), place) ? whenTrue : whenFalse, scope, place);
  },
};

/** The truth of an entry of `Conditions`. */
export function resolveCondition(value: unknown, scope: Scope, place: Place): boolean {
  const [entry] = Object.entries((value ?? {}) as Record<string, unknown>);
  if (entry === undefined) throw new TemplateError(place, `expected a condition, got ${JSON.stringify(value)}`);
  const [name, argument] = entry;
  const inner = within(place, name);
  const parts = () => list(argument, inner).map((part, index) => resolveCondition(part, scope, within(inner, index)));
  switch (name) {
    case 'Condition':
      return scope.condition(text(argument, inner), inner);
    case 'Fn::Equals': {
      const [left, right] = pair(argument, inner);
      return String(resolve(left, scope, inner)) === String(resolve(right, scope, inner));
    }
    case 'Fn::And':
      return parts().every(Boolean);
    case 'Fn::Or':
      return parts().some(Boolean);
    case 'Fn::Not':
      return !parts()[0];
    default:
      throw new TemplateError(place, `condition ${name} is not known here`);
  }
}

function text(value: unknown, place: Place): string {
  if (typeof value !== 'string') throw new TemplateError(place, `expected a text, got ${JSON.stringify(value)}`);
  return value;
}

function scalar(value: unknown, place: Place): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(place, `expected a text or a number, got ${JSON.stringify(value)}`);
}

function list(value: unknown, place: Place): readonly unknown[] {
  if (!Array.isArray(value)) throw new TemplateError(place, `expected a list, got ${JSON.stringify(value)}`);
  return value;
}

function pair(value: unknown, place: Place): readonly [unknown, unknown] {
  const items = list(value, place);
  if (items.length !== 2) throw new TemplateError(place, `expected two items, got ${items.length}`);
  return [items[0], items[1]];
}
