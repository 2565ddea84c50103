import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { describe } from 'vitest';
import { MOTO_CLIENT, MOTO_URL, uniqueName } from '../support/aws-engine.ts';
import { presigner } from '../support/presign.ts';
import { s3Contract } from './s3.contract.ts';

describe.skipIf(MOTO_URL === undefined)('against moto', () => {
  s3Contract('moto', async () => {
    const client = new S3Client({ ...MOTO_CLIENT, forcePathStyle: true });
    const buckets = { plain: uniqueName('plain'), versioned: uniqueName('versioned'), locked: uniqueName('locked') };
    await client.send(new CreateBucketCommand({ Bucket: buckets.plain }));
    await client.send(new CreateBucketCommand({ Bucket: buckets.versioned }));
    await client.send(new CreateBucketCommand({ Bucket: buckets.locked, ObjectLockEnabledForBucket: true }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket: buckets.versioned, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    return { client, buckets, presign: presigner(MOTO_CLIENT), stop: async () => client.destroy() };
  });
});
