import { z } from 'zod';
import { QuarantineEnv } from '../adapters/object-store/env.ts';
import { makeS3, S3ObjectStore } from '../adapters/object-store/s3.ts';
import { FrameStreamEnv } from '../adapters/stream/env.ts';
import { KinesisFrameStream, makeKinesis } from '../adapters/stream/kinesis.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';
import { makeRedrive } from './redrive.ts';

const env = readEnv(z.object({ ...QuarantineEnv.shape, ...FrameStreamEnv.shape }));
const redrive = makeRedrive({
  quarantine: new S3ObjectStore(makeS3(), env.QUARANTINE_BUCKET_NAME),
  stream: new KinesisFrameStream(makeKinesis(), env.STREAM_NAME),
});

export const handler = scheduleHandler(async (signal) => ({ 'tributary.redrive.drained': await redrive(signal) }));
