import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeDocument } from './openapi/document.ts';

const file = fileURLToPath(new URL('../docs/openapi.json', import.meta.url));

writeFileSync(file, `${JSON.stringify(await makeDocument(), null, 2)}\n`);
process.stdout.write(`${file}\n`);
