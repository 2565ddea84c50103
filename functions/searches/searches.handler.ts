import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { DynamoDbSavedSearches } from '../adapters/saved-searches/dynamodb.ts';
import { SettingsEnv } from '../adapters/saved-searches/env.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import * as api from './api.ts';
import {
  makeCreateSavedSearch,
  makeDeleteSavedSearch,
  makeGetSavedSearch,
  makeListSavedSearches,
  makeUpdateSavedSearch,
} from './saved-searches.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...AuditTrailEnv.shape, ...SettingsEnv.shape }));
const dynamoDb = makeDynamoDb();
const audit = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const parts = { searches: new DynamoDbSavedSearches(dynamoDb, env.SETTINGS_TABLE_NAME, audit), now: Date.now };

export const handler = httpHandler(
  [
    serve(api.listSavedSearchesRoute, makeListSavedSearches(parts)),
    serve(api.createSavedSearchRoute, makeCreateSavedSearch(parts)),
    serve(api.getSavedSearchRoute, makeGetSavedSearch(parts)),
    serve(api.updateSavedSearchRoute, makeUpdateSavedSearch(parts)),
    serve(api.deleteSavedSearchRoute, makeDeleteSavedSearch(parts)),
  ],
  makeEdge(env, dynamoDb).options,
);
