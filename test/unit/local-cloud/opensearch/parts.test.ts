import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { select } from '../../../../lib/local-cloud/opensearch/aggregations/select.ts';
import { formatNanos, fromNanos, parseDate, toNanos } from '../../../../lib/local-cloud/opensearch/dates.ts';
import { tokenize } from '../../../../lib/local-cloud/opensearch/document.ts';
import { filterPath } from '../../../../lib/local-cloud/opensearch/http/filter-path.ts';
import { fromMembers, membersOf, parseJson, toJson } from '../../../../lib/local-cloud/opensearch/json.ts';
import {
  atLeast,
  count,
  type DocSet,
  filterList,
  intersect,
  isEmpty,
  subtract,
  toBits,
  toList,
  union,
} from '../../../../lib/local-cloud/opensearch/query/doc-set.ts';
import { Documents } from '../../../../lib/local-cloud/opensearch/query/documents.ts';
import { compileWildcard, parseLiteralRegex } from '../../../../lib/local-cloud/opensearch/query/pattern.ts';
import { planMerge } from '../../../../lib/local-cloud/opensearch/writer/merge-policy.ts';

const DOCUMENTS = 100;
const documents = fc.uniqueArray(fc.nat(DOCUMENTS - 1)).map((list) => Uint32Array.from(list.sort((a, b) => a - b)));

/** The three forms of a set, and what it holds. */
const set: fc.Arbitrary<DocSet> = fc.oneof(
  documents.map((list): DocSet => ({ kind: 'list', list })),
  documents.map((list): DocSet => ({ kind: 'bits', bits: toBits({ kind: 'list', list }, DOCUMENTS) })),
  fc
    .tuple(fc.nat(DOCUMENTS), fc.nat(DOCUMENTS))
    .map(([a, b]): DocSet => ({ kind: 'interval', from: Math.min(a, b), to: Math.max(a, b) })),
);
const asSet = (docs: DocSet): Set<number> => new Set(toList(docs));
const sorted = (docs: Iterable<number>): number[] => [...docs].sort((a, b) => a - b);

describe('document sets', () => {
  it('are combined as sets are, whatever their form', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [left, right] = [asSet(a), asSet(b)];
        expect([...toList(intersect(a, b, DOCUMENTS))]).toEqual(
          sorted([...left].filter((document) => right.has(document))),
        );
        expect([...toList(union([a, b], DOCUMENTS))]).toEqual(sorted(new Set([...left, ...right])));
        expect([...toList(subtract(a, b, DOCUMENTS))]).toEqual(
          sorted([...left].filter((document) => !right.has(document))),
        );
        expect([...filterList(toList(a), b)]).toEqual(sorted([...left].filter((document) => right.has(document))));
        expect([count(a), isEmpty(a)]).toEqual([left.size, left.size === 0]);
      }),
    );
  });

  it('tell what a number of them hold', () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 5 }), fc.nat(5), (sets, minimum) => {
        const held = Array.from({ length: DOCUMENTS }, (_, document) => document).filter(
          (document) => sets.filter((one) => asSet(one).has(document)).length >= minimum,
        );
        expect([...toList(atLeast(sets, minimum, DOCUMENTS))]).toEqual(held);
      }),
    );
  });
});

