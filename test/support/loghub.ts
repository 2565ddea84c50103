import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testData } from './platform.ts';

/** One file of real logs. */
export interface LogFile {
  readonly system: string;
  readonly path: string;
  /** Without line ends; blank lines are none. */
  readonly lines: readonly string[];
}

/** The real logs that tests may use: 2,000 lines of each of eight systems; empty where they are not here. */
export function readLogHub(): readonly LogFile[] {
  const folder = testData();
  if (folder === undefined) return [];
  return readdirSync(join(folder, 'loghub'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const path = join(folder, 'loghub', name, `${name}_2k.log`);
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.replace(/\r$/, ''));
      return { system: name, path, lines: lines.filter((line) => line.trim() !== '') };
    });
}

/** Lines that hold a word as `grep -iw` finds it: not beside a letter, digit or `_`. */
export function countWord(lines: readonly string[], word: string): number {
  const pattern = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])${word}(?![\\p{L}\\p{M}\\p{N}_])`, 'iu');
  return lines.filter((line) => pattern.test(line)).length;
}
