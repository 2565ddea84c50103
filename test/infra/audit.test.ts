import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditKeys, SEARCH_KEYS, SETTINGS_KEYS, WRITING_KEYS } from '../../functions/adapters/audit-trail/keys.ts';
import { S3SealedSegments } from '../../functions/adapters/audit-trail/segments.ts';
import { readStage } from '../../lib/config/read-stage.ts';
import { startS3 } from '../../lib/local-cloud/s3/s3.ts';
import { PROJECT } from '../support/audit-chains.ts';
import { emulatorOptions, OPERATOR, REGION, temporaryFolder } from '../support/emulated-aws.ts';
import { listResources, templatesOf } from '../support/templates.ts';

const { app, data } = templatesOf(await readStage('production'));

interface Statement {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: string;
  readonly leadingKeys: readonly string[] | undefined;
}
/** What any role of the application may do. */
const statements: readonly Statement[] = [app, data]
  .flatMap((template) => [...listResources(template, 'AWS::IAM::Policy'), ...listResources(template, 'AWS::IAM::Role')])
  .flatMap(({ id, properties }) =>
    [
      properties.PolicyDocument,
      ...(properties.Policies ?? []).map((each: { PolicyDocument: unknown }) => each.PolicyDocument),
    ]
      .flatMap((document) => document?.Statement ?? [])
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => ({
        role: id,
        actions: [statement.Action].flat(),
        resources: JSON.stringify(statement.Resource),
        leadingKeys: statement.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'],
      })),
  );
const about = (resource: string) => statements.filter(({ resources }) => resources.includes(resource));

describe('the audit trail', () => {
  it('can be added to and read by functions, and changed by none', () => {
    const table = about('AuditTable');
    expect(table.length).toBeGreaterThan(4);
    expect(new Set(table.flatMap(({ actions }) => actions))).toEqual(
      new Set(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:Query']),
    );
    for (const { leadingKeys } of table) expect(leadingKeys).toBeDefined();
    for (const { leadingKeys = [] } of table.filter(({ actions }) => actions.includes('dynamodb:PutItem')))
      expect([...WRITING_KEYS, auditKeys.sealed, ...SEARCH_KEYS, ...SETTINGS_KEYS]).toEqual(
        expect.arrayContaining([...leadingKeys]),
      );
    const writersOf = (keys: readonly string[]) =>
      table
        .filter(
          ({ actions, leadingKeys }) => actions.includes('dynamodb:PutItem') && leadingKeys?.join() === keys.join(),
        )
        .map(({ role }) => role.replace(/Role.*/, ''));
    expect(writersOf(SEARCH_KEYS).sort()).toEqual(['Search', 'Socket']);
    expect(writersOf(SETTINGS_KEYS)).toEqual(['Audit']);
  });

  it('is sealed by one function, and its segments can be deleted or locked otherwise by none', () => {
    const segments = about('AuditSegments');
    const writers = segments.filter(({ actions }) => actions.includes('s3:PutObject'));
    expect(writers.map(({ role }) => role.replace(/Role.*/, ''))).toEqual(['Seal']);
    expect(new Set(segments.flatMap(({ actions }) => actions))).toEqual(
      new Set(['s3:PutObject', 's3:GetObject', 's3:ListBucket']),
    );
  });

  it('is reached by no right that names no resource', () => {
    const anywhere = statements.filter(({ resources }) => resources === '"*"');
    const ways = anywhere.flatMap(({ actions }) => actions).filter((action) => /^(\*|dynamodb:|s3:)/.test(action));
    expect(ways).toEqual([]);
  });

  it('is kept in a bucket with a lock that the root of the account cannot open either', () => {
    const bucket = listResources(data, 'AWS::S3::Bucket').find(({ id }) => id.startsWith('AuditSegments'));
    expect(bucket?.properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } } },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    expect(bucket?.properties.LifecycleConfiguration).toBeUndefined();
  });
});

