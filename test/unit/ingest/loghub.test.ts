import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startShippers } from '../../support/shippers.ts';

const folder = join(
  process.env.TRIBUTARY_TEST_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  'loghub',
);
const files = globSync(join(folder, '*', '*_2k.log'));

describe.skipIf(!existsSync(folder))(`lines of real systems (needs ${folder})`, () => {
  it.each(files.map((file) => ({ file, name: basename(file) })))(
    'of $name are one event each, kept byte for byte',
    async ({ file }) => {
      const body = readFileSync(file);
      const lines = body
        .toString('utf8')
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '');
      const shippers = startShippers();
      const { text } = await shippers.send({ path: '/v1/ingest', body });
      expect(text).toBe(`{"accepted":${lines.length},"rejected":0,"errors":[]}`);
      // events of other days are in frames of their own, so order is by id, which counts within the request
      const stored = shippers.stored().sort((a, b) => (a.id.slice(5) < b.id.slice(5) ? -1 : 1));
      expect(stored.map(({ original }) => original)).toEqual(lines);
      expect(stored.filter(({ marks }) => marks?.includes('parse_error'))).toEqual([]);
    },
  );
});
