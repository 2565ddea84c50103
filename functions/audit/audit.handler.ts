import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditSegmentsEnv, AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { DynamoDbAuditReader } from '../adapters/audit-trail/reader.ts';
import { DynamoDbSearchEntries } from '../adapters/audit-trail/searches.ts';
import { S3SealedSegments } from '../adapters/audit-trail/segments.ts';
import { DynamoDbAuditSettings } from '../adapters/audit-trail/settings.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { makeS3 } from '../adapters/object-store/s3.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import * as api from './api.ts';
import { makeCreateAuditEntry } from './create-audit-entry.ts';
import { makeEntityTrail, makeGetAudit, makeListAudit } from './list-audit.ts';
import { makeListSearches } from './list-searches.ts';
import type { AuditParts } from './parts.ts';
import { makeGetAuditSettings, makePutAuditSettings } from './settings.ts';
import { makeVerifyAudit } from './verify-audit.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...AuditTrailEnv.shape, ...AuditSegmentsEnv.shape }));
const dynamoDb = makeDynamoDb();
const trail = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const parts: AuditParts = {
  trail,
  reader: new DynamoDbAuditReader(dynamoDb, env.AUDIT_TABLE_NAME),
  segments: new S3SealedSegments(makeS3(), env.AUDIT_SEGMENTS_BUCKET_NAME),
  settings: new DynamoDbAuditSettings(dynamoDb, env.AUDIT_TABLE_NAME, trail),
  searches: new DynamoDbSearchEntries(dynamoDb, env.AUDIT_TABLE_NAME),
  now: Date.now,
};
const listAudit = makeListAudit(parts);
const listSearches = makeListSearches(parts);

export const handler = httpHandler(
  [
    serve(api.listAuditRoute, async (input, call) => {
      const { chain } = input;
      return chain === 'none' ? listSearches(input, call) : listAudit({ ...input, chain }, call);
    }),
    serve(api.getAuditSettingsRoute, makeGetAuditSettings(parts)),
    serve(api.putAuditSettingsRoute, makePutAuditSettings(parts)),
    serve(api.createAuditRoute, makeCreateAuditEntry(parts)),
    serve(api.verifyAuditRoute, makeVerifyAudit(parts)),
    serve(api.entityTrailRoute, makeEntityTrail(parts)),
    serve(api.getAuditRoute, makeGetAudit(parts)),
  ],
  makeEdge(env, dynamoDb).options,
);
