import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Where the bundle of a function is, as a folder to make an asset of. */
export const bundleFolder = (handler: string): string => join(ROOT, 'dist/functions', handler);

/** Where the built dashboard is. */
export const SITE_FOLDER = join(ROOT, 'dist/site');

/** Names of all functions, from their `<name>.handler.ts`. */
export function listHandlers(): ReadonlyMap<string, string> {
  const files = readdirSync(join(ROOT, 'functions'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.handler.ts'),
  );
  return new Map(
    files.sort().map((file) => [file.replace(/^.*\//, '').replace('.handler.ts', ''), join(ROOT, 'functions', file)]),
  );
}

/** Bundles all functions in one call of esbuild. A bundle that comes out the same is left alone, so that who reads it at the time reads it whole. */
export async function buildFunctions(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [...listHandlers()].map(([name, file]) => ({ in: file, out: `${name}/index` })),
    outdir: join(ROOT, 'dist/functions'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // dependencies in CommonJS ask for Node's own modules by `require`, which an ES module does not have
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  for (const { path, contents } of outputFiles) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
}

/** Builds the dashboard. */
export async function buildSite(): Promise<void> {
  const { build: buildWithVite } = await import('vite');
  await buildWithVite({
    configFile: join(ROOT, 'frontend/vite.config.ts'),
    root: join(ROOT, 'frontend'),
    logLevel: 'warn',
  });
}
