/**
 * A filter of the language as OpenSearch queries. Where the store cannot say exactly what the evaluator says, the filter lies between two
 * queries: all that match are within `upper`, all within `lower` match (the algebra of superset compilation). Equal bounds are exact.
 */
import type { UnixNano } from '../../core/unix-nano.ts';
import { MAX_UNIX_NANO, toIsoNano } from '../../core/unix-nano.ts';
import type { Filter, Leaf } from '../../search/language/ast.ts';
import {
  equalTexts,
  type TimeBounds,
  toLevelCondition,
  toNumberBounds,
  toTimeBounds,
} from '../../search/language/evaluator.ts';
import { resolveField } from '../../search/language/fields.ts';
import { escapeGlob, foldGlob, isWordGlob, parseGlob } from '../../search/language/glob.ts';
import { parseNumber, toSortableHex } from '../../search/language/numbers.ts';
import { isAskable } from '../../search/language/record-values.ts';
import { requiredByGlob, requiredByRegex } from '../../search/language/required-words.ts';
import { hasWords, toWords } from '../../search/language/words.ts';
import { ALL, all, any, type Clause, NONE, not } from './clauses.ts';
import { toPair } from './document.ts';
import { fieldOfKey, KEY_FLAGS, LONG, MAX_VALUE, NUMBER, OWN_KEYS, VALUE } from './mapping.ts';

export interface Bounds {
  readonly upper: Clause;
  readonly lower: Clause;
}

export const isExact = ({ upper, lower }: Bounds): boolean => upper === lower;

const exact = (clause: Clause): Bounds => ({ upper: clause, lower: clause });
const within = (upper: Clause): Bounds => ({ upper, lower: NONE });

/** @param now milliseconds since 1970 that relative times count from */
export function compile(filter: Filter, now: number): Bounds {
  switch (filter.kind) {
    case 'all':
      return exact(ALL);
    case 'and':
      return combine(filter.operands, now, all);
    case 'or':
      return combine(filter.operands, now, any);
    case 'not': {
      const operand = compile(filter.operand, now);
      return isExact(operand) ? exact(not(operand.upper)) : { upper: not(operand.lower), lower: not(operand.upper) };
    }
    default:
      return compileLeaf(filter, now);
  }
}

function combine(operands: readonly Filter[], now: number, join: (clauses: readonly Clause[]) => Clause): Bounds {
  const bounds = operands.map((operand) => compile(operand, now));
  const upper = join(bounds.map((bound) => bound.upper));
  return bounds.every(isExact) ? exact(upper) : { upper, lower: join(bounds.map((bound) => bound.lower)) };
}

const anyBounds = (bounds: readonly Bounds[]): Bounds => {
  const upper = any(bounds.map((bound) => bound.upper));
  return bounds.every(isExact) ? exact(upper) : { upper, lower: any(bounds.map((bound) => bound.lower)) };
};

function compileLeaf(leaf: Leaf, now: number): Bounds {
  if (leaf.field === null) return compileText(leaf, ['words', 'body']);
  const target = resolveField(leaf.field);
  switch (target.kind) {
    case 'attribute':
      return compileAttribute(leaf, target.key);
    case 'text':
      return target.of === 'body' ? compileMessage(leaf) : compileOriginal(leaf);
    case 'level':
      return compileLevel(leaf);
    case 'severityNumber':
      return compileSeverityNumber(leaf);
    case 'time': {
      const bounds = toTimeBounds(leaf, now);
      return exact(bounds === undefined ? NONE : timeRange(target.of, bounds));
    }
    case 'id':
      return compileId(leaf);
    default:
      return target satisfies never;
  }
}

// --- texts ------------------------------------------------------------------------------------------------------------------------------

const phrase = (fields: readonly string[], words: string): Clause =>
  words === ''
    ? ALL
    : any(
        fields.map((field) =>
          words.includes(' ') ? { match_phrase: { [field]: words } } : { term: { [field]: words } },
        ),
      );

function compileText(leaf: Leaf, fields: readonly string[]): Bounds {
  switch (leaf.kind) {
    case 'match':
      return hasWords(leaf.value) ? exact(phrase(fields, toWords(leaf.value))) : within(ALL);
    case 'glob': {
      const { pattern } = leaf;
      if (!isWordGlob(pattern)) return within(all(requiredByGlob(pattern).map((words) => phrase(fields, words))));
      const bound = boundGlob(foldGlob(pattern));
      const clause = any(fields.map((field) => glob(field, '', bound.pattern)));
      return bound.isWhole ? exact(clause) : within(clause);
    }
    case 'regex':
      return within(all(requiredByRegex(leaf.source).map((words) => phrase(fields, words))));
    default:
      throw new TypeError(`${leaf.kind} on texts`); // the parser refuses it
  }
}

/** Wildcards behind the first `*`: an automaton of a few thousand states at most, where the store takes 10,000. */
const MAX_OPEN_WILDCARDS = 10;

/** A pattern that the store runs: itself, or its beginning, which matches more. */
function boundGlob(pattern: string): { readonly pattern: string; readonly isWhole: boolean } {
  let beginning = '';
  let open = 0;
  for (const part of parseGlob(pattern)) {
    if (part.kind !== 'plain' && (open > 0 || part.kind === 'many') && ++open > MAX_OPEN_WILDCARDS)
      return { pattern: `${beginning}*`, isWhole: false };
    beginning += part.kind === 'plain' ? escapeGlob(part.text) : part.kind === 'many' ? '*' : '?';
  }
  return { pattern, isWhole: true };
}

