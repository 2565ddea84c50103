import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventHider } from '../adapters/event-store/opensearch-hider.ts';
import { DynamoDbTombstones } from '../adapters/tombstones/dynamodb.ts';
import { TombstonesEnv } from '../adapters/tombstones/env.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { makeSettleDeletions } from './settle-deletions.ts';

const env = readEnv(z.object({ ...EventStoreEnv.shape, ...AuditTrailEnv.shape, ...TombstonesEnv.shape }));
const dynamoDb = makeDynamoDb();
const settleDeletions = makeSettleDeletions({
  hider: new OpenSearchEventHider(env),
  tombstones: new DynamoDbTombstones(
    dynamoDb,
    env.TOMBSTONES_TABLE_NAME,
    new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME),
  ),
  now: Date.now,
});

export const handler = scheduleHandler(async (signal) => {
  const { purged, failed } = await settleDeletions(signal);
  return { 'tributary.deletion.purged': purged, 'tributary.deletion.failed': failed };
});
