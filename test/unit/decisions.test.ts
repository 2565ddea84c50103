import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/steps.ts';

const FOLDER = join(ROOT, 'docs/decisions');
const files = readdirSync(FOLDER).filter((file) => file !== 'README.md');
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');

describe('decisions', () => {
  it('are numbered without a gap and listed', () => {
    expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
    for (const file of files) expect(read('README.md')).toContain(`(${file})`);
  });

  it.each(files)('%s has the headings of MADR', (file) => {
    expect([...read(file).matchAll(/^#{1,3} (.+)$/gm)].slice(1).map(([, heading]) => heading)).toEqual([
      'Context and Problem Statement',
      'Considered Options',
      'Decision Outcome',
      'Consequences',
      'Confirmation',
    ]);
  });

  it.each(files)('%s is confirmed by tests that there are', (file) => {
    const confirmation = read(file).split('### Confirmation')[1] ?? '';
    const named = [...confirmation.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
