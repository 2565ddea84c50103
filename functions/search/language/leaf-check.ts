import type { Leaf } from './ast.ts';
import { QuerySyntaxError } from './errors.ts';
import { resolveField } from './fields.ts';
import { parseLevel } from './levels.ts';
import { parseNumber } from './numbers.ts';
import { compareNanos, isTime, parseTime, TIME_FORMS } from './time.ts';

/** Refuses a leaf whose value its field cannot be compared with. */
export function checkLeaf(leaf: Leaf, text: string): void {
  if (leaf.field === null) return;
  const target = resolveField(leaf.field);
  const refuse = (message: string, expected: readonly string[]): never => {
    throw new QuerySyntaxError(message, leaf.span, text.slice(leaf.span.start, leaf.span.end), expected, 'query_type');
  };
  if (leaf.kind === 'exists') return;
  if (target.kind === 'time') {
    if (leaf.kind === 'glob' || leaf.kind === 'regex')
      refuse(`"${leaf.field}" is a time and takes no pattern`, TIME_FORMS);
    for (const value of valuesOf(leaf)) if (!isTime(value)) refuse(`"${value}" is no time`, TIME_FORMS);
  } else if (target.kind === 'severityNumber') {
    if (leaf.kind === 'glob' || leaf.kind === 'regex')
      refuse(`"${leaf.field}" is a number and takes no pattern`, ['a number']);
    for (const value of valuesOf(leaf))
      if (parseNumber(value) === undefined) refuse(`"${value}" is no number`, ['a number']);
  } else if (leaf.kind === 'compare' || leaf.kind === 'range') {
    for (const value of valuesOf(leaf)) {
      if (target.kind === 'level') {
        if (parseLevel(value) === undefined)
          refuse(`"${value}" is no level`, ['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
      } else if (target.kind !== 'attribute') refuse(`"${leaf.field}" has no order`, ['a value', 'a pattern']);
      else if (parseNumber(value) === undefined) refuse(`"${value}" is no number`, ['a number']);
    }
  }
  if (leaf.kind === 'range' && isUpsideDown(leaf, target.kind))
    refuse('range is upside down', ['the lower bound first']);
}

function valuesOf(leaf: Exclude<Leaf, { kind: 'exists' }>): readonly string[] {
  if (leaf.kind === 'range') return [leaf.low, leaf.high].flatMap((bound) => (bound === null ? [] : [bound.value]));
  if (leaf.kind === 'compare' || leaf.kind === 'match') return [leaf.value];
  return [];
}

/** Told only where it holds at any moment: `[now TO 2026-01-01]` may be right at one and wrong at another. */
function isUpsideDown(
  { low, high }: Extract<Leaf, { kind: 'range' }>,
  kind: ReturnType<typeof resolveField>['kind'],
): boolean {
  if (low === null || high === null) return false;
  if (kind === 'time') {
    const relative = /^now|^[+-]/;
    if (relative.test(low.value) !== relative.test(high.value)) return false;
    const [from, to] = [parseTime(low.value, SOME_MOMENT), parseTime(high.value, SOME_MOMENT)];
    return from !== undefined && to !== undefined && compareNanos(from.start, to.end) >= 0;
  }
  if (kind === 'level') return (parseLevel(low.value)?.[0] ?? 0) > (parseLevel(high.value)?.[1] ?? 0);
  return (parseNumber(low.value) as number) > (parseNumber(high.value) as number);
}

const SOME_MOMENT = Date.UTC(2026, 0, 1);
