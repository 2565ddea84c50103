import { readLogHub } from '../support/loghub.ts';
import { KINDS, makeCleanLines, plantSecrets } from '../support/planted-secrets.ts';
import { startShippers } from '../support/shippers.ts';

/** How much of what is secret sanitising finds, and how much of what is not it takes for that, on the lines that the tests use. */

const SECRETS_OF_A_KIND = 70;
const CLEAN = 20_000;

const hub = readLogHub().flatMap(({ lines }) => lines);
const hosts = hub.length > 0 ? hub : makeCleanLines(2_000, 7);

/** What is stored of each line, as JSON, by its place. */
async function store(lines: readonly string[]): Promise<readonly string[]> {
  const shippers = startShippers();
  await shippers.send({ path: '/v1/ingest?join=0', body: lines.join('\n') });
  const stored = shippers.stored().sort((a, b) => (a.id.slice(5) < b.id.slice(5) ? -1 : 1));
  if (stored.length !== lines.length) throw new Error(`${lines.length} lines were sent, ${stored.length} are stored`);
  return stored.map((record) => JSON.stringify(record));
}

const planted = plantSecrets(hosts, SECRETS_OF_A_KIND, 11);
const kept = await store(planted.map(({ line }) => line));
const missed = planted.filter(({ secret }, at) => kept[at]?.includes(JSON.stringify(secret).slice(1, -1)));
const clean = [...hub, ...makeCleanLines(CLEAN - hub.length, 13)];
const touched = (await store(clean)).filter((line) => line.includes('"sanitised:'));
const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(2)} %`;
console.log(
  `redaction finds ${percent(planted.length - missed.length, planted.length)} (≥ 98 %) of ${planted.length} secrets of ${Object.keys(KINDS).length} kinds in ${hub.length > 0 ? 'real' : 'made'} lines, and touches ${percent(touched.length, clean.length)} (≤ 0.1 %) of ${clean.length} lines without any`,
);
