import type { Context } from 'aws-lambda';
import { log } from './log.ts';
import { inContext, makeTraceContext } from './trace-context.ts';

/** A Lambda handler of a schedule. What it could not finish in its time it goes on with at the next run. */
export function scheduleHandler(run: (signal: AbortSignal) => Promise<Readonly<Record<string, number>>>) {
  return async (_event: unknown, context: Context): Promise<Readonly<Record<string, number>>> => {
    const id = context.awsRequestId;
    return inContext(makeTraceContext({ requestId: id, correlationId: id }), async () => {
      const result = await run(AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - 5_000)));
      if (Object.values(result).some((count) => count > 0)) log('info', 'scheduled work done', result);
      return result;
    });
  };
}
