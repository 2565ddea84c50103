import { z } from 'zod';
import { DynamoDbAttempts } from '../adapters/attempts/dynamodb.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { OpenSearchEventHider } from '../adapters/event-store/opensearch-hider.ts';
import { DynamoDbLedger } from '../adapters/ledger/dynamodb.ts';
import { LedgerEnv } from '../adapters/ledger/env.ts';
import { QuarantineEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { DynamoDbTombstones } from '../adapters/tombstones/dynamodb.ts';
import { TombstonesEnv } from '../adapters/tombstones/env.ts';
import { readEnv } from '../core/env.ts';
import { kinesisHandler } from '../core/kinesis.ts';
import { makeIndexFrames } from './index-frames.ts';
import { keepDeleted } from './keep-deleted.ts';
import { Quarantine } from './quarantine/quarantine.ts';

const env = readEnv(
  z.object({ ...EventStoreEnv.shape, ...LedgerEnv.shape, ...QuarantineEnv.shape, ...TombstonesEnv.shape }),
);
const dynamoDb = makeDynamoDb();
const objects = new S3ObjectStore(makeS3(), env.QUARANTINE_BUCKET_NAME);

export const handler = kinesisHandler(
  makeIndexFrames({
    events: keepDeleted({
      events: new OpenSearchEventStore(env),
      hider: new OpenSearchEventHider(env),
      tombstones: new DynamoDbTombstones(dynamoDb, env.TOMBSTONES_TABLE_NAME),
    }),
    ledger: new DynamoDbLedger(dynamoDb, env.LEDGER_TABLE_NAME),
    objects,
    quarantine: new Quarantine(objects),
    attempts: new DynamoDbAttempts(dynamoDb, env.LEDGER_TABLE_NAME),
  }),
);
