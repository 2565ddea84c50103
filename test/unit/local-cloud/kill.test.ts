import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BatchGetItemCommand, DynamoDBClient, ScanCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR, REGION, temporaryFolder } from '../../support/emulated-aws.ts';

const CHILD = fileURLToPath(new URL('../../support/emulators.child.ts', import.meta.url));

const RESOURCES = [
  {
    logicalId: 'Table',
    type: 'AWS::DynamoDB::Table',
    name: 'table',
    arn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/table',
    properties: {
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    },
  },
  { logicalId: 'Stream', type: 'AWS::Kinesis::Stream', name: 'stream', arn: '', properties: { ShardCount: 1 } },
  { logicalId: 'Bucket', type: 'AWS::S3::Bucket', name: 'bucket', arn: 'arn:aws:s3:::bucket', properties: {} },
];

describe('emulators killed in the middle of writes', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await folder.remove();
  });

  const start = async () => {
    const argument = JSON.stringify({ dataDir: folder.path, resources: RESOURCES });
    const child = spawn(process.execPath, [CHILD, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const urls = JSON.parse(line.toString()) as Record<'dynamodb' | 'kinesis' | 's3' | 'secretsManager', string>;
    const common = { region: REGION, credentials: OPERATOR, maxAttempts: 1 };
    const clients = {
      dynamodb: new DynamoDBClient({ ...common, endpoint: urls.dynamodb }),
      kinesis: new KinesisClient({ ...common, endpoint: urls.kinesis, requestHandler: new NodeHttpHandler() }),
      s3: new S3Client({ ...common, endpoint: urls.s3, forcePathStyle: true }),
      secrets: new SecretsManagerClient({ ...common, endpoint: urls.secretsManager }),
    };
    return { child, ...clients };
  };

  it('have everything that was acknowledged, whole, when they are started again', { timeout: 60_000 }, async () => {
    const before = await start();
    const acknowledged = {
      records: new Set<string>(),
      items: [] as string[],
      objects: [] as string[],
      secrets: [] as string[],
    };
    let running = true;
    /** Writes one after the other until the process is gone. */
    const writer = async (write: (index: number) => Promise<void>) => {
      for (let index = 0; running; index++) {
        try {
          await write(index);
        } catch {
          return;
        }
      }
    };
    const body = (index: number) => Buffer.alloc(20_000, `body ${index} `);
    const writers = [0, 1, 2].flatMap((writerId) => [
      writer(async (index) => {
        const names = Array.from({ length: 10 }, (_, record) => `${writerId}-${index}-${record}`);
        const Records = names.map((name) => ({
          PartitionKey: name,
          Data: Buffer.concat([Buffer.from(`${name}\n`), body(index)]),
        }));
        await before.kinesis.send(new PutRecordsCommand({ StreamName: 'stream', Records }));
        for (const name of names) acknowledged.records.add(name);
      }),
      writer(async (index) => {
        // a pair that must be there together or not at all
        const pair = ['left', 'right'].map((side) => `${writerId}-${index}-${side}`);
        const TransactItems = pair.map((pk) => ({ Put: { TableName: 'table', Item: { pk: { S: pk } } } }));
        await before.dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
        acknowledged.items.push(...pair);
      }),
      writer(async (index) => {
        const Key = `${writerId}-${index}`;
        await before.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: body(index) }));
        acknowledged.objects.push(Key);
      }),
    ]);
    writers.push(
      writer(async (index) => {
        await before.secrets.send(new CreateSecretCommand({ Name: `secret-${index}`, SecretString: `value ${index}` }));
        acknowledged.secrets.push(`secret-${index}`);
      }),
    );
    const enough = () =>
      Math.min(acknowledged.records.size / 10, acknowledged.items.length / 2, acknowledged.objects.length) >= 15;
    while (!enough()) await new Promise((resolve) => setTimeout(resolve, 10));
    before.child.kill('SIGKILL');
    await once(before.child, 'exit');
    running = false;
    await Promise.all(writers);

    const after = await start();
    const records = new Map<string, Buffer>();
    const iterator = await after.kinesis.send(
      new GetShardIteratorCommand({
        StreamName: 'stream',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    for (let next = iterator.ShardIterator; ; ) {
      const page = await after.kinesis.send(new GetRecordsCommand({ ShardIterator: next }));
      for (const { PartitionKey = '', Data = new Uint8Array() } of page.Records ?? []) {
        expect(records.has(PartitionKey)).toBe(false);
        records.set(PartitionKey, Buffer.from(Data));
      }
      if (page.MillisBehindLatest === 0) break;
      next = page.NextShardIterator;
    }
    expect([...acknowledged.records].filter((name) => !records.has(name))).toEqual([]);
    for (const [name, data] of records) {
      const index = Number(name.split('-')[1]);
      expect(data.equals(Buffer.concat([Buffer.from(`${name}\n`), body(index)]))).toBe(true);
    }

    const found = new Set<string>();
    for (let from = 0; from < acknowledged.items.length; from += 100) {
      const Keys = acknowledged.items.slice(from, from + 100).map((pk) => ({ pk: { S: pk } }));
      const { Responses } = await after.dynamodb.send(new BatchGetItemCommand({ RequestItems: { table: { Keys } } }));
      for (const { pk } of Responses?.table ?? []) found.add(pk?.S ?? '');
    }
    expect(acknowledged.items.filter((pk) => !found.has(pk))).toEqual([]);
    const { Items = [] } = await after.dynamodb.send(new ScanCommand({ TableName: 'table' }));
    const pairs = Map.groupBy(Items, ({ pk }) => pk?.S?.replace(/-(left|right)$/, ''));
    expect([...pairs].filter(([, halves]) => halves.length !== 2)).toEqual([]);

    for (const Key of acknowledged.objects) {
      const { Body } = await after.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
      expect(Buffer.from((await Body?.transformToByteArray()) ?? '').equals(body(Number(Key.split('-')[1])))).toBe(
        true,
      );
    }
    const listed = await after.s3.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
    expect(listed.Contents?.every(({ Size }) => Size === 20_000)).toBe(true);

    for (const [index, SecretId] of acknowledged.secrets.entries()) {
      expect((await after.secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe(`value ${index}`);
    }
    for (const client of [before, after].flatMap(({ dynamodb, kinesis, s3, secrets }) => [
      dynamodb,
      kinesis,
      s3,
      secrets,
    ]))
      client.destroy();
  });
});
