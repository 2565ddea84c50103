/**
 * Clauses of OpenSearch's query DSL, and how they are joined. What many clauses say of one field is said by as few as say the same: a
 * store reads every term within a range for each clause that has it, so hundreds of ranges within each other cost hundreds of times one.
 */

/** A clause of OpenSearch's query DSL. */
export type Clause = { readonly [name: string]: unknown };

export const ALL: Clause = { match_all: {} };
export const NONE: Clause = { match_none: {} };

/** Fields that have one value at most, so that two conditions on them are about the same value. */
const SINGLE: ReadonlySet<string> = new Set(['time', 'observed', 'severity']);

/** Every one of the clauses. */
export function all(clauses: readonly Clause[]): Clause {
  const sorted = sort(clauses.flatMap((clause) => onlyMember(clause, 'filter') ?? [clause]));
  if (sorted.others.includes(NONE)) return NONE;
  const needed = sorted.others.filter((clause) => clause !== ALL);
  for (const [field, prefixes] of sorted.prefixes) {
    for (const prefix of withoutBeginnings(prefixes)) needed.push({ prefix: { [field]: prefix } });
  }
  for (const [field, ranges] of sorted.ranges) {
    for (const range of SINGLE.has(field) ? [intersect(ranges)] : withoutContaining(ranges)) {
      if (isUpsideDown(range)) return NONE;
      needed.push(toRange(field, range));
    }
  }
  // none of them is: not any of them
  if (sorted.denied.length > 0) needed.push(not(any(sorted.denied)));
  if (needed.includes(NONE)) return NONE;
  const rest = needed.filter((clause) => clause !== ALL);
  if (rest.length <= 1) return rest[0] ?? ALL;
  return { bool: { filter: rest } };
}

/** Any of the clauses. */
export function any(clauses: readonly Clause[]): Clause {
  const sorted = sort(clauses.flatMap((clause) => onlyMember(clause, 'should') ?? [clause]));
  if (sorted.others.includes(ALL)) return ALL;
  const needed: Clause[] = [];
  const terms = new Map<string, unknown[]>();
  for (const clause of sorted.others) {
    if (clause === NONE) continue;
    const term = Object.entries((clause.term ?? clause.terms ?? {}) as Record<string, unknown>)[0];
    if (term === undefined) needed.push(clause);
    else pushTo(terms, term[0], ...(Array.isArray(term[1]) ? term[1] : [term[1]]));
  }
  for (const [field, values] of terms)
    needed.push(values.length === 1 ? { term: { [field]: values[0] } } : { terms: { [field]: values } });
  for (const [field, prefixes] of sorted.prefixes) {
    for (const prefix of onlyBeginnings(prefixes)) needed.push({ prefix: { [field]: prefix } });
  }
  for (const [field, ranges] of sorted.ranges) {
    for (const range of unite(ranges)) needed.push(toRange(field, range));
  }
  // any of them is not: not all of them
  if (sorted.denied.length > 0) needed.push(not(all(sorted.denied)));
  if (needed.includes(ALL)) return ALL;
  const rest = needed.filter((clause) => clause !== NONE);
  if (rest.length <= 1) return rest[0] ?? NONE;
  return { bool: { should: rest, minimum_should_match: 1 } };
}

export function not(clause: Clause): Clause {
  if (clause === ALL) return NONE;
  if (clause === NONE) return ALL;
  const [denied] = onlyMember(clause, 'must_not') ?? [];
  return denied ?? { bool: { must_not: [clause] } };
}

/** The clauses of a `bool` that has no others. */
function onlyMember(clause: Clause, member: 'filter' | 'should' | 'must_not'): readonly Clause[] | undefined {
  const bool = clause.bool as { readonly [name: string]: readonly Clause[] } | undefined;
  const names = bool && Object.keys(bool).filter((name) => name !== 'minimum_should_match');
  return names?.length === 1 ? bool?.[member] : undefined;
}

interface Sorted {
  readonly ranges: Map<string, Range[]>;
  readonly prefixes: Map<string, string[]>;
  /** What `not` was made of. */
  readonly denied: Clause[];
  readonly others: Clause[];
}

function sort(clauses: readonly Clause[]): Sorted {
  const sorted: Sorted = { ranges: new Map(), prefixes: new Map(), denied: [], others: [] };
  for (const clause of clauses) {
    const [range] = Object.entries((clause.range ?? {}) as Record<string, Limits>);
    const [prefix] = Object.entries((clause.prefix ?? {}) as Record<string, string>);
    const denied = onlyMember(clause, 'must_not');
    if (range !== undefined) pushTo(sorted.ranges, range[0], readRange(range[1]));
    else if (prefix !== undefined) pushTo(sorted.prefixes, ...prefix);
    else if (denied !== undefined) sorted.denied.push(...denied);
    else sorted.others.push(clause);
  }
  return sorted;
}

