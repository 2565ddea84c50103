import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { ExportFilesEnv } from '../adapters/export-files/env.ts';
import { S3ExportFiles } from '../adapters/export-files/s3.ts';
import { DynamoDbExportJobs } from '../adapters/export-jobs/dynamodb.ts';
import { makeS3 } from '../adapters/object-store/s3.ts';
import { SettingsEnv } from '../adapters/saved-searches/env.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { makeRunExports } from './export/run-exports.ts';

const env = readEnv(
  z.object({ ...EventStoreEnv.shape, ...AuditTrailEnv.shape, ...SettingsEnv.shape, ...ExportFilesEnv.shape }),
);
const dynamoDb = makeDynamoDb();
const runExports = makeRunExports({
  jobs: new DynamoDbExportJobs(
    dynamoDb,
    env.SETTINGS_TABLE_NAME,
    new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME),
  ),
  files: new S3ExportFiles(makeS3(), env.EXPORTS_BUCKET_NAME),
  events: new OpenSearchEventStore(env),
  now: Date.now,
});

/** A slice begun just before this and its last page fit into the rest of the function's time. */
const RUN_MILLIS = 200_000;

export const handler = scheduleHandler(async (signal) => {
  const { completed, failed, continued } = await runExports(AbortSignal.any([signal, AbortSignal.timeout(RUN_MILLIS)]));
  return {
    'tributary.export.completed': completed,
    'tributary.export.failed': failed,
    'tributary.export.continued': continued,
  };
});