describe('a sealed segment, to a caller with every right', () => {
  const NAME = 'segments';
  const arn = `arn:aws:s3:::${NAME}`;
  let s3: S3Client;
  let stop: () => Promise<void>;
  let segments: S3SealedSegments;
  const KEY = `segments/project=${PROJECT}/000000000001.ndjson`;

  beforeAll(async () => {
    const isOurs = ({ id }: { id: string }) => id.startsWith('AuditSegments');
    const bucket = listResources(data, 'AWS::S3::Bucket').find(isOurs);
    const policy = listResources(data, 'AWS::S3::BucketPolicy').find(isOurs);
    // the template's own references to the bucket
    const document = JSON.parse(
      JSON.stringify(policy?.properties.PolicyDocument)
        .replace(/\{"Fn::GetAtt":\["AuditSegments\w+","Arn"\]\}/g, JSON.stringify(arn))
        .replace(/\{"Fn::Join":\["",\["([^"]+)","([^"]+)"\]\]\}/g, '"$1$2"'),
    );
    const folder = await temporaryFolder();
    const { ObjectLockEnabled, ObjectLockConfiguration, VersioningConfiguration } = bucket?.properties ?? {};
    const emulator = await startS3(
      emulatorOptions(folder.path, [
        {
          logicalId: 'Bucket',
          type: 'AWS::S3::Bucket',
          name: NAME,
          arn,
          properties: { ObjectLockEnabled, ObjectLockConfiguration, VersioningConfiguration },
        },
        {
          logicalId: 'Policy',
          type: 'AWS::S3::BucketPolicy',
          name: 'policy',
          arn: '',
          properties: { Bucket: NAME, PolicyDocument: document },
        },
      ]),
    );
    s3 = new S3Client({
      region: REGION,
      endpoint: emulator.url,
      credentials: OPERATOR,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    segments = new S3SealedSegments(s3, NAME);
    stop = async () => {
      s3.destroy();
      await emulator.close();
      await folder.remove();
    };
    expect(await segments.put(PROJECT, 1, ['one', 'two'])).toBe(true);
  });
  afterAll(() => stop());

  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => 'done',
      (error: Error) => error.name,
    );

  it('cannot be put again, with the condition or without', async () => {
    expect(await segments.put(PROJECT, 1, ['forged'])).toBe(false);
    const put = { Bucket: NAME, Key: KEY, Body: 'forged' };
    expect(await refusal(s3.send(new PutObjectCommand(put)))).toBe('AccessDenied');
    expect(await refusal(s3.send(new PutObjectCommand({ ...put, Key: 'new' })))).toBe('AccessDenied');
    expect(await segments.get(PROJECT, 1)).toEqual(['one', 'two']);
  });

  it('cannot be deleted, hidden or unlocked', async () => {
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: NAME }));
    const [{ VersionId } = { VersionId: '' }] = Versions;
    const version = { Bucket: NAME, Key: KEY, VersionId };
    expect(await refusal(s3.send(new DeleteObjectCommand({ Bucket: NAME, Key: KEY })))).toBe('AccessDenied');
    expect(await refusal(s3.send(new DeleteObjectCommand(version)))).toBe('AccessDenied');
    const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date() } as const;
    expect(await refusal(s3.send(new PutObjectRetentionCommand({ ...version, Retention })))).toBe('AccessDenied');
    expect((await s3.send(new GetObjectCommand({ Bucket: NAME, Key: KEY }))).VersionId).toBe(VersionId);
  });

  it('is found by listing from the entry that is looked for', async () => {
    await segments.put(PROJECT, 3, ['three']);
    await segments.put(PROJECT, 2_000, ['far']);
    const begins = async (from: number) => {
      const found: number[] = [];
      for await (const first of segments.list(PROJECT, from)) found.push(first);
      return found;
    };
    expect(await begins(1)).toEqual([1, 3, 2_000]);
    expect(await begins(1_500)).toEqual([2_000]);
  });
});
