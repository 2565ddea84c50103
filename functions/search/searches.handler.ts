import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { ExportFilesEnv } from '../adapters/export-files/env.ts';
import { makeS3Links } from '../adapters/export-files/s3-link.ts';
import { DynamoDbExportJobs } from '../adapters/export-jobs/dynamodb.ts';
import { DynamoDbSavedSearches } from '../adapters/saved-searches/dynamodb.ts';
import { SettingsEnv } from '../adapters/saved-searches/env.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { makeCancelExport, makeCreateExport, makeGetExport, makeListExports } from './export/export-jobs.ts';
import * as exports from './exports-api.ts';
import * as api from './saved-api.ts';
import {
  makeCreateSavedSearch,
  makeDeleteSavedSearch,
  makeGetSavedSearch,
  makeListSavedSearches,
  makeUpdateSavedSearch,
} from './saved-searches.ts';

const env = readEnv(
  z.object({ ...EdgeEnv.shape, ...AuditTrailEnv.shape, ...SettingsEnv.shape, ...ExportFilesEnv.shape }),
);
const dynamoDb = makeDynamoDb();
const audit = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const parts = { searches: new DynamoDbSavedSearches(dynamoDb, env.SETTINGS_TABLE_NAME, audit), now: Date.now };
const exporting = {
  jobs: new DynamoDbExportJobs(dynamoDb, env.SETTINGS_TABLE_NAME, audit),
  link: makeS3Links(env.EXPORTS_BUCKET_NAME),
  now: Date.now,
};

export const handler = httpHandler(
  [
    serve(api.listSavedSearchesRoute, makeListSavedSearches(parts)),
    serve(api.createSavedSearchRoute, makeCreateSavedSearch(parts)),
    serve(api.getSavedSearchRoute, makeGetSavedSearch(parts)),
    serve(api.updateSavedSearchRoute, makeUpdateSavedSearch(parts)),
    serve(api.deleteSavedSearchRoute, makeDeleteSavedSearch(parts)),
    serve(exports.createExportRoute, makeCreateExport(exporting)),
    serve(exports.listExportsRoute, makeListExports(exporting)),
    serve(exports.getExportRoute, makeGetExport(exporting)),
    serve(exports.cancelExportRoute, makeCancelExport(exporting)),
  ],
  makeEdge(env, dynamoDb).options,
);
