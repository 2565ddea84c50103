import { setTimeout as sleep } from 'node:timers/promises';
import type { InvocationResult } from '../workers/function-pool.ts';
import type { MappingSettings } from './mapping-settings.ts';
import type { StreamRecord } from './stream-record.ts';

/** Why records were given up. */
type GiveUpReason = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** Records that were given up, for the on-failure destination. */
export interface FailedBatch {
  readonly records: readonly StreamRecord[];
  readonly reason: GiveUpReason;
  readonly invocations: number;
  readonly last: InvocationResult | undefined;
}

export interface BatchRunnerOptions {
  readonly settings: MappingSettings;
  /** Invokes the function with these records; rejects when it could not be invoked (throttled, say). */
  readonly invoke: (records: readonly StreamRecord[]) => Promise<InvocationResult>;
  /** Stores what is given up; tried again until it succeeds. */
  readonly storeFailure: (batch: FailedBatch) => Promise<void>;
  /** Records that are done with, in order. */
  readonly onDone: (records: readonly StreamRecord[]) => void;
  readonly maximumBackoffMillis: number;
  readonly now: () => number;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
}

const FIRST_BACKOFF_MILLIS = 100;

/**
 * Runs one batch until every record of it is done or given up, as an event source mapping does
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html, kinesis-on-failure-destination.html):
 * a failed batch is cut in two while that is asked for and possible, which spends no retry; a reported item makes the batch begin there again;
 * a batch that got nowhere waits, longer each time.
 */
export async function runBatch(records: readonly StreamRecord[], options: BatchRunnerOptions): Promise<void> {
  const { settings, invoke, onDone, now, log, signal, maximumBackoffMillis } = options;
  /** What is left, first part first, with the retries each has spent. */
  const parts: { records: readonly StreamRecord[]; retries: number; invocations: number }[] = [
    { records, retries: 0, invocations: 0 },
  ];
  let backoff = FIRST_BACKOFF_MILLIS;
  const wait = async () => {
    await pause(backoff, signal);
    backoff = Math.min(backoff * 2, maximumBackoffMillis);
  };
  const done = (finished: readonly StreamRecord[]) => {
    if (finished.length > 0) onDone(finished);
  };

  for (let part = parts.shift(); part !== undefined && !signal.aborted; part = parts.shift()) {
    let last: InvocationResult | undefined;
    const giveUp = async (given: readonly StreamRecord[], reason: GiveUpReason, invocations: number) => {
      await untilStored({ records: given, reason, invocations, last }, options);
      if (!signal.aborted) done(given);
    };
    const { maximumAgeMillis } = settings;
    if (maximumAgeMillis !== undefined) {
      const limit = now() - maximumAgeMillis;
      const old = part.records.findIndex(({ arrivedAt }) => arrivedAt >= limit);
      const expired = old < 0 ? part.records : part.records.slice(0, old);
      if (expired.length > 0) {
        await giveUp(expired, 'RecordAgeExceeded', part.invocations);
        part = { ...part, records: part.records.slice(expired.length) };
        if (part.records.length === 0) continue;
      }
    }
    try {
      last = await invoke(part.records);
    } catch (error) {
      if (signal.aborted) return;
      log(`event source mapping ${settings.id}: ${error instanceof Error ? error.message : String(error)}`);
      parts.unshift(part);
      await wait();
      continue;
    }
    const invocations = part.invocations + 1;
    const failedAt = firstFailure(last, part.records, settings.reportsItemFailures);
    if (failedAt === undefined) {
      done(part.records);
      backoff = FIRST_BACKOFF_MILLIS;
      continue;
    }
    const progress = failedAt.index > 0;
    if (progress) {
      done(part.records.slice(0, failedAt.index));
      backoff = FIRST_BACKOFF_MILLIS;
    }
    const rest = part.records.slice(failedAt.index);
    if (settings.bisect && progress) {
      parts.unshift({ records: rest, retries: part.retries, invocations });
    } else if (settings.bisect && !failedAt.reported && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      parts.unshift(
        { records: rest.slice(0, middle), retries: part.retries, invocations },
        { records: rest.slice(middle), retries: part.retries, invocations },
      );
    } else if (settings.maximumRetries !== undefined && part.retries >= settings.maximumRetries) {
      await giveUp(rest, 'RetryAttemptsExhausted', invocations);
    } else {
      parts.unshift({ records: rest, retries: part.retries + 1, invocations });
      await wait();
    }
  }
}

/** Index of the first record to run again; undefined when all are done. `reported` tells that the function named it itself. */
function firstFailure(
  { payload, error }: InvocationResult,
  records: readonly StreamRecord[],
  reportsItemFailures: boolean,
): { readonly index: number; readonly reported: boolean } | undefined {
  if (error !== undefined) return { index: 0, reported: false };
  if (!reportsItemFailures) return undefined;
  const answer = JSON.parse(payload) as { batchItemFailures?: readonly { itemIdentifier?: unknown }[] | null } | null;
  const failures = answer?.batchItemFailures ?? [];
  if (failures.length === 0) return undefined;
  const indices = failures.map(({ itemIdentifier }) =>
    records.findIndex(({ sequenceNumber }) => sequenceNumber === itemIdentifier),
  );
  // an identifier that is not of the batch fails all of it
  return { index: Math.max(0, Math.min(...indices)), reported: !indices.includes(-1) };
}

async function untilStored(
  batch: FailedBatch,
  { storeFailure, log, settings, signal, maximumBackoffMillis }: BatchRunnerOptions,
): Promise<void> {
  for (let backoff = FIRST_BACKOFF_MILLIS; !signal.aborted; backoff = Math.min(backoff * 2, maximumBackoffMillis)) {
    try {
      return await storeFailure(batch);
    } catch (error) {
      log(
        `event source mapping ${settings.id} cannot store failed records: ${error instanceof Error ? error.message : String(error)}`,
      );
      await pause(backoff, signal);
    }
  }
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await sleep(millis, undefined, { signal }).catch(() => {});
}
