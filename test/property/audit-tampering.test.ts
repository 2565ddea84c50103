import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../../functions/adapters/audit-trail/port.ts';
import { type AuditFinding, type AuditVerification, VerifyAuditInput } from '../../functions/audit/api.ts';
import { makeSealChains } from '../../functions/audit/seal-chains.ts';
import { makeVerifyAudit } from '../../functions/audit/verify-audit.ts';
import { hashOf, parseEntry, toSortKey } from '../../functions/core/audit-entry.ts';
import { MemoryAuditTable, MemorySegments, PROJECT, toStored } from '../support/audit-chains.ts';
import { callOf } from '../support/calls.ts';

const signal = new AbortController().signal;

/** A chain of `entries`, of which `sealed` stand in segments of a few each. */
async function makeChain(entries: number, sealed: number) {
  const table = new MemoryAuditTable();
  const segments = new MemorySegments();
  const seal = makeSealChains({ reader: table, segments, notes: table });
  for (let seq = 1; seq <= entries; seq++) {
    table.append();
    if (seq <= sealed && (seq % 7 === 0 || seq === sealed)) await seal(signal);
  }
  const verify = async (input: object = {}): Promise<AuditVerification> =>
    makeVerifyAudit({ reader: table, segments, now: () => 0 })(VerifyAuditInput.parse(input), callOf(PROJECT));
  return { table, segments, seal, verify };
}

type Chain = Awaited<ReturnType<typeof makeChain>>;
interface Tampering {
  readonly seed: number;
  readonly kind: (typeof KINDS)[number];
  readonly entries: number;
  readonly sealedPart: number;
}
const KINDS = [
  'content changed',
  'content and hash changed',
  'content changed, all that follows chained anew',
  'hash changed',
  'index changed',
  'not JSON any more',
  'removed',
  'removed, those that follow renumbered',
  'end removed and set back',
  'inserted between',
  'inserted, those that follow renumbered',
  'a copy inserted',
  'appended behind the end',
  'two exchanged',
  'one moved to the front of others',
  'segment removed',
  'line of a segment changed',
  'lines of a segment exchanged',
] as const;

const at = (items: readonly StoredEntry[], index: number): StoredEntry => {
  const found = items[index];
  if (found === undefined) throw new Error(`no item ${index}`);
  return found;
};
const alter = (text: string): string => text.replace('"Ann"', '"Bob"');
const rekey = (item: StoredEntry, seq: number): StoredEntry => ({ ...item, key: toSortKey(seq) });

