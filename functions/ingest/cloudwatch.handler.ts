import type { CloudWatchLogsEvent, Context } from 'aws-lambda';
import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { DynamoDbIngestSettingsReader } from '../adapters/ingest-settings/dynamodb.ts';
import { DynamoDbLimiter } from '../adapters/limiter/dynamodb.ts';
import { LimiterEnv } from '../adapters/limiter/env.ts';
import { QuarantineEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { SettingsEnv } from '../adapters/saved-searches/env.ts';
import { FrameStreamEnv } from '../adapters/stream/env.ts';
import { KinesisFrameStream, makeKinesis } from '../adapters/stream/kinesis.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { inContext, makeTraceContext } from '../core/trace-context.ts';
import { makeAccept } from './accept.ts';
import { Subscriptions } from './cloudwatch/take-subscription.ts';
import { LogGroupsEnv } from './env.ts';
import { makeFindPolicy } from './policy/policy.ts';
import { makeTakeQuota } from './policy/quota.ts';

const env = readEnv(
  z.object({
    ...LogGroupsEnv.shape,
    ...QuarantineEnv.shape,
    ...FrameStreamEnv.shape,
    ...SettingsEnv.shape,
    ...LimiterEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const objects = new S3ObjectStore(makeS3(), env.QUARANTINE_BUCKET_NAME);
const subscriptions = new Subscriptions({
  accept: makeAccept({
    stream: new KinesisFrameStream(makeKinesis(), env.STREAM_NAME),
    quarantine: objects,
    policies: makeFindPolicy(new DynamoDbIngestSettingsReader(dynamoDb, env.SETTINGS_TABLE_NAME), Date.now),
    quota: makeTakeQuota(new DynamoDbLimiter(dynamoDb, env.LIMITS_TABLE_NAME, { factor: env.LIMITS_FACTOR })),
    now: Date.now,
  }),
  objects,
  projects: env.LOG_GROUP_PROJECTS,
  now: Date.now,
});
const drain = scheduleHandler(async (signal) => ({
  'tributary.cloudwatch.drained': await subscriptions.drain(signal),
}));

/** Invoked by subscription filters with log events, and by a schedule to accept what was kept. */
export const handler = (event: CloudWatchLogsEvent | { readonly awslogs?: undefined }, context: Context) =>
  event.awslogs === undefined ? drain(event, context) : take(event.awslogs.data, context);

/** Keeping what cannot be accepted fits into the rest of the function's time. */
const take = (data: string, { awsRequestId: id, getRemainingTimeInMillis }: Context): Promise<void> =>
  inContext(makeTraceContext({ requestId: id, correlationId: id }), () =>
    subscriptions.take(id, data, AbortSignal.timeout(Math.max(0, getRemainingTimeInMillis() - 10_000))),
  );