function pushTo<K, V>(lists: Map<K, V[]>, key: K, ...values: readonly V[]): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [...values]);
  else list.push(...values);
}

// --- prefixes -----------------------------------------------------------------------------------------------------------------------

/** Those that begin with no other one. */
function onlyBeginnings(prefixes: readonly string[]): string[] {
  const kept: string[] = [];
  // what begins with a text stands right behind it
  for (const prefix of prefixes.toSorted())
    if (kept.length === 0 || !prefix.startsWith(kept.at(-1) as string)) kept.push(prefix);
  return kept;
}

/** Those that no other one begins with. */
function withoutBeginnings(prefixes: readonly string[]): string[] {
  const sorted = [...new Set(prefixes)].sort();
  return sorted.filter((prefix, at) => sorted[at + 1]?.startsWith(prefix) !== true);
}

// --- ranges -------------------------------------------------------------------------------------------------------------------------

type Value = string | number;

interface Edge {
  readonly value: Value;
  readonly inclusive: boolean;
}

/** An edge that is not there is open. */
interface Range {
  readonly low: Edge | undefined;
  readonly high: Edge | undefined;
}

interface Limits {
  readonly gt?: Value;
  readonly gte?: Value;
  readonly lt?: Value;
  readonly lte?: Value;
}

const edge = (exclusive: Value | undefined, inclusive: Value | undefined): Edge | undefined =>
  exclusive !== undefined
    ? { value: exclusive, inclusive: false }
    : inclusive === undefined
      ? undefined
      : { value: inclusive, inclusive: true };

const readRange = ({ gt, gte, lt, lte }: Limits): Range => ({ low: edge(gt, gte), high: edge(lt, lte) });

const toRange = (field: string, { low, high }: Range): Clause => ({
  range: {
    [field]: {
      ...(low && { [low.inclusive ? 'gte' : 'gt']: low.value }),
      ...(high && { [high.inclusive ? 'lte' : 'lt']: high.value }),
    },
  },
});

const compareValues = (a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0);

/** Which range begins first. */
function compareLows({ low: a }: Range, { low: b }: Range): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareValues(a.value, b.value) || Number(b.inclusive) - Number(a.inclusive);
}

/** Which range ends first. */
function compareHighs({ high: a }: Range, { high: b }: Range): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return compareValues(a.value, b.value) || Number(a.inclusive) - Number(b.inclusive);
}

/** Whether nothing lies between the end of a range and the beginning of one that does not begin before it. */
function reaches({ high }: Range, { low }: Range): boolean {
  if (high === undefined || low === undefined) return true;
  const order = compareValues(high.value, low.value);
  return order > 0 || (order === 0 && (high.inclusive || low.inclusive));
}

/** Ranges apart from each other that hold what any of `ranges` does. */
function unite(ranges: readonly Range[]): Range[] {
  const united: Range[] = [];
  for (const range of ranges.toSorted(compareLows)) {
    const last = united.at(-1);
    if (last === undefined || !reaches(last, range)) united.push(range);
    else if (compareHighs(range, last) > 0) united[united.length - 1] = { low: last.low, high: range.high };
  }
  return united;
}

/** What all of `ranges` hold; of a field with one value. */
const intersect = (ranges: readonly Range[]): Range => ({
  low: ranges.reduce((a, b) => (compareLows(a, b) < 0 ? b : a)).low,
  high: ranges.reduce((a, b) => (compareHighs(a, b) > 0 ? b : a)).high,
});

/** Those that hold no other one whole: of several values one may be in each range, so that they cannot be narrowed further. */
function withoutContaining(ranges: readonly Range[]): Range[] {
  const kept: Range[] = [];
  // behind a range stand those that end no sooner: they hold it if they begin no later
  let latest: Range | undefined;
  for (const range of ranges.toSorted((a, b) => compareHighs(a, b) || compareLows(b, a))) {
    if (latest !== undefined && compareLows(range, latest) <= 0) continue;
    kept.push(range);
    latest = range;
  }
  return kept;
}

const isUpsideDown = ({ low, high }: Range): boolean =>
  low !== undefined && high !== undefined && compareValues(low.value, high.value) > 0;
