import { z } from 'zod';
import { AuditSegmentsEnv, AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { DynamoDbAuditReader } from '../adapters/audit-trail/reader.ts';
import { DynamoDbSealNotes } from '../adapters/audit-trail/seal-notes.ts';
import { S3SealedSegments } from '../adapters/audit-trail/segments.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeS3 } from '../adapters/object-store/s3.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { makeSealChains } from './seal-chains.ts';

const env = readEnv(z.object({ ...AuditTrailEnv.shape, ...AuditSegmentsEnv.shape }));
const dynamoDb = makeDynamoDb();
const sealChains = makeSealChains({
  reader: new DynamoDbAuditReader(dynamoDb, env.AUDIT_TABLE_NAME),
  segments: new S3SealedSegments(makeS3(), env.AUDIT_SEGMENTS_BUCKET_NAME),
  notes: new DynamoDbSealNotes(dynamoDb, env.AUDIT_TABLE_NAME),
});

export const handler = scheduleHandler(async (signal) => {
  const { sealed, broken, failed } = await sealChains(signal);
  return { 'tributary.audit.sealed': sealed, 'tributary.audit.broken': broken, 'tributary.audit.failed': failed };
});
