import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { QuarantineEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { DynamoDbTombstones } from '../adapters/tombstones/dynamodb.ts';
import { TombstonesEnv } from '../adapters/tombstones/env.ts';
import { DynamoDbViewerRegister } from '../adapters/viewers/dynamodb.ts';
import { LiveEnv, ViewersEnv } from '../adapters/viewers/env.ts';
import { WebSocketApiConnections } from '../adapters/viewers/web-socket-api.ts';
import { readEnv } from '../core/env.ts';
import { kinesisHandler } from '../core/kinesis.ts';
import { TailEnv } from './env.ts';
import { makeTail } from './tail.ts';

const env = readEnv(
  z.object({ ...LiveEnv.shape, ...ViewersEnv.shape, ...TailEnv.shape, ...QuarantineEnv.shape, ...TombstonesEnv.shape }),
);
const dynamoDb = makeDynamoDb();

export const handler = kinesisHandler(
  makeTail({
    viewers: new DynamoDbViewerRegister(dynamoDb, env.LIVE_TABLE_NAME),
    post: new WebSocketApiConnections(env.WEBSOCKET_CALLBACK_URL),
    objects: new S3ObjectStore(makeS3(), env.QUARANTINE_BUCKET_NAME),
    tombstones: new DynamoDbTombstones(dynamoDb, env.TOMBSTONES_TABLE_NAME),
    postsPerSecond: env.LIVE_POSTS_PER_SECOND,
    now: Date.now,
    sleep: async (millis) => {
      await sleep(millis);
    },
  }),
);
