import type { AnswerCache } from '../../adapters/answer-cache/port.ts';
import { jsonReply, type Reply } from '../../core/http.ts';
import { stringifyJson } from '../../core/json.ts';
import { type ReadCall, tookMillis } from '../search-logs.ts';
import type { CachedKind } from './cached-kinds.ts';

/** Answers from the cache where it can, and says so: `X-Cache: HIT` or `MISS`. What is partial is not kept. */
export function cachedAnswer<Input extends object, Output extends { readonly partial: boolean }>(
  cache: AnswerCache,
  { kind, ttlSeconds }: CachedKind,
  answer: (input: Input, call: ReadCall) => Promise<Output>,
) {
  return async (input: Input, call: ReadCall): Promise<Reply> => {
    const startedAt = performance.now();
    const { found, keep } = await cache.lookUp(call.caller.project, kind, questionOf(input));
    if (found !== undefined)
      return jsonReply(200, { ...JSON.parse(found), took_ms: tookMillis(startedAt) }, { 'x-cache': 'HIT' });
    const result = await answer(input, call);
    if (!result.partial) await keep(stringifyJson(result), ttlSeconds);
    return jsonReply(200, result, { 'x-cache': 'MISS' });
  };
}

/** A request's parameters in one order, whatever order they came in. */
const questionOf = (input: object): string =>
  JSON.stringify(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
