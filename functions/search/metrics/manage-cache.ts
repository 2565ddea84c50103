import type { AnswerCache } from '../../adapters/answer-cache/port.ts';
import { RetryLater } from '../../core/errors.ts';
import { makeGlobTest } from '../language/glob.ts';
import type { CacheStats, ClearCacheInput, ClearedCache } from '../metrics-api.ts';
import type { ReadCall } from '../search-logs.ts';
import { CACHED_KINDS } from './cached-kinds.ts';
import { rate } from './figures.ts';

const KINDS = Object.values(CACHED_KINDS);

/** Tells what the cache holds and how it served. While its table is away it says that. */
export function makeCacheStats(cache: AnswerCache) {
  return async (_input: unknown, { caller: { project } }: ReadCall): Promise<CacheStats> => {
    const kinds = KINDS.map(({ kind }) => kind);
    try {
      const counts = await cache.count(project, kinds);
      const sum = (of: 'entries' | 'hits' | 'misses') => [...counts.values()].reduce((all, each) => all + each[of], 0);
      return {
        status: 'connected',
        entries: sum('entries'),
        hits: sum('hits'),
        misses: sum('misses'),
        hit_rate: rate(sum('hits'), sum('hits') + sum('misses')),
        kinds: KINDS.map(({ kind, ttlSeconds }) => ({
          name: kind,
          ttl_seconds: ttlSeconds,
          ...(counts.get(kind) ?? { entries: 0, hits: 0, misses: 0 }),
        })),
      };
    } catch (error) {
      if (!(error instanceof RetryLater)) throw error;
      return { status: 'unavailable', entries: 0, hits: 0, misses: 0, hit_rate: 0, kinds: [] };
    }
  };
}

/** Forgets answers of the kinds that a pattern matches. */
export function makeClearCache(cache: AnswerCache) {
  return async ({ pattern }: ClearCacheInput, { caller: { project } }: ReadCall): Promise<ClearedCache> => {
    const matches = makeGlobTest(pattern);
    // a pattern may name answers below a kind (`metrics:service:*`), which are forgotten with it
    const cleared = KINDS.map(({ kind }) => kind).filter((kind) => matches(kind) || matches(`${kind}:`));
    if (cleared.length > 0) await cache.clear(project, cleared);
    return { pattern, cleared };
  };
}
