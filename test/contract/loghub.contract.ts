import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Selection } from '../../functions/adapters/event-store/port.ts';
import type { Filter } from '../../functions/search/language/ast.ts';
import { escapeRegex } from '../../functions/search/language/glob.ts';
import { parse } from '../../functions/search/language/parser.ts';
import { print } from '../../functions/search/language/printer.ts';
import { lineOf, MOMENT, makeEventSpace } from '../support/event-builder.ts';
import { makeDraw } from '../support/random-queries.ts';
import type { StoreUnderTest } from './event-store.contract.ts';

const data = process.env.TRIBUTARY_TEST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const folder = join(data, 'loghub');
const SYSTEMS = ['HDFS', 'OpenSSH', 'Apache', 'Android', 'BGL', 'Linux', 'Proxifier', 'Spark'];
const NOWHERE = { start: 0, end: 0 };
const seed = Number(process.env.SEED ?? 4);

/**
 * Questions to 2,000 real lines of each system whose answers are found by other means: grep, and plain expressions over the files.
 * @param systems how many
 * @param pasted whole lines that are looked for, and twice as many literals
 */
export function loghubContract(
  name: string,
  start: () => Promise<StoreUnderTest>,
  { systems = SYSTEMS.length, pasted = 200 } = {},
) {
  const files = SYSTEMS.slice(0, systems).map((system) => join(folder, system, `${system}_2k.log`));
  describe.skipIf(!existsSync(folder))(`real lines on ${name} (needs ${folder}; seed ${seed})`, () => {
    let under: StoreUnderTest;
    const { project, index, anEvent } = makeEventSpace();
    const lines: string[] = [];
    const draw = makeDraw(seed);

    beforeAll(async () => {
      under = await start();
      for (const file of files)
        lines.push(
          ...readFileSync(file, 'utf8')
            .split(/\r?\n/)
            .filter((line) => line !== ''),
        );
      const events = lines.map((line, at) => lineOf(anEvent({ millis: MOMENT + at, body: line, original: line })));
      const [outcomes] = await under.store.create([{ project, index, lines: events }], new AbortController().signal);
      expect(outcomes?.every(({ kind }) => kind === 'created')).toBe(true);
      await under.refresh();
    }, 120_000);
    afterAll(async () => {
      await under?.remove(index);
      await under?.stop();
    });

    const select = (query: string): Selection => ({ filter: parse(query).filter, now: MOMENT });
    async function countOf(query: string): Promise<number> {
      const { total } = await under.store.page(project, select(query), { order: 'desc', limit: 1, count: true });
      expect(total?.relation, query).toBe('eq');
      return total?.value ?? -1;
    }
    async function finds(query: string, line: string): Promise<boolean> {
      const at = lines.indexOf(line);
      const found = await under.store.page(
        project,
        { ...select(query), from: `${MOMENT + at}000000` as never, to: `${MOMENT + at}000001` as never },
        { order: 'desc', limit: 1, count: false },
      );
      return found.events[0]?.record.original === line;
    }
    const quoted = (value: string): string =>
      print({ filter: { kind: 'match', field: null, value, span: NOWHERE } as Filter, pipes: [] });
    const counted = (expression: RegExp): number => lines.filter((line) => expression.test(line)).length;
    const wordsOf = (line: string): string[] => line.match(/[A-Za-z0-9_]+/g) ?? [];
    const aLine = () => draw.pick(lines);

    it('counts 60 words as grep counts lines with them', async () => {
      const words = new Set(['error', 'failed', 'user', 'root', 'info']);
      while (words.size < 60) words.add(draw.pick(wordsOf(aLine())));
      for (const word of words) {
        const grep = execFileSync('grep', ['-hiwF', '-e', word, ...files], {
          env: { LC_ALL: 'C.UTF-8' },
          maxBuffer: 1e8,
        })
          .toString()
          .split('\n')
          .filter((line) => line.trim() !== '');
        expect({ word, count: await countOf(word) }).toEqual({ word, count: grep.length });
      }
    });

    it('counts 20 phrases as lines with these words in a row', async () => {
      for (let n = 0; n < 20; n++) {
        const words = wordsOf(aLine());
        const from = draw.int(Math.max(1, words.length - 2));
        const phrase = words.slice(from, from + 2);
        const expected = counted(
          new RegExp(`(?<![\\p{L}\\p{Nd}_])${phrase.join('[^\\p{L}\\p{Nd}_]+')}(?![\\p{L}\\p{M}\\p{Nd}_])`, 'iu'),
        );
        expect({ phrase, count: await countOf(`"${phrase.join(' ')}"`) }).toEqual({ phrase, count: expected });
      }
    });

    it('counts 12 combinations as sets of lines', async () => {
      const has = (word: string) => new RegExp(`(?<![A-Za-z0-9_])${word}(?![A-Za-z0-9_])`, 'i');
      for (let n = 0; n < 12; n++) {
        const [a = 'a', b = 'b'] = [draw.pick(wordsOf(aLine())), draw.pick(wordsOf(aLine()))];
        const [x, y] = [has(a), has(b)];
        const count = (keeps: (line: string) => boolean) => lines.filter(keeps).length;
        expect(await countOf(`${a} ${b}`), `${a} ${b}`).toBe(count((line) => x.test(line) && y.test(line)));
        expect(await countOf(`${a} OR ${b}`), `${a} OR ${b}`).toBe(count((line) => x.test(line) || y.test(line)));
        expect(await countOf(`${a} NOT ${b}`), `${a} NOT ${b}`).toBe(count((line) => x.test(line) && !y.test(line)));
      }
    });

    it('counts 8 regular expressions and 4 prefixes as expressions over the files', async () => {
      for (const source of [
        'sshd\\[\\d+\\]: Failed password',
        'blk_-?\\d{19,}',
        '(?:\\d{1,3}\\.){3}\\d{1,3}:50010',
        'ERROR|FATAL',
        'Received block \\S+ of size \\d+ from',
        '^- \\d{10}',
        'mod_jk child workerEnv in error state \\d$',
        'port=\\d+',
      ]) {
        expect(await countOf(`/${source.replaceAll('/', '\\/')}/`), source).toBe(counted(new RegExp(source)));
      }
      for (const prefix of ['block', 'auth', 'err', 'conn']) {
        expect(await countOf(`${prefix}*`), prefix).toBe(counted(new RegExp(`(?<![A-Za-z0-9_])${prefix}`, 'i')));
      }
    });

    it(`finds ${pasted} whole lines pasted in quotes`, async () => {
      for (let n = 0; n < pasted; n++) {
        const line = aLine();
        expect(await finds(quoted(line), line), line).toBe(true);
      }
    });

    it(`finds the line that holds a literal, pasted as it is: ${2 * pasted} of those with punctuation`, async () => {
      let asField = 0;
      for (let n = 0; n < 2 * pasted; ) {
        const line = aLine();
        const literal = draw.pick(line.split(/\s+/));
        if (!/[^A-Za-z0-9]/.test(literal) || /^-\w|^[()|"]|^(?:AND|OR|NOT)$/.test(literal)) continue;
        n++;
        let query = literal;
        try {
          const { filter } = parse(literal);
          // name:value is a field; a pasted host:port is one that the empty page offers to search as text
          if ('field' in filter && filter.field !== null) {
            asField++;
            query = quoted(literal);
          }
        } catch {
          query = quoted(literal);
        }
        expect(await finds(query, line), `${literal} in ${line}`).toBe(true);
        expect(counted(new RegExp(escapeRegex(literal), 'i'))).toBeGreaterThan(0);
      }
      expect(asField).toBeLessThan(pasted / 2);
    });
  });
}
