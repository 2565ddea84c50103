import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { OpenSearchEventHider } from '../adapters/event-store/opensearch-hider.ts';
import { DynamoDbIngestSettingsReader } from '../adapters/ingest-settings/dynamodb.ts';
import { DynamoDbJobs } from '../adapters/jobs/dynamodb.ts';
import { DynamoDbLedger } from '../adapters/ledger/dynamodb.ts';
import { LedgerEnv } from '../adapters/ledger/env.ts';
import { DynamoDbLimiter } from '../adapters/limiter/dynamodb.ts';
import { LimiterEnv } from '../adapters/limiter/env.ts';
import { ArchiveEnv, QuarantineEnv, UploadsEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { SettingsEnv } from '../adapters/saved-searches/env.ts';
import { FrameStreamEnv } from '../adapters/stream/env.ts';
import { KinesisFrameStream, makeKinesis } from '../adapters/stream/kinesis.ts';
import { DynamoDbTombstones } from '../adapters/tombstones/dynamodb.ts';
import { TombstonesEnv } from '../adapters/tombstones/env.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { makeAccept } from './accept.ts';
import { makeRunJobs } from './jobs/run-jobs.ts';
import { keepDeleted } from './keep-deleted.ts';
import { makeFindPolicy } from './policy/policy.ts';
import { makeTakeQuota } from './policy/quota.ts';
import { Quarantine } from './quarantine/quarantine.ts';
import { replayWork } from './replay/replay-archive.ts';
import { uploadWork } from './uploads/read-upload.ts';

const env = readEnv(
  z.object({
    ...LedgerEnv.shape,
    ...EventStoreEnv.shape,
    ...TombstonesEnv.shape,
    ...QuarantineEnv.shape,
    ...ArchiveEnv.shape,
    ...UploadsEnv.shape,
    ...FrameStreamEnv.shape,
    ...SettingsEnv.shape,
    ...LimiterEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const s3 = makeS3();
const objects = new S3ObjectStore(s3, env.QUARANTINE_BUCKET_NAME);
const runJobs = makeRunJobs({
  jobs: new DynamoDbJobs(dynamoDb, env.LEDGER_TABLE_NAME),
  work: {
    replay: replayWork({
      archive: new S3ObjectStore(s3, env.ARCHIVE_BUCKET_NAME),
      objects,
      events: keepDeleted({
        events: new OpenSearchEventStore(env),
        hider: new OpenSearchEventHider(env),
        tombstones: new DynamoDbTombstones(dynamoDb, env.TOMBSTONES_TABLE_NAME),
      }),
      ledger: new DynamoDbLedger(dynamoDb, env.LEDGER_TABLE_NAME),
      quarantine: new Quarantine(objects),
    }),
    upload: uploadWork({
      files: new S3ObjectStore(s3, env.UPLOADS_BUCKET_NAME),
      accept: makeAccept({
        stream: new KinesisFrameStream(makeKinesis(), env.STREAM_NAME),
        quarantine: objects,
        policies: makeFindPolicy(new DynamoDbIngestSettingsReader(dynamoDb, env.SETTINGS_TABLE_NAME), Date.now),
        quota: makeTakeQuota(new DynamoDbLimiter(dynamoDb, env.LIMITS_TABLE_NAME, { factor: env.LIMITS_FACTOR })),
        now: Date.now,
      }),
    }),
  },
  now: Date.now,
});

/** Saving how far a job is, and the object that is being worked on, fit into the rest of the function's time. */
const RUN_MILLIS = 240_000;

export const handler = scheduleHandler(async (signal) => {
  const { ended, failed } = await runJobs(AbortSignal.any([signal, AbortSignal.timeout(RUN_MILLIS)]));
  return { 'tributary.jobs.ended': ended, 'tributary.jobs.failed': failed };
});
