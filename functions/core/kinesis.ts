import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { decodeFrame, type Frame } from './frame.ts';
import { log } from './log.ts';
import { inContext, makeTraceContext } from './trace-context.ts';

/** One record of a batch: a frame, or why it is none. */
export interface Delivery {
  readonly sequenceNumber: string;
  readonly shard: string;
  /** When the stream took it, Unix milliseconds. */
  readonly arrivedAt: number;
  readonly data: Buffer;
  readonly frame: Frame | Error;
}

/**
 * A Lambda handler of a Kinesis event source mapping. `handle` gets the whole batch and answers with the deliveries that must come
 * again; the mapping goes on from the lowest of them, so what was done behind it is done again and must be harmless to repeat.
 */
export function kinesisHandler(
  handle: (batch: readonly Delivery[], signal: AbortSignal) => Promise<readonly Delivery[]>,
) {
  const run = async (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
    const batch = event.Records.map(({ eventID, kinesis }): Delivery => {
      const data = Buffer.from(kinesis.data, 'base64');
      return {
        sequenceNumber: kinesis.sequenceNumber,
        shard: eventID.slice(0, eventID.indexOf(':')),
        arrivedAt: Math.floor(kinesis.approximateArrivalTimestamp * 1000),
        data,
        frame: attempt(() => decodeFrame(data)),
      };
    });
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - 2_000));
    const failed = new Set((await handle(batch, signal)).map(({ sequenceNumber }) => sequenceNumber));
    // a batch comes in the order of its sequence numbers
    const lowest = batch.find(({ sequenceNumber }) => failed.has(sequenceNumber));
    if (lowest === undefined) return { batchItemFailures: [] };
    log('warn', 'records will come again', {
      'messaging.batch.message_count': failed.size,
    });
    return { batchItemFailures: [{ itemIdentifier: lowest.sequenceNumber }] };
  };
  return (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
    const id = context.awsRequestId;
    return inContext(makeTraceContext({ requestId: id, correlationId: id }), () => run(event, context));
  };
}

function attempt<T>(make: () => T): T | Error {
  try {
    return make();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
