import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where the local stage's cloud assembly is. */
export const ASSEMBLY = join(ROOT, 'cdk.out/local');
const STAMP = join(ROOT, 'dist/local.stamp');
/** Everything that bundles, dashboard and template are made from. */
const SOURCES = ['bin/app.ts', 'lib', 'functions', 'frontend', 'package-lock.json', 'tsconfig.json', 'cdk.json'];

/**
 * Builds and synthesises the local stage, unless nothing of it has changed since.
 * @throws Error when the build fails; what it printed is on standard error
 */
export function synthesise(): void {
  const fingerprint = fingerprintOf(SOURCES);
  if (existsSync(join(ASSEMBLY, 'manifest.json')) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint)
    return;
  process.stderr.write('Building functions, dashboard and template …\n');
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'bin/app.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: {
      ...process.env,
      CDK_OUTDIR: ASSEMBLY,
      CDK_CONTEXT_JSON: JSON.stringify({ ...readContext(), stage: 'local' }),
    },
  });
  if (status !== 0) throw new Error('the build failed, its output above says why');
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(STAMP, fingerprint);
}

/** The context that the CDK's own command line would pass on. */
function readContext(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context;
}

function fingerprintOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const whole = join(ROOT, path);
    const files = statSync(whole).isDirectory()
      ? readdirSync(whole, { recursive: true, encoding: 'utf8' })
          .sort()
          .map((file) => join(whole, file))
      : [whole];
    for (const file of files) {
      const { mtimeMs, size, ino } = statSync(file);
      hash.update(`${file}\0${mtimeMs}\0${size}\0${ino}\n`);
    }
  }
  return hash.digest('hex');
}
