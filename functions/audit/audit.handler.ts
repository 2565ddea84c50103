import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditSegmentsEnv, AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { DynamoDbAuditReader } from '../adapters/audit-trail/reader.ts';
import { S3SealedSegments } from '../adapters/audit-trail/segments.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { makeS3 } from '../adapters/object-store/s3.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import * as api from './api.ts';
import { makeCreateAuditEntry } from './create-audit-entry.ts';
import { makeEntityTrail, makeGetAudit, makeListAudit } from './list-audit.ts';
import type { AuditParts } from './parts.ts';
import { makeVerifyAudit } from './verify-audit.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...AuditTrailEnv.shape, ...AuditSegmentsEnv.shape }));
const dynamoDb = makeDynamoDb();
const parts: AuditParts = {
  trail: new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME),
  reader: new DynamoDbAuditReader(dynamoDb, env.AUDIT_TABLE_NAME),
  segments: new S3SealedSegments(makeS3(), env.AUDIT_SEGMENTS_BUCKET_NAME),
  now: Date.now,
};

export const handler = httpHandler(
  [
    serve(api.listAuditRoute, makeListAudit(parts)),
    serve(api.createAuditRoute, makeCreateAuditEntry(parts)),
    serve(api.verifyAuditRoute, makeVerifyAudit(parts)),
    serve(api.entityTrailRoute, makeEntityTrail(parts)),
    serve(api.getAuditRoute, makeGetAudit(parts)),
  ],
  makeEdge(env, dynamoDb).options,
);
