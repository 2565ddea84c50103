import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { DynamoDbIngestSettingsReader } from '../adapters/ingest-settings/dynamodb.ts';
import { QuarantineEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { SettingsEnv } from '../adapters/saved-searches/env.ts';
import { FrameStreamEnv } from '../adapters/stream/env.ts';
import { KinesisFrameStream, makeKinesis } from '../adapters/stream/kinesis.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { makeAccept } from './accept.ts';
import { createLogRoute, createLogsRoute, generateRoute } from './api.ts';
import { makeGenerateLogs } from './generate-logs.ts';
import { makeCreateLog, makeCreateLogs } from './own-api/create-logs.ts';
import { makeFindPolicy } from './policy/policy.ts';
import { makeTakeQuota } from './policy/quota.ts';
import { shipperTable } from './shipper-table.ts';
import { makeShippers } from './shippers.ts';
import { traceLogRoute } from './trace-api.ts';
import { makeTraceLog } from './trace-log.ts';

const env = readEnv(
  z.object({ ...EdgeEnv.shape, ...FrameStreamEnv.shape, ...QuarantineEnv.shape, ...SettingsEnv.shape }),
);
const dynamoDb = makeDynamoDb();
const edge = makeEdge(env, dynamoDb);
const accept = makeAccept({
  stream: new KinesisFrameStream(makeKinesis(), env.STREAM_NAME),
  quarantine: new S3ObjectStore(makeS3(), env.QUARANTINE_BUCKET_NAME),
  policies: makeFindPolicy(new DynamoDbIngestSettingsReader(dynamoDb, env.SETTINGS_TABLE_NAME), Date.now),
  quota: makeTakeQuota(edge.limiter),
  now: Date.now,
});

export const handler = httpHandler(
  [
    serve(createLogRoute, makeCreateLog(accept)),
    serve(createLogsRoute, makeCreateLogs(accept)),
    serve(generateRoute, makeGenerateLogs(accept, Date.now)),
    serve(traceLogRoute, makeTraceLog(accept, Date.now)),
  ],
  { ...edge.options, fallback: makeShippers(accept, shipperTable, Date.now) },
);
