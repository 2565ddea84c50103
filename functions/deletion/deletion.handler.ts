import { z } from 'zod';
import { DynamoDbAnswerCache } from '../adapters/answer-cache/dynamodb.ts';
import { AnswerCacheEnv } from '../adapters/answer-cache/env.ts';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { OpenSearchEventHider } from '../adapters/event-store/opensearch-hider.ts';
import { DynamoDbTombstones } from '../adapters/tombstones/dynamodb.ts';
import { TombstonesEnv } from '../adapters/tombstones/env.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { deleteLogRoute, restoreLogRoute } from './api.ts';
import { makeDeleteLog } from './delete-log.ts';
import { DeletionEnv } from './env.ts';
import type { DeletionParts } from './parts.ts';
import { makeRestoreLog } from './restore-log.ts';

const env = readEnv(
  z.object({
    ...EdgeEnv.shape,
    ...EventStoreEnv.shape,
    ...AuditTrailEnv.shape,
    ...TombstonesEnv.shape,
    ...AnswerCacheEnv.shape,
    ...DeletionEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const parts: DeletionParts = {
  events: new OpenSearchEventStore(env),
  hider: new OpenSearchEventHider(env),
  tombstones: new DynamoDbTombstones(
    dynamoDb,
    env.TOMBSTONES_TABLE_NAME,
    new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME),
  ),
  cache: new DynamoDbAnswerCache(dynamoDb, env.CACHE_TABLE_NAME),
  graceMillis: env.DELETION_GRACE_DAYS * 86_400_000,
  archiveDays: env.ARCHIVE_DAYS,
  now: Date.now,
};

export const handler = httpHandler(
  [serve(deleteLogRoute, makeDeleteLog(parts)), serve(restoreLogRoute, makeRestoreLog(parts))],
  makeEdge(env, dynamoDb).options,
);