/** Tampers with a chain. @returns what a finding must say: one of these kinds, at one of these places; undefined where it cannot be done here */
function tamper({ table, segments }: Chain, { kind, seed }: Tampering, sealedSeq: number) {
  const { items } = table;
  const n = items.length;
  const index = seed % n;
  const seq = index + 1;
  const other = (index + 1 + (seed % (n - 1))) % n;
  const here = (...kinds: AuditFinding['kind'][]) => ({ kinds, places: [seq], where: 'table' });
  const put = (position: number, item: StoredEntry) => {
    items[position] = item;
  };
  const forged = () => {
    const forger = new MemoryAuditTable();
    forger.end = { seq: seq - 1, hash: JSON.parse(at(items, index).text).previous_hash, at: 0 };
    return toStored(forger.append({ action: 'forged.entry' }));
  };
  switch (kind) {
    case 'content changed':
      put(index, { ...at(items, index), text: alter(at(items, index).text) });
      return here('changed');
    case 'content and hash changed': {
      const text = alter(at(items, index).text);
      put(index, { ...at(items, index), text, hash: hashOf(text) });
      return here('changed');
    }
    case 'content changed, all that follows chained anew': {
      // with the end of the chain forged, too, only what is sealed proves what was
      if (seq > sealedSeq) return undefined;
      let previous: string | undefined;
      for (let each = index; each < n; each++) {
        const content = parseEntry(at(items, each).text);
        if (content === undefined) throw new Error('unreadable');
        const text = JSON.stringify({
          ...content,
          ...(previous === undefined ? { actor: { ...content.actor, name: 'Bob' } } : { previous_hash: previous }),
        });
        previous = hashOf(text);
        put(each, { ...at(items, each), text, hash: previous });
      }
      table.end = { seq: n, hash: previous ?? '', at: 0 };
      return here('changed');
    }
    case 'hash changed':
      put(index, { ...at(items, index), hash: 'f'.repeat(64) });
      return here('changed');
    case 'index changed':
      put(index, { ...at(items, index), entity: 'P#tampered#entity#thing#elsewhere' });
      return here('changed');
    case 'not JSON any more':
      put(index, { ...at(items, index), text: 'gone' });
      return here('changed');
    case 'removed':
      items.splice(index, 1);
      return here('removed');
    case 'removed, those that follow renumbered':
      items.splice(index, 1);
      for (let each = index; each < items.length; each++) put(each, rekey(at(items, each), each + 1));
      return here('removed');
    case 'end removed and set back': {
      if (seq > sealedSeq || seq === 1) return undefined;
      items.splice(index);
      const last = at(items, index - 1);
      table.end = { seq: index, hash: last.hash, at: 0 };
      return here('removed');
    }
    case 'inserted between':
      items.push({ ...forged(), key: `${toSortKey(seq)}x` });
      return here('inserted');
    case 'inserted, those that follow renumbered':
      for (let each = index; each < n; each++) put(each, rekey(at(items, each), each + 2));
      items.push(rekey(forged(), seq));
      return { ...here('inserted', 'changed'), places: [seq, seq + 1] };
    case 'a copy inserted':
      items.push({ ...at(items, index), key: `${toSortKey(seq)}0` });
      return here('inserted');
    case 'appended behind the end': {
      const forger = new MemoryAuditTable();
      forger.end = table.end;
      items.push(toStored(forger.append()));
      return { ...here('inserted'), places: [n + 1] };
    }
    case 'two exchanged': {
      const [a, b] = [at(items, index), at(items, other)];
      put(index, rekey(b, seq));
      put(other, rekey(a, other + 1));
      return { ...here('reordered'), places: [seq, other + 1] };
    }
    case 'one moved to the front of others': {
      const [from, to] = [Math.max(index, other), Math.min(index, other)];
      const [moved] = items.splice(from, 1);
      if (moved === undefined) return undefined;
      items.splice(to, 0, moved);
      for (let each = to; each <= from; each++) put(each, rekey(at(items, each), each + 1));
      return { ...here('reordered'), places: [from + 1] };
    }
    case 'segment removed': {
      const firsts = [...segments.segments.keys()];
      // the last one gone looks as if it was never written, until the next one is
      if (firsts.length < 2) return undefined;
      const first = firsts[seed % (firsts.length - 1)] ?? 1;
      segments.segments.delete(first);
      return { kinds: ['removed'], places: [first], where: 'segment' };
    }
    case 'line of a segment changed': {
      if (seq > sealedSeq) return undefined;
      const [first, lines] = [...segments.segments].findLast(([begin]) => begin <= seq) ?? [0, []];
      lines[seq - first] = alter(lines[seq - first] ?? '');
      // what nobody sealed follows the last line: then the table and the segment disagree, and the segment is believed
      return seq === sealedSeq
        ? { kinds: ['changed'], places: [seq, seq + 1], where: 'table' }
        : { ...here('changed'), where: 'segment' };
    }
    case 'lines of a segment exchanged': {
      const [first, lines] = [...segments.segments].find(([, each]) => each.length > 2) ?? [0, []];
      if (lines.length <= 2) return undefined;
      [lines[0], lines[1]] = [lines[1] ?? '', lines[0] ?? ''];
      return { kinds: ['changed'], places: [first, first + 1], where: 'segment' };
    }
    default:
      return kind satisfies never;
  }
}

const tampering = fc.record({
  seed: fc.nat(),
  kind: fc.constantFrom(...KINDS),
  entries: fc.integer({ min: 3, max: 60 }),
  sealedPart: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('verifying a chain', () => {
  it('finds each of a thousand tamperings, and says what it was and where', async () => {
    const done = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(tampering, async (tampered) => {
        const sealed = Math.floor(tampered.entries * tampered.sealedPart);
        const chain = await makeChain(tampered.entries, sealed);
        const expected = tamper(chain, tampered, sealed);
        fc.pre(expected !== undefined);
        const { intact, findings } = await chain.verify();
        const fitting = findings.find(
          ({ kind, seq, where }) =>
            expected?.kinds.includes(kind) && expected.places.includes(seq) && expected.where === where,
        );
        expect({ intact, fitting }, JSON.stringify({ expected, findings: findings.slice(0, 5) })).toEqual({
          intact: false,
          fitting: expect.anything(),
        });
        done.set(tampered.kind, (done.get(tampered.kind) ?? 0) + 1);
      }),
      { numRuns: 1_000 },
    );
    expect([...done.keys()].sort()).toEqual([...KINDS].sort());
  }, 120_000);

  it('finds nothing where nobody tampered, at any point of sealing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 80 }), fc.double({ min: 0, max: 1, noNaN: true }), async (n, part) => {
        const { verify } = await makeChain(n, Math.floor(n * part));
        const verification = await verify();
        expect(verification).toMatchObject({ intact: true, findings: [], checked: n, next_seq: null });
      }),
    );
  });

  it('finds nothing in any part of a chain', async () => {
    const { verify } = await makeChain(50, 30);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 60 }), async (from, to) => {
        fc.pre(from <= to);
        expect((await verify({ from_seq: from, to_seq: to })).findings).toEqual([]);
      }),
    );
  });
});
