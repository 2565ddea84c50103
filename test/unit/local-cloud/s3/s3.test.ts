import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeclaredResource, Emulator } from '../../../../lib/local-cloud/emulator.ts';
import type { PolicyStatement } from '../../../../lib/local-cloud/iam/principals.ts';
import { startS3 } from '../../../../lib/local-cloud/s3/s3.ts';
import { allow } from '../../../support/allow.ts';
import { refusal } from '../../../support/aws-engine.ts';
import { emulatorOptions, LIMITED, OPERATOR, REGION, temporaryFolder } from '../../../support/emulated-aws.ts';

const DAY_MILLIS = 86_400_000;
const ARN = 'arn:aws:s3:::bucket';
const bucket = (properties: object = {}): DeclaredResource => ({
  logicalId: 'Bucket',
  type: 'AWS::S3::Bucket',
  name: 'bucket',
  arn: ARN,
  properties: { ...properties },
});
const policy = (...Statement: object[]): DeclaredResource => ({
  logicalId: 'BucketPolicy',
  type: 'AWS::S3::BucketPolicy',
  name: 'policy',
  arn: '',
  properties: { Bucket: 'bucket', PolicyDocument: { Version: '2012-10-17', Statement } },
});

describe('the local S3', () => {
  const Bucket = 'bucket';
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let emulator: Emulator;
  let clients: S3Client[] = [];
  let nowMillis = Date.UTC(2026, 0, 1, 12);
  beforeEach(async () => {
    nowMillis = Date.UTC(2026, 0, 1, 12);
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients = [];
    await emulator.close();
    await folder.remove();
  });

  const start = async (
    resources: readonly DeclaredResource[] = [bucket()],
    limited: readonly PolicyStatement[] = [],
  ) => {
    emulator = await startS3({ ...emulatorOptions(folder.path, resources, limited), now: () => nowMillis });
  };
  /** The rules of a bucket's lifecycle are done at the start, and each minute after. */
  const restart = async (resources?: readonly DeclaredResource[]) => {
    await emulator.close();
    await start(resources);
  };
  const client = (credentials = OPERATOR) => {
    const made = new S3Client({
      endpoint: emulator.url,
      region: REGION,
      credentials,
      maxAttempts: 1,
      forcePathStyle: true,
    });
    clients.push(made);
    return made;
  };
  const put = (Key: string, Body = 'x', by = client()) => by.send(new PutObjectCommand({ Bucket, Key, Body }));
  const get = async (Key: string, by = client()) =>
    (await by.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
  const keys = async () =>
    (await client().send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key) ?? [];
  const files = () =>
    readdirSync(join(folder.path, 's3/blobs'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );

  it('keeps objects over a restart, and no file of what is gone', async () => {
    await start();
    await put('kept', 'content');
    await put('replaced', 'first');
    await put('replaced', 'second');
    await put('deleted');
    await client().send(new DeleteObjectCommand({ Bucket, Key: 'deleted' }));
    expect(files()).toHaveLength(2);
    const [folderName = ''] = readdirSync(join(folder.path, 's3/blobs'));
    writeFileSync(join(folder.path, 's3/blobs', folderName, 'left-by-a-crash'), 'x');
    await restart();
    expect(await get('kept')).toBe('content');
    expect(await get('replaced')).toBe('second');
    expect(files()).toHaveLength(2);
  });

  it('leaves no file of an upload that was refused', async () => {
    await start();
    const wrong = new PutObjectCommand({ Bucket, Key: 'a', Body: 'abc', ChecksumCRC32: 'AAAAAA==' });
    expect((await refusal(client().send(wrong))).name).toBe('BadDigest');
    await put('once');
    await refusal(client().send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'again', IfNoneMatch: '*' })));
    expect(files()).toHaveLength(1);
    expect(readdirSync(join(folder.path, 's3/incoming'))).toEqual([]);
  });

  it('hides from who may not list what is not there', async () => {
    await start([bucket()], [allow(['s3:getobject'], [`${ARN}/*`])]);
    expect((await refusal(get('nowhere', client(LIMITED)))).name).toBe('AccessDenied');
    const head = client(LIMITED).send(new HeadObjectCommand({ Bucket, Key: 'nowhere' }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await restart();
    expect((await refusal(get('nowhere'))).name).toBe('NoSuchKey');
  });

  it('answers who is not allowed with the sentence of AWS, key by key', async () => {
    await start([bucket()], [allow(['s3:putobject', 's3:deleteobject'], [`${ARN}/own/*`])]);
    await put('own/a', 'x', client(LIMITED));
    await put('other');
    expect(await refusal(put('other', 'y', client(LIMITED)))).toEqual({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::123456789012:assumed-role/limited/limited is not authorized to perform: s3:PutObject on resource: ${ARN}/other because no identity-based policy allows the s3:PutObject action`,
    });
    const Objects = ['own/a', 'other'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await client(LIMITED).send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual([{ Key: 'own/a' }]);
    expect(Errors).toMatchObject([{ Key: 'other', Code: 'AccessDenied' }]);
    expect(await keys()).toEqual(['other']);
  });

  it('needs the right to the source of a copy', async () => {
    await start([bucket()], [allow(['s3:putobject'], [`${ARN}/*`])]);
    await put('secret');
    const { CopyObjectCommand } = await import('@aws-sdk/client-s3');
    const copy = client(LIMITED).send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'bucket/secret' }));
    expect((await refusal(copy)).message).toContain('s3:GetObject');
  });

  it('can restrict listing to a prefix', async () => {
    await start([bucket()], [allow(['s3:listbucket'], [ARN], { StringLike: { 's3:prefix': ['own/*'] } })]);
    const list = (Prefix?: string) => client(LIMITED).send(new ListObjectsV2Command({ Bucket, Prefix }));
    expect((await list('own/')).KeyCount).toBe(0);
    expect((await refusal(list())).name).toBe('AccessDenied');
  });

  it('heeds the policy of a bucket: a grant to a role, a denial to all, and none for who lacks TLS', async () => {
    const Principal = { AWS: 'arn:aws:iam::123456789012:role/limited' };
    await start([
      bucket(),
      policy(
        { Effect: 'Allow', Principal, Action: 's3:*', Resource: [ARN, `${ARN}/*`] },
        { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `${ARN}/*` },
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Resource: `${ARN}/*`,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ),
    ]);
    await put('a', 'x', client(LIMITED));
    expect(await get('a', client(LIMITED))).toBe('x');
    const denied = await refusal(client().send(new DeleteObjectCommand({ Bucket, Key: 'a' })));
    expect(denied.message).toContain('with an explicit deny');
  });

  it('expires objects at the midnight after their days are over', async () => {
    const declared = [
      bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Prefix: 'logs/', ExpirationInDays: 2 }] } }),
    ];
    await start(declared);
    await put('logs/a');
    await put('other');
    nowMillis += 2 * DAY_MILLIS;
    await restart(declared);
    expect(await keys()).toEqual(['logs/a', 'other']);
    nowMillis = Date.UTC(2026, 0, 4);
    await restart(declared);
    expect(await keys()).toEqual(['other']);
    expect(files()).toHaveLength(1);
  });

  it('expires old versions and abandoned uploads', async () => {
    const declared = [
      bucket({
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: [
            {
              Status: 'Enabled',
              NoncurrentVersionExpiration: { NoncurrentDays: 1 },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
          ],
        },
      }),
    ];
    await start(declared);
    await put('a', 'old');
    const { UploadId } = await client().send(new CreateMultipartUploadCommand({ Bucket, Key: 'b' }));
    await client().send(new UploadPartCommand({ Bucket, Key: 'b', UploadId, PartNumber: 1, Body: 'part' }));
    nowMillis += 10 * DAY_MILLIS;
    await put('a', 'new');
    await restart(declared);
    const versions = async () => (await client().send(new ListObjectVersionsCommand({ Bucket }))).Versions?.length;
    expect(await versions()).toBe(2);
    nowMillis += 2 * DAY_MILLIS;
    await restart(declared);
    expect(await versions()).toBe(1);
    expect(await get('a')).toBe('new');
    expect(files()).toHaveLength(1);
  });

  it('locks versions until their time, by default and on request', async () => {
    const declared = [
      bucket({
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 } } },
      }),
    ];
    await start(declared);
    const { VersionId } = await put('a');
    const place = { Bucket, Key: 'a', VersionId };
    expect((await client().send(new GetObjectRetentionCommand(place))).Retention).toEqual({
      Mode: 'GOVERNANCE',
      RetainUntilDate: new Date(nowMillis + 7 * DAY_MILLIS),
    });
    expect((await refusal(client().send(new DeleteObjectCommand(place)))).name).toBe('AccessDenied');
    const until = (days: number) => ({
      Retention: { Mode: 'COMPLIANCE' as const, RetainUntilDate: new Date(nowMillis + days * DAY_MILLIS) },
    });
    expect((await refusal(client().send(new PutObjectRetentionCommand({ ...place, ...until(1) })))).name).toBe(
      'AccessDenied',
    );
    await client().send(new PutObjectRetentionCommand({ ...place, ...until(30) }));
    nowMillis += 29 * DAY_MILLIS;
    const bypass = new DeleteObjectCommand({ ...place, BypassGovernanceRetention: true });
    expect((await refusal(client().send(bypass))).name).toBe('AccessDenied');
    nowMillis += 2 * DAY_MILLIS;
    await client().send(new DeleteObjectCommand(place));
    expect((await refusal(get('a'))).name).toBe('NoSuchKey');
  });

  it('lets who may pass over governance do so', async () => {
    await start([bucket({ ObjectLockEnabled: true })], [allow(['s3:deleteobjectversion'], [`${ARN}/*`])]);
    const { VersionId } = await client().send(
      new PutObjectCommand({
        Bucket,
        Key: 'a',
        Body: 'x',
        ObjectLockMode: 'GOVERNANCE',
        ObjectLockRetainUntilDate: new Date(nowMillis + DAY_MILLIS),
      }),
    );
    const bypass = new DeleteObjectCommand({ Bucket, Key: 'a', VersionId, BypassGovernanceRetention: true });
    expect((await refusal(client(LIMITED).send(bypass))).name).toBe('AccessDenied');
    await client().send(bypass);
    expect((await refusal(get('a'))).name).toBe('NoSuchKey');
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'checks and gives back %s',
    async (ChecksumAlgorithm) => {
      await start();
      const { Readable } = await import('node:stream');
      const Body = Readable.from([Buffer.alloc(100_000, 1), Buffer.alloc(7, 2)]);
      const written = await client().send(
        new PutObjectCommand({ Bucket, Key: 'a', Body, ContentLength: 100_007, ChecksumAlgorithm }),
      );
      const read = await client().send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }));
      expect(read[`Checksum${ChecksumAlgorithm}`]).toBe(written[`Checksum${ChecksumAlgorithm}`]);
      expect(read[`Checksum${ChecksumAlgorithm}`]).toBeDefined();
      expect(read.ChecksumType).toBe('FULL_OBJECT');
    },
  );

  it.each(['COMPOSITE', 'FULL_OBJECT'] as const)('makes a %s checksum of parts', async (ChecksumType) => {
    await start();
    const place = { Bucket, Key: 'a' };
    const { UploadId } = await client().send(
      new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'CRC32', ChecksumType }),
    );
    const bodies = [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.from('end')];
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const { ETag, ChecksumCRC32 } = await client().send(
        new UploadPartCommand({ ...place, UploadId, PartNumber: index + 1, Body, ChecksumAlgorithm: 'CRC32' }),
      );
      Parts.push({ PartNumber: index + 1, ETag, ChecksumCRC32 });
    }
    const done = await client().send(
      new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }),
    );
    const { crc32 } = await import('node:zlib');
    const base64 = (value: number) => Buffer.from(value.toString(16).padStart(8, '0'), 'hex').toString('base64');
    const expected =
      ChecksumType === 'FULL_OBJECT'
        ? base64(crc32(Buffer.concat(bodies)))
        : `${base64(crc32(Buffer.concat(Parts.map((part) => Buffer.from(part.ChecksumCRC32 ?? '', 'base64')))))}-2`;
    expect(done).toMatchObject({ ChecksumCRC32: expected, ChecksumType });
  });

  it('does not know strangers, wrong signatures, unsigned requests, nor a changed body', async () => {
    await start();
    expect((await refusal(put('a', 'x', client({ accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' })))).name).toBe(
      'InvalidAccessKeyId',
    );
    expect((await refusal(put('a', 'x', client({ ...OPERATOR, secretAccessKey: 'x' })))).name).toBe(
      'SignatureDoesNotMatch',
    );
    const unsigned = await fetch(`${emulator.url}/bucket/a`);
    expect(unsigned.status).toBe(403);
    expect(await unsigned.text()).toContain('<Code>AccessDenied</Code>');
    const tampering = client();
    tampering.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: unknown }).body = 'evil';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    expect((await refusal(put('a', 'good', tampering))).name).toBe('XAmzContentSHA256Mismatch');
  });

  it('names the header that it does not know, and is not asked again', async () => {
    await start();
    const patient = new S3Client({
      endpoint: emulator.url,
      region: REGION,
      credentials: OPERATOR,
      forcePathStyle: true,
    });
    clients.push(patient);
    await expect(
      patient.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Tagging: 'a=b' })),
    ).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'header x-amz-tagging of PutObject is not known here',
      $metadata: { httpStatusCode: 501, attempts: 1 },
    });
  });

  it('lets pages of the origins that its rules name do what they name, and tells them of refusals', async () => {
    const rule = {
      AllowedOrigins: ['https://*.example.com'],
      AllowedMethods: ['PUT'],
      AllowedHeaders: ['Content-*'],
      MaxAge: 600,
    };
    await start([bucket({ CorsConfiguration: { CorsRules: [rule] } })]);
    const ask = (headers: Record<string, string>) => fetch(`${emulator.url}/bucket/a`, { method: 'OPTIONS', headers });
    const origin = 'https://logs.example.com';
    const wish = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' };
    const allowed = await ask(wish);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type');
    expect(allowed.headers.get('access-control-max-age')).toBe('600');
    for (const other of [
      { ...wish, origin: 'https://example.com' },
      { ...wish, 'access-control-request-method': 'DELETE' },
      { ...wish, 'access-control-request-headers': 'content-type, x-other' },
    ]) {
      const refused = await ask(other);
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    }
    expect((await ask({ 'access-control-request-method': 'PUT' })).status).toBe(400);
    const unsigned = await fetch(`${emulator.url}/bucket/a`, { method: 'PUT', body: 'x', headers: { origin } });
    expect([unsigned.status, unsigned.headers.get('access-control-allow-origin')]).toEqual([403, origin]);
  });

  it('takes no page of another origin where a bucket has no rules', async () => {
    await start();
    const asked = await fetch(`${emulator.url}/bucket/a`, {
      method: 'OPTIONS',
      headers: { origin: 'https://logs.example.com', 'access-control-request-method': 'GET' },
    });
    expect(asked.status).toBe(403);
    expect(await asked.text()).toContain('CORS is not enabled for this bucket');
  });

  it('does not start with a bucket that it cannot be', async () => {
    await start();
    const rule = { Status: 'Enabled', ExpirationInDays: 1, TagFilters: [] };
    const declared = bucket({ LifecycleConfiguration: { Rules: [rule] } });
    await expect(startS3(emulatorOptions(join(folder.path, 'other'), [declared]))).rejects.toThrow(
      /bucket Bucket: .*TagFilters/s,
    );
  });
});
