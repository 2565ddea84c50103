import { z } from 'zod';
import type { ObjectStore } from '../adapters/object-store/port.ts';
import type { FrameStream } from '../adapters/stream/port.ts';
import { log } from '../core/log.ts';

/** Constant text of the line that an alarm counts. */
export const QUARANTINE_NOT_EMPTY = 'quarantine is not empty';

/** What redriving stands on. */
export interface RedriveParts {
  readonly quarantine: ObjectStore;
  readonly stream: FrameStream;
}

/** What an event source mapping writes to S3 for a batch that it gave up: metadata and the records themselves. */
const OnFailureObject = z.object({
  payload: z.string().or(z.object({ Records: z.array(z.object({ kinesis: z.object({ data: z.string() }) })) })),
});
const Payload = z.object({ Records: z.array(z.object({ kinesis: z.object({ data: z.string() }) })) });

/**
 * Puts back into the stream what did not get there or was given up: frames under `spill/`, batches under `aws/lambda/`. An object goes
 * only after the stream took all of it; what is put twice is stored once, because events are created by their ids. What is in quarantine
 * waits for a person, so it is only told of.
 * @returns objects drained
 */
export function makeRedrive({ quarantine, stream }: RedriveParts) {
  return async (signal: AbortSignal): Promise<number> => {
    let drained = 0;
    const { keys, more } = await quarantine.list('quarantine/');
    if (keys.length > 0)
      log('warn', QUARANTINE_NOT_EMPTY, {
        'tributary.quarantine.objects': keys.length,
        'tributary.quarantine.more': more,
      });
    for (const prefix of ['spill/', 'aws/lambda/']) {
      for await (const key of keysOf(prefix)) {
        if (signal.aborted) return drained;
        const body = await quarantine.get(key);
        if (body === undefined) continue;
        const records = prefix === 'spill/' ? [body] : readRecords(key, body);
        if (records === undefined) continue;
        const taken = await stream.put(records, signal);
        if (!taken.every(Boolean)) {
          log('warn', 'stream takes no records, redrive goes on at the next run', {
            'tributary.redrive.drained': drained,
          });
          return drained;
        }
        await quarantine.delete(key);
        drained++;
      }
    }
    return drained;
  };

  async function* keysOf(prefix: string): AsyncGenerator<string> {
    let after: string | undefined;
    for (;;) {
      const { keys, more } = await quarantine.list(prefix, after);
      yield* keys;
      after = keys.at(-1);
      if (!more || after === undefined) return;
    }
  }
}

/** @returns undefined for an object that no mapping wrote: it stays, and holds up no other */
function readRecords(key: string, body: Buffer): Buffer[] | undefined {
  try {
    const { payload } = OnFailureObject.parse(JSON.parse(body.toString('utf8')));
    const { Records } = Payload.parse(typeof payload === 'string' ? JSON.parse(payload) : payload);
    return Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64'));
  } catch (error) {
    log('error', 'object holds no batch of records, it stays where it is', { 'aws.s3.key': key }, error);
    return undefined;
  }
}