/** @param prefix plain text in front of the pattern */
function glob(field: string, prefix: string, pattern: string): Clause {
  const parts = parseGlob(pattern);
  const [first, last] = [parts[0], parts.at(-1)];
  if (parts.length === 1 && last?.kind === 'many') return { prefix: { [field]: prefix } };
  if (parts.length === 2 && first?.kind === 'plain' && last?.kind === 'many')
    return { prefix: { [field]: prefix + first.text } };
  return { wildcard: { [field]: { value: escapeGlob(prefix) + pattern } } };
}

function compileMessage(leaf: Leaf): Bounds {
  if (leaf.kind === 'exists') return exact(not({ term: { keys: OWN_KEYS.noMessage } }));
  return compileText(leaf, ['body']);
}

function compileOriginal(leaf: Leaf): Bounds {
  const present: Clause = { term: { keys: OWN_KEYS.original } };
  if (leaf.kind === 'exists') return exact(present);
  return within(all([present, compileText(leaf, ['words', 'body']).upper]));
}

// --- values -----------------------------------------------------------------------------------------------------------------------------

function compileAttribute(leaf: Leaf, key: string): Bounds {
  if (!isAskable(key)) return exact(NONE);
  switch (leaf.kind) {
    case 'exists':
      return exact(any([{ term: { keys: key } }, { prefix: { keys: `${key}.` } }]));
    case 'compare':
    case 'range': {
      const { gt, gte, lt, lte } = toNumberBounds(leaf);
      const number = (value: number) => key + NUMBER + toSortableHex(value);
      const low = gt !== undefined ? { gt: number(gt) } : { gte: gte !== undefined ? number(gte) : key + NUMBER };
      const high =
        lt !== undefined ? { lt: number(lt) } : lte !== undefined ? { lte: number(lte) } : { lt: key + LONG };
      return exact({ range: { [fieldOfKey(key)]: { ...low, ...high } } });
    }
    default:
      return compileValue(leaf, key);
  }
}

/** Equality and patterns on the values under a key. */
function compileValue(leaf: Extract<Leaf, { kind: 'match' | 'glob' | 'regex' }>, key: string): Bounds {
  const hasLong: Clause = { term: { keys: key + VALUE + KEY_FLAGS.long } };
  switch (leaf.kind) {
    case 'match':
      return anyBounds(
        equalTexts(leaf.value).map((folded) => {
          const term: Clause = { term: { [fieldOfKey(key)]: toPair(key, folded) } };
          return folded.length > MAX_VALUE ? within(term) : exact(term);
        }),
      );
    case 'glob': {
      const { pattern, isWhole } = boundGlob(foldGlob(leaf.pattern));
      const clause = glob(fieldOfKey(key), key + VALUE, pattern);
      if ('prefix' in clause && pattern.length < MAX_VALUE) return exact(clause);
      return { upper: any([clause, hasLong]), lower: isWhole ? all([clause, not(hasLong)]) : NONE };
    }
    case 'regex':
      return within({ term: { keys: key } });
    default:
      return leaf satisfies never;
  }
}

function compileLevel(leaf: Leaf): Bounds {
  const { ranges, word } = toLevelCondition(leaf);
  const classes = ranges.flatMap(([from, to]) =>
    from > to ? [] : [exact({ range: { severity: { gte: from, lte: to } } })],
  );
  return anyBounds([...classes, ...(word === undefined ? [] : [compileValue(word, OWN_KEYS.unknownLevel)])]);
}

function compileSeverityNumber(leaf: Leaf): Bounds {
  if (leaf.kind === 'exists') return exact(ALL);
  if (leaf.kind !== 'match' && leaf.kind !== 'compare' && leaf.kind !== 'range')
    throw new TypeError(`${leaf.kind} on a number`);
  const wanted =
    leaf.kind === 'match' ? { gte: parseNumber(leaf.value), lte: parseNumber(leaf.value) } : toNumberBounds(leaf);
  const { gt = -1, gte = 0, lt = 25, lte = 24 } = wanted as { gt?: number; gte?: number; lt?: number; lte?: number };
  const severities = Array.from({ length: 25 }, (_, number) => number).filter(
    (number) => number > gt && number >= gte && number < lt && number <= lte,
  );
  return exact(severities.length === 0 ? NONE : { terms: { severity: severities } });
}

function compileId(leaf: Leaf): Bounds {
  switch (leaf.kind) {
    case 'match':
      return exact({ ids: { values: equalTexts(leaf.value) } });
    case 'glob': {
      const { pattern, isWhole } = boundGlob(foldGlob(leaf.pattern));
      return isWhole ? exact(glob('id', '', pattern)) : within(glob('id', '', pattern));
    }
    case 'exists':
      return exact(ALL);
    case 'regex':
      return within(ALL);
    default:
      throw new TypeError(`${leaf.kind} on an id`);
  }
}

/** Instants between bounds; a bound beyond what can be represented bounds nothing. */
export function timeRange(field: 'time' | 'observed', { gte, lt }: TimeBounds): Clause {
  const iso = (nano: UnixNano | undefined) =>
    nano === undefined || BigInt(nano) > MAX_UNIX_NANO ? undefined : toIsoNano(nano);
  const range = {
    ...(gte !== undefined && { gte: iso(gte) }),
    ...(iso(lt as UnixNano) !== undefined && { lt: iso(lt) }),
  };
  if (gte !== undefined && range.gte === undefined) return NONE;
  return Object.keys(range).length === 0 ? ALL : { range: { [field]: range } };
}
