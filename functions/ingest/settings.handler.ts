import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { DynamoDbIngestSettings } from '../adapters/ingest-settings/dynamodb.ts';
import { SettingsEnv } from '../adapters/saved-searches/env.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { makePreview } from './policy/preview.ts';
import { makeGetSettings, makePutSettings, makeQuotaUse } from './policy/settings.ts';
import * as api from './settings-api.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...AuditTrailEnv.shape, ...SettingsEnv.shape }));
const dynamoDb = makeDynamoDb();
const { limiter, options } = makeEdge(env, dynamoDb);
const audit = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const parts = {
  settings: new DynamoDbIngestSettings(dynamoDb, env.SETTINGS_TABLE_NAME, audit),
  limiter,
  now: Date.now,
};

export const handler = httpHandler(
  [
    serve(api.getIngestSettingsRoute, makeGetSettings(parts)),
    serve(api.putIngestSettingsRoute, makePutSettings(parts)),
    serve(api.previewSanitisingRoute, makePreview(parts)),
    serve(api.quotaUseRoute, makeQuotaUse(parts)),
  ],
  options,
);
