import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** A chunk as vite's manifest tells of it. */
interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
  readonly isEntry?: boolean;
}

const KB = 1_000;
const ENTRY = 'index.html';
/** gz JS + CSS in KB: the first load, then what each page adds to it, then all together. */
const FIRST_LOAD_KB = 120;
const ALL_KB = 420;
const PAGES_KB: Readonly<Record<string, number>> = {
  'src/app/logs-route.tsx': 45,
  'src/app/overview-route.tsx': 25,
  'src/features/shell/components/palette.tsx': 8,
  'src/features/keys/components/keys-page.tsx': 25,
  'src/features/send/components/send-data.tsx': 25,
  'src/features/ingest/components/ingest-page.tsx': 25,
  'src/app/project-route.tsx': 25,
  'src/features/users/components/users-page.tsx': 25,
  'src/features/limits/components/limits-page.tsx': 25,
  'src/features/session/components/settings-page.tsx': 25,
  'src/features/audit/components/audit-page.tsx': 15,
};
/** Live is drawn by the page of logs: 45 for that page and 5 for what live adds to it. */
const LIVE = { chunks: ['src/app/logs-route.tsx', 'src/features/live/components/live-results.tsx'], kb: 50 };

/**
 * Holds a built site against its size budgets.
 * @param dir folder of the build, with `manifest.json`
 * @returns one sentence a budget that is not kept; none when all are
 */
export function checkBudgets(dir: string): string[] {
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Record<string, Chunk>;
  const filesOf = (key: string, found = new Set<string>()): Set<string> => {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`the build has no chunk "${key}"; name it anew in test/budgets.ts`);
    if (found.has(chunk.file)) return found;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
    for (const next of chunk.imports ?? []) filesOf(next, found);
    return found;
  };
  const kilobytes = (files: Iterable<string>): number =>
    [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dir, file)), { level: 9 }).length, 0) / KB;
  const without = (files: ReadonlySet<string>, others: ReadonlySet<string>) =>
    [...files].filter((file) => !others.has(file));

  const first = filesOf(ENTRY);
  // the file set before first paint is loaded beside the bundle
  const measured: [string, number, number][] = [['first load', kilobytes([...first, 'theme.js']), FIRST_LOAD_KB]];
  for (const [key, budget] of Object.entries(PAGES_KB))
    measured.push([key, kilobytes(without(filesOf(key), first)), budget]);
  const live = new Set(LIVE.chunks.flatMap((key) => [...filesOf(key)]));
  measured.push(['logs with live', kilobytes(without(live, first)), LIVE.kb]);
  const assets = readdirSync(join(dir, 'assets')).filter((name) => /\.(?:js|css)$/.test(name));
  measured.push(['all chunks', kilobytes(assets.map((name) => `assets/${name}`)), ALL_KB]);
  for (const [name, size, budget] of measured)
    console.log(`${size.toFixed(1).padStart(7)} of ${String(budget).padStart(3)} KB gz  ${name}`);
  return measured
    .filter(([, size, budget]) => size > budget)
    .map(([name, size, budget]) => `${name} weighs ${size.toFixed(1)} KB gz, at most ${budget} are allowed`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const broken = checkBudgets(process.argv[2] ?? 'dist/site');
  for (const line of broken) console.error(line);
  process.exitCode = broken.length > 0 ? 1 : 0;
}
