import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Route } from '../../functions/core/route.ts';

const FUNCTIONS = fileURLToPath(new URL('../../functions', import.meta.url));

/** Every Route object that an `api.ts` or `<part>-api.ts` of a slice exports, by slice, path and method. */
export async function listRoutes(): Promise<readonly { readonly slice: string; readonly route: Route }[]> {
  const files = readdirSync(FUNCTIONS, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^[\w-]+\/([a-z]+-)?api\.ts$/.test(file),
  );
  const slices = await Promise.all(
    files.sort().map(async (file) => {
      const exported: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ join(FUNCTIONS, file));
      const slice = file.replace(/\/.*$/, '');
      return Object.values(exported)
        .filter(isRoute)
        .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
        .map((route) => ({ slice, route }));
    }),
  );
  return slices.flat();
}

const orderOf = ({ path, method }: Route) => `${path} ${method}`;

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'operationId' in value && 'path' in value;
}
