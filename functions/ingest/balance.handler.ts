import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { DynamoDbLedger } from '../adapters/ledger/dynamodb.ts';
import { LedgerEnv } from '../adapters/ledger/env.ts';
import { readEnv } from '../core/env.ts';
import { writeMetrics } from '../core/metric.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { BalanceEnv, type BalanceMetrics } from './env.ts';
import { makeCheckLedger } from './ledger/check-ledger.ts';

const env = readEnv(z.object({ ...LedgerEnv.shape, ...BalanceEnv.shape }));
const checkLedger = makeCheckLedger({
  ledger: new DynamoDbLedger(makeDynamoDb(), env.LEDGER_TABLE_NAME),
  now: Date.now,
});

export const handler = scheduleHandler(async (signal) => {
  const { unsettled, oldestSeconds } = await checkLedger(signal);
  const metrics: BalanceMetrics = { UnsettledFrames: unsettled };
  writeMetrics(
    env.METRICS_NAMESPACE,
    { UnsettledFrames: { value: metrics.UnsettledFrames, unit: 'Count' } },
    Date.now(),
  );
  return { 'tributary.ledger.unsettled': unsettled, 'tributary.ledger.oldest_seconds': oldestSeconds };
});