describe('documents of a segment', () => {
  it('are the same in each form, and are narrowed as sets are', () => {
    fc.assert(
      fc.property(set, fc.array(set, { maxLength: 4 }), fc.nat(DOCUMENTS), fc.nat(DOCUMENTS), (first, others, a, b) => {
        let kept = new Documents(first, DOCUMENTS);
        let wanted = asSet(first);
        for (const [at, other] of others.entries()) {
          const isDenied = at % 2 === 1;
          if (at === 1) void kept.bits; // a form that is there already
          kept = isDenied ? kept.without(other) : kept.and(other);
          const members = asSet(other);
          wanted = new Set([...wanted].filter((document) => members.has(document) !== isDenied));
        }
        expect([...kept.list]).toEqual(sorted(wanted));
        expect(sorted(asSet({ kind: 'bits', bits: kept.bits }))).toEqual(sorted(wanted));
        expect([kept.size, kept.isAll]).toEqual([wanted.size, wanted.size === DOCUMENTS]);
        const [from, to] = [Math.min(a, b, kept.size), Math.min(Math.max(a, b), kept.size)];
        expect([...kept.slice(from, to).list]).toEqual(sorted(wanted).slice(from, to));
        if (from < to) expect(kept.at(from)).toBe(sorted(wanted)[from]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the value of a rank', () => {
  it('is the one that stands there when values are sorted, whatever was asked before', () => {
    const value = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(59), { maxLength: 5 }),
        (drawn, ranks) => {
          const values = Float64Array.from(drawn);
          const ordered = values.toSorted();
          for (const rank of ranks.filter((each) => each < values.length))
            expect(select(values, rank) === ordered[rank]).toBe(true);
          expect(values.toSorted()).toEqual(ordered);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('wildcards', () => {
  it('take time linear in the text for each star', () => {
    const { matches } = compileWildcard(`${'*a'.repeat(30)}b`, false);
    const text = Buffer.from('a'.repeat(20_000));
    const start = process.cpuUsage();
    expect(matches(text, 0, text.length)).toBe(false);
    expect(process.cpuUsage(start).user).toBeLessThan(5_000_000); // exponential would not end at all
  });

  it('know the literal text before the first wildcard', () => {
    expect(Buffer.from(compileWildcard('ab\\*c?d*', false).prefix).toString()).toBe('ab*c');
    expect(Buffer.from(compileWildcard('1\\Ab', true).prefix).toString()).toBe('1A');
  });

  it.each([
    ['key\0.*', { literal: 'key\0', open: true }],
    ['a\\.b\\\\.*', { literal: 'a.b\\', open: true }],
    ['a\\.*', undefined],
    ['plain', { literal: 'plain', open: false }],
    ['a|b', undefined],
    ['a.b', undefined],
    ['\\d', undefined],
    ['a.*b', undefined],
    ['trailing\\', undefined],
  ])('reads the include %j', (regex, parsed) => {
    expect(parseLiteralRegex(regex)).toEqual(parsed);
  });
});

describe('dates', () => {
  it('survive being printed and read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9223372036854775807n }), (nanos) => {
        expect(toNanos(parseDate(formatNanos(fromNanos(nanos)), 'strict_date_optional_time_nanos'))).toBe(nanos);
      }),
    );
  });
});

describe('words', () => {
  const field = { kind: 'text', gap: 100, maxTokenLength: 255 } as const;
  it('are cut at blanks, pieces of long ones between code points', () => {
    const long = `${'x'.repeat(254)}\u{1F600}y`;
    expect(tokenize(['a\u3000b\u00a0c', long], field)).toEqual({
      tokens: ['a', 'b\u00a0c', `${'x'.repeat(254)}\u{1F600}`, 'y'],
      positions: [0, 1, 102, 103],
    });
  });
});

describe('JSON', () => {
  it('is cut into members that keep their bytes', () => {
    const text = ' { "a" : 1.0, "b":"x\\"}{,\\\\", "c":[1,{"d":"]"}],"e":12345678901234567890 ,"a":2}';
    expect([...membersOf(text)]).toEqual([
      ['a', '2'],
      ['b', '"x\\"}{,\\\\"'],
      ['c', '[1,{"d":"]"}]'],
      ['e', '12345678901234567890'],
    ]);
  });

  it('means the same when it is cut and put together again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2), (value, indent) => {
        expect(JSON.parse(fromMembers(membersOf(JSON.stringify(value, null, indent))))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it('keeps integers beyond 2^53', () => {
    expect(toJson(parseJson('{"a":[1767225609123456789,1.5,-9223372036854775808]}'))).toBe(
      '{"a":[1767225609123456789,1.5,-9223372036854775808]}',
    );
  });

  it.each([
    ['a', { a: 1 }],
    ['b.*.d', { b: [{ c: { d: 2 } }, { e: { d: 3 } }] }],
    ['**.d', { b: [{ c: { d: 2 } }, { e: { d: 3 } }] }],
    ['-b', { a: 1 }],
    ['none', {}],
  ])('is filtered by the path %s', (path, kept) => {
    expect(filterPath({ a: 1, b: [{ c: { d: 2 } }, { e: { d: 3 } }] }, path)).toEqual(kept);
  });
});

describe('the merge policy', () => {
  it('keeps the number of segments small however many come, and none over its size', () => {
    let segments: Array<{ id: string; documents: number; living: number }> = [];
    let written = 0;
    for (let refresh = 0; refresh < 2_000; refresh++) {
      segments.push({ id: `s${refresh}`, documents: 1_000, living: 1_000 });
      for (let chosen = planMerge(segments); chosen.length > 0; chosen = planMerge(segments)) {
        const living = segments
          .filter(({ id }) => chosen.includes(id))
          .reduce((sum, segment) => sum + segment.living, 0);
        written += living;
        segments = [
          ...segments.filter(({ id }) => !chosen.includes(id)),
          { id: `m${written}`, documents: living, living },
        ];
      }
    }
    expect(segments.length).toBeLessThan(40);
    expect(Math.max(...segments.map(({ documents }) => documents))).toBeLessThanOrEqual(500_000);
    expect(written / 2_000_000).toBeLessThan(5);
  });

  it('rewrites a segment of which most is deleted', () => {
    expect(planMerge([{ id: 'a', documents: 10, living: 4 }])).toEqual(['a']);
    expect(planMerge([{ id: 'a', documents: 10, living: 6 }])).toEqual([]);
  });
});
