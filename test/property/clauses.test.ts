import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL, all, any, type Clause, NONE, not } from '../../functions/adapters/event-store/clauses.ts';
import { compile } from '../../functions/adapters/event-store/compile.ts';
import { parse } from '../../functions/search/language/parser.ts';
import { MOMENT } from '../support/event-builder.ts';

type Value = string | number;
type Document = { readonly kv: readonly string[]; readonly severity: readonly number[] };

/** What a clause means, word by word. */
function matches(clause: Clause, document: Document): boolean {
  const [[kind, body] = ['', {}]] = Object.entries(clause) as [string, Record<string, never>][];
  const some = (test: (value: Value, wanted: never) => boolean) =>
    Object.entries(body).every(([field, wanted]) =>
      document[field as keyof Document].some((value) => test(value, wanted)),
    );
  switch (kind) {
    case 'match_all':
      return true;
    case 'match_none':
      return false;
    case 'term':
      return some((value, wanted) => value === wanted);
    case 'terms':
      return some((value, wanted: readonly Value[]) => wanted.includes(value));
    case 'prefix':
      return some((value, wanted: string) => String(value).startsWith(wanted));
    case 'range':
      return some((value, { gt, gte, lt, lte }: Record<string, Value>) => {
        if ((gt !== undefined && value <= gt) || (gte !== undefined && value < gte)) return false;
        return (lt === undefined || value < lt) && (lte === undefined || value <= lte);
      });
    case 'bool': {
      const { filter = [], should = [], must_not = [] } = body as Record<string, readonly Clause[]>;
      if (should.length > 0 && !should.some((member) => matches(member, document))) return false;
      return (
        filter.every((member) => matches(member, document)) && !must_not.some((member) => matches(member, document))
      );
    }
    default:
      throw new Error(`no meaning of ${kind}`);
  }
}

const letter = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', 'c', '');
const number = fc.integer({ min: 0, max: 6 });
const limits = <T extends Value>(value: fc.Arbitrary<T>) =>
  fc
    .tuple(fc.constantFrom('gt', 'gte', undefined), fc.constantFrom('lt', 'lte', undefined), value, value)
    .map(([low, high, from, to]) => ({ ...(low && { [low]: from }), ...(high && { [high]: to }) }));
const leaf: fc.Arbitrary<Clause> = fc.oneof(
  fc.constantFrom(ALL, NONE),
  letter.map((value) => ({ term: { kv: value } })),
  letter.map((value) => ({ prefix: { kv: value } })),
  limits(letter).map((range) => ({ range: { kv: range } })),
  limits(number).map((range) => ({ range: { severity: range } })),
);

type Formula =
  | { readonly leaf: Clause }
  | { readonly join: 'all' | 'any' | 'not'; readonly members: readonly Formula[] };
const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf.map((clause) => ({ leaf: clause })),
    fc.record({
      join: fc.constantFrom('all' as const, 'any' as const),
      members: fc.array(tie('formula'), { maxLength: 5 }),
    }),
    fc.record({ join: fc.constant('not' as const), members: fc.tuple(tie('formula')) }),
  ),
}));

const join = (node: Formula): Clause => {
  if ('leaf' in node) return node.leaf;
  const members = node.members.map(join);
  return node.join === 'all' ? all(members) : node.join === 'any' ? any(members) : not(members[0] as Clause);
};

const means = (node: Formula, document: Document): boolean => {
  if ('leaf' in node) return matches(node.leaf, document);
  if (node.join === 'all') return node.members.every((member) => means(member, document));
  if (node.join === 'any') return node.members.some((member) => means(member, document));
  return !means(node.members[0] as Formula, document);
};

const document: fc.Arbitrary<Document> = fc.record({
  kv: fc.array(letter, { maxLength: 3 }),
  severity: fc.array(number, { minLength: 1, maxLength: 1 }),
});

describe('joined clauses', () => {
  it('keep what their members keep, whatever is left out of them', () => {
    fc.assert(
      fc.property(formula, fc.array(document, { minLength: 1, maxLength: 8 }), (drawn, documents) => {
        const joined = join(drawn);
        for (const each of documents) expect(matches(joined, each)).toBe(means(drawn, each));
      }),
      { numRuns: 3_000 },
    );
  });

  const compiled = (query: string) => compile(parse(query).filter, MOMENT).upper;
  const many = (joint: string, leafOf: (n: number) => string) =>
    Array.from({ length: 400 }, (_, n) => leafOf(n)).join(joint);

  it('say hundreds of ranges within each other as one', () => {
    const widest = compiled('n:>0');
    expect(compiled(many(' OR ', (n) => `n:>${n}`))).toEqual(widest);
    expect(compiled(many(' AND ', (n) => `n:>${n}`))).toEqual(compiled('n:>399'));
    expect(compiled(many(' AND ', (n) => `NOT n:>${n}`))).toEqual(not(widest));
    expect(compiled(many(' OR ', (n) => `NOT n:>${n}`))).toEqual(not(compiled('n:>399')));
    expect(compiled(many(' OR ', (n) => `n:[${n} TO ${n + 1}]`))).toEqual(compiled('n:[0 TO 400]'));
    expect(compiled(many(' OR ', (n) => `time:>now-${n + 1}h`))).toEqual(compiled('time:>now-400h'));
    expect(compiled(many(' OR ', (n) => `path:a${'b'.repeat(n % 10)}*`))).toEqual(compiled('path:a*'));
  });

  it('keep two ranges of one key apart where an event may have a value in each', () => {
    const { filter } = (compiled('n:>5 AND n:<3') as { bool: { filter: readonly Clause[] } }).bool;
    expect(filter).toHaveLength(2);
    expect(compiled('time:>now-1h AND time:<now-2h')).toEqual(NONE);
  });
});
