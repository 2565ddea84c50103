import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { QuarantineEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { FrameStreamEnv } from '../adapters/stream/env.ts';
import { KinesisFrameStream, makeKinesis } from '../adapters/stream/kinesis.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { makeAccept } from './accept.ts';
import { createLogRoute, createLogsRoute, generateRoute } from './api.ts';
import { makeGenerateLogs } from './generate-logs.ts';
import { makeCreateLog, makeCreateLogs } from './own-api/create-logs.ts';
import { shipperTable } from './shipper-table.ts';
import { makeShippers } from './shippers.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...FrameStreamEnv.shape, ...QuarantineEnv.shape }));
const accept = makeAccept({
  stream: new KinesisFrameStream(makeKinesis(), env.STREAM_NAME),
  quarantine: new S3ObjectStore(makeS3(), env.QUARANTINE_BUCKET_NAME),
  now: Date.now,
});

export const handler = httpHandler(
  [
    serve(createLogRoute, makeCreateLog(accept)),
    serve(createLogsRoute, makeCreateLogs(accept)),
    serve(generateRoute, makeGenerateLogs(accept, Date.now)),
  ],
  { ...makeEdge(env, makeDynamoDb()).options, fallback: makeShippers(accept, shipperTable, Date.now) },
);
