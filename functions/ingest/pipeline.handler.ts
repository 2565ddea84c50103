import { z } from 'zod';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { OpenSearchEventHider } from '../adapters/event-store/opensearch-hider.ts';
import { DynamoDbJobs } from '../adapters/jobs/dynamodb.ts';
import { DynamoDbLedger } from '../adapters/ledger/dynamodb.ts';
import { LedgerEnv } from '../adapters/ledger/env.ts';
import { QuarantineEnv, UploadsEnv } from '../adapters/object-store/env.ts';
import { makePutLinks, makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { DynamoDbTombstones } from '../adapters/tombstones/dynamodb.ts';
import { TombstonesEnv } from '../adapters/tombstones/env.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { keepDeleted } from './keep-deleted.ts';
import { makeReadLedger } from './ledger/read-ledger.ts';
import { ledgerRoute } from './ledger-api.ts';
import { makeListQuarantine, makePreviewQuarantine } from './quarantine/list-quarantine.ts';
import { QuarantineRedrive } from './quarantine/redrive-quarantine.ts';
import { listQuarantineRoute, previewQuarantineRoute, redriveAllRoute, redriveOneRoute } from './quarantine-api.ts';
import { makeGetReplay, makeListReplays, makeStartReplay } from './replay/replays.ts';
import { getReplayRoute, listReplaysRoute, startReplayRoute } from './replay-api.ts';
import { makeCompleteUpload, makeCreateUpload, makeGetUpload, makeListUploads } from './uploads/uploads.ts';
import { completeUploadRoute, createUploadRoute, getUploadRoute, listUploadsRoute } from './uploads-api.ts';

const env = readEnv(
  z.object({
    ...EdgeEnv.shape,
    ...LedgerEnv.shape,
    ...QuarantineEnv.shape,
    ...UploadsEnv.shape,
    ...EventStoreEnv.shape,
    ...TombstonesEnv.shape,
    ...AuditTrailEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const ledger = new DynamoDbLedger(dynamoDb, env.LEDGER_TABLE_NAME);
const s3 = makeS3();
const objects = new S3ObjectStore(s3, env.QUARANTINE_BUCKET_NAME);
const audit = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const redrive = new QuarantineRedrive({
  objects,
  events: keepDeleted({
    events: new OpenSearchEventStore(env),
    hider: new OpenSearchEventHider(env),
    tombstones: new DynamoDbTombstones(dynamoDb, env.TOMBSTONES_TABLE_NAME),
  }),
  ledger,
  audit,
  now: Date.now,
});
const jobs = new DynamoDbJobs(dynamoDb, env.LEDGER_TABLE_NAME);
const replays = { jobs, audit, now: Date.now };
const uploads = {
  jobs,
  files: new S3ObjectStore(s3, env.UPLOADS_BUCKET_NAME),
  linkPut: makePutLinks(env.UPLOADS_BUCKET_NAME),
  now: Date.now,
};

export const handler = httpHandler(
  [
    serve(ledgerRoute, makeReadLedger({ ledger, now: Date.now })),
    serve(listQuarantineRoute, makeListQuarantine({ objects, now: Date.now })),
    serve(previewQuarantineRoute, makePreviewQuarantine({ objects })),
    serve(redriveOneRoute, redrive.one),
    serve(redriveAllRoute, redrive.all),
    serve(startReplayRoute, makeStartReplay(replays)),
    serve(listReplaysRoute, makeListReplays(replays)),
    serve(getReplayRoute, makeGetReplay(replays)),
    serve(createUploadRoute, makeCreateUpload(uploads)),
    serve(completeUploadRoute, makeCompleteUpload(uploads)),
    serve(listUploadsRoute, makeListUploads(uploads)),
    serve(getUploadRoute, makeGetUpload(uploads)),
  ],
  makeEdge(env, dynamoDb).options,
);
