import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../support/steps.ts';

/** `npm run bench`: every `*.bench.ts` in a process of its own, one after the other; a part of a name picks some. It fails nothing. */
const wanted = process.argv.slice(2);
const files = readdirSync(join(ROOT, 'test/bench')).filter((file) => file.endsWith('.bench.ts'));
for (const file of files.sort()) {
  if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) continue;
  await run({ name: file.replace('.bench.ts', ''), args: [join('test/bench', file)] });
}
