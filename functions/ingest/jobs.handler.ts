import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { OpenSearchEventHider } from '../adapters/event-store/opensearch-hider.ts';
import { DynamoDbJobs } from '../adapters/jobs/dynamodb.ts';
import { DynamoDbLedger } from '../adapters/ledger/dynamodb.ts';
import { LedgerEnv } from '../adapters/ledger/env.ts';
import { ArchiveEnv, QuarantineEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { DynamoDbTombstones } from '../adapters/tombstones/dynamodb.ts';
import { TombstonesEnv } from '../adapters/tombstones/env.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { makeRunJobs } from './jobs/run-jobs.ts';
import { keepDeleted } from './keep-deleted.ts';
import { Quarantine } from './quarantine/quarantine.ts';
import { replayWork } from './replay/replay-archive.ts';

const env = readEnv(
  z.object({
    ...LedgerEnv.shape,
    ...EventStoreEnv.shape,
    ...TombstonesEnv.shape,
    ...QuarantineEnv.shape,
    ...ArchiveEnv.shape,
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
  },
  now: Date.now,
});

/** Saving how far a job is, and the object that is being worked on, fit into the rest of the function's time. */
const RUN_MILLIS = 240_000;

export const handler = scheduleHandler(async (signal) => {
  const { ended, failed } = await runJobs(AbortSignal.any([signal, AbortSignal.timeout(RUN_MILLIS)]));
  return { 'tributary.jobs.ended': ended, 'tributary.jobs.failed': failed };
});
