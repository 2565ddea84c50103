import { S3Client } from '@aws-sdk/client-s3';
import { startS3 } from '../../lib/local-cloud/s3/s3.ts';
import { emulatorOptions, OPERATOR, REGION, temporaryFolder } from '../support/emulated-aws.ts';
import { presigner } from '../support/presign.ts';
import { s3Contract } from './s3.contract.ts';

const bucket = (name: string, properties: Readonly<Record<string, unknown>>) => ({
  logicalId: name,
  type: 'AWS::S3::Bucket',
  name,
  arn: `arn:aws:s3:::${name}`,
  properties,
});

s3Contract('emulated', async () => {
  const folder = await temporaryFolder();
  const declared = [
    bucket('plain', {}),
    bucket('versioned', { VersioningConfiguration: { Status: 'Enabled' } }),
    bucket('locked', { ObjectLockEnabled: true }),
  ];
  const emulator = await startS3(emulatorOptions(folder.path, declared));
  const options = { endpoint: emulator.url, region: REGION, credentials: OPERATOR };
  const client = new S3Client({ ...options, forcePathStyle: true });
  return {
    client,
    buckets: { plain: 'plain', versioned: 'versioned', locked: 'locked' },
    presign: presigner(options),
    stop: async () => {
      client.destroy();
      await emulator.close();
      await folder.remove();
    },
  };
});
