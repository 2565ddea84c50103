import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { DynamoDbLedger } from '../adapters/ledger/dynamodb.ts';
import { LedgerEnv } from '../adapters/ledger/env.ts';
import { ArchiveEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { readEnv } from '../core/env.ts';
import { kinesisHandler } from '../core/kinesis.ts';
import { makeArchiveFrames } from './archive-frames.ts';

const env = readEnv(z.object({ ...ArchiveEnv.shape, ...LedgerEnv.shape }));

export const handler = kinesisHandler(
  makeArchiveFrames({
    archive: new S3ObjectStore(makeS3(), env.ARCHIVE_BUCKET_NAME),
    ledger: new DynamoDbLedger(makeDynamoDb(), env.LEDGER_TABLE_NAME),
  }),
);
