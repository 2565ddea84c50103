import type { Health, Readiness } from './api.ts';

/** Asks a dependency how it is: a word for it, or an error. */
export type Check = (signal: AbortSignal) => Promise<string>;

/** What health is made of. */
export interface Checks {
  readonly opensearch: Check;
  readonly dynamodb: Check;
  readonly kinesis: Check;
}

interface Result {
  readonly up: boolean;
  readonly word: string;
  readonly tookMillis: number;
}

const PATIENCE_MILLIS = 3_000;
export const VERSION = '0.1.0';

/** `GET /health` */
export const makeHealth = (checks: Checks) => async (): Promise<Health> => {
  const { opensearch, dynamodb, kinesis } = await runAll(checks);
  const colour = ['green', 'yellow', 'red'].find((known) => known === opensearch.word) as 'green' | undefined;
  const well = opensearch.up && opensearch.word !== 'red' && dynamodb.up && kinesis.up;
  return {
    status: well ? 'healthy' : 'degraded',
    timestamp: new Date().toISOString(),
    version: VERSION,
    services: {
      elasticsearch: colour ?? 'unavailable',
      database: dynamodb.up ? 'healthy' : 'unhealthy',
      redis: kinesis.up ? 'healthy' : 'unhealthy',
    },
  };
};

/** `GET /health/ready` */
export const makeReadiness = (checks: Checks & { readonly domain: Check }) => async (): Promise<Readiness> => {
  const results = Object.entries(await runAll(checks));
  return {
    status: results.every(([, { up }]) => up) ? 'ready' : 'not_ready',
    timestamp: new Date().toISOString(),
    checks: Object.fromEntries(
      results.map(
        ([name, { up, word, tookMillis }]) =>
          [name, { status: up ? 'up' : 'down', detail: word, took_ms: tookMillis }] as const,
      ),
    ),
  };
};

async function runAll<Name extends string>(checks: Readonly<Record<Name, Check>>): Promise<Record<Name, Result>> {
  const named = Object.entries(checks) as [Name, Check][];
  const results = await Promise.all(named.map(async ([name, check]) => [name, await run(check)] as const));
  return Object.fromEntries(results) as Record<Name, Result>;
}

async function run(check: Check): Promise<Result> {
  const startedAt = performance.now();
  const took = () => Math.round(performance.now() - startedAt);
  try {
    const word = await check(AbortSignal.timeout(PATIENCE_MILLIS));
    return { up: true, word, tookMillis: took() };
  } catch (error) {
    // the name of an error says what is wrong without saying where things are
    return { up: false, word: error instanceof Error ? error.name : 'failed', tookMillis: took() };
  }
}
