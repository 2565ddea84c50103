import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDynamoDb } from '../../../../lib/local-cloud/dynamodb/dynamodb.ts';
import type { Emulator } from '../../../../lib/local-cloud/emulator.ts';
import type { PolicyStatement } from '../../../../lib/local-cloud/iam/principals.ts';
import { allow } from '../../../support/allow.ts';
import { refusal } from '../../../support/aws-engine.ts';
import { emulatorOptions, LIMITED, OPERATOR, REGION, temporaryFolder } from '../../../support/emulated-aws.ts';

const TABLE_ARN = 'arn:aws:dynamodb:eu-central-1:123456789012:table/table';
const index = (IndexName: string, hash: string) => ({
  IndexName,
  KeySchema: [{ AttributeName: hash, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
});
const table = (changes: object = {}) => ({
  logicalId: 'Table',
  type: 'AWS::DynamoDB::Table',
  name: 'table',
  arn: TABLE_ARN,
  properties: {
    AttributeDefinitions: ['pk', 'g', 'h'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [index('by-g', 'g')],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    ...changes,
  },
});

describe('the local DynamoDB', () => {
  const TableName = 'table';
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let emulator: Emulator;
  let clients: DynamoDBClient[] = [];
  let nowMillis = Date.UTC(2026, 0, 1);
  beforeEach(async () => {
    folder = await temporaryFolder();
    nowMillis = Date.UTC(2026, 0, 1);
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients = [];
    await emulator.close();
    await folder.remove();
  });

  const start = async (limited: readonly PolicyStatement[] = [], declared = table()) => {
    emulator = await startDynamoDb({ ...emulatorOptions(folder.path, [declared], limited), now: () => nowMillis });
  };
  const client = (credentials = OPERATOR) => {
    const made = new DynamoDBClient({ endpoint: emulator.url, region: REGION, credentials, maxAttempts: 1 });
    clients.push(made);
    return made;
  };
  const put = (Item: Record<string, { S: string } | { N: string }>, by = client()) =>
    by.send(new PutItemCommand({ TableName, Item }));
  const get = async (pk: string, by = client()) =>
    (await by.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }))).Item;

  it('shows nothing of an item whose time has come, to reads, queries and conditions alike', async () => {
    await start();
    const expires = { N: String(nowMillis / 1000 + 60) };
    await put({ pk: { S: 'a' }, g: { S: 'x' }, expires });
    expect(await get('a')).toBeDefined();
    nowMillis += 60_000;
    expect(await get('a')).toBeUndefined();
    expect((await client().send(new ScanCommand({ TableName }))).Count).toBe(0);
    const query = new QueryCommand({
      TableName,
      IndexName: 'by-g',
      KeyConditionExpression: 'g = :g',
      ExpressionAttributeValues: { ':g': { S: 'x' } },
    });
    expect((await client().send(query)).Count).toBe(0);
    await client().send(
      new PutItemCommand({ TableName, Item: { pk: { S: 'a' } }, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    expect(await get('a')).toEqual({ pk: { S: 'a' } });
  });

  it('leaves alone what would have expired five years ago, and what is no time', async () => {
    await start();
    const old = nowMillis / 1000 - 6 * 365 * 86_400;
    await put({ pk: { S: 'old' }, expires: { N: String(old) } });
    await put({ pk: { S: 'text' }, expires: { S: 'soon' } });
    expect(await get('old')).toBeDefined();
    expect(await get('text')).toBeDefined();
  });

  it('sweeps what has expired', async () => {
    await start();
    await put({ pk: { S: 'a' }, expires: { N: String(nowMillis / 1000 + 60) } });
    await put({ pk: { S: 'b' }, expires: { N: String(nowMillis / 1000 + 61) } });
    nowMillis += 60_000;
    const count = async () => (await client().send(new DescribeTableCommand({ TableName }))).Table?.ItemCount;
    expect(await count()).toBe(2);
    await emulator.close();
    await start();
    expect(await count()).toBe(1);
  });

  it('does not go on from a key that is not of the query or segment', async () => {
    await start();
    for (const pk of ['a', 'b', 'c', 'd', 'e', 'f']) await put({ pk: { S: pk } });
    const first = new ScanCommand({ TableName, Segment: 0, TotalSegments: 2 });
    const [own] = (await client().send(first)).Items ?? [];
    const scan = new ScanCommand({ TableName, Segment: 1, TotalSegments: 2, ExclusiveStartKey: own });
    expect((await refusal(client().send(scan))).message).toMatch(/^The provided starting key is invalid/);
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'a' } },
      ExclusiveStartKey: { pk: { S: 'b' } },
    });
    expect((await refusal(client().send(query))).message).toMatch(/outside query boundaries/);
  });

  it('keeps items over a restart and fills an index that is new', async () => {
    await start();
    await put({ pk: { S: 'a' }, g: { S: 'x' }, h: { S: 'y' } });
    await emulator.close();
    await start([], table({ GlobalSecondaryIndexes: [index('by-g', 'g'), index('by-h', 'h')] }));
    for (const [IndexName, name, value] of [
      ['by-g', 'g', 'x'],
      ['by-h', 'h', 'y'],
    ] as const) {
      const query = new QueryCommand({
        TableName,
        IndexName,
        KeyConditionExpression: '#k = :v',
        ExpressionAttributeNames: { '#k': name },
        ExpressionAttributeValues: { ':v': { S: value } },
      });
      expect((await client().send(query)).Count).toBe(1);
    }
  });

  it('does not open a table whose key has changed', async () => {
    await start();
    const changed = table({ KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }], GlobalSecondaryIndexes: [] });
    await expect(startDynamoDb(emulatorOptions(folder.path, [changed]))).rejects.toThrow(
      /table was created with key pk:S/,
    );
  });

  it('names the parameter or operation that it does not know', async () => {
    await start();
    const legacy = new ScanCommand({ TableName, AttributesToGet: ['pk'] });
    expect(await refusal(client().send(legacy))).toEqual({
      name: 'ValidationException',
      message: 'parameter not known here: AttributesToGet',
    });
    const { CreateTableCommand } = await import('@aws-sdk/client-dynamodb');
    const create = new CreateTableCommand({ TableName: 'x', KeySchema: [], AttributeDefinitions: [] });
    expect(await refusal(client().send(create))).toEqual({
      name: 'UnknownOperationException',
      message: 'operation DynamoDB_20120810.CreateTable is not known here',
    });
  });

  it('refuses reserved words, as AWS does', async () => {
    await start();
    const scan = new ScanCommand({
      TableName,
      FilterExpression: 'status = :s',
      ExpressionAttributeValues: { ':s': { S: 'x' } },
    });
    expect((await refusal(client().send(scan))).message).toBe(
      'Invalid FilterExpression: Attribute name is a reserved keyword; reserved keyword: status',
    );
  });

  it('answers who is not allowed with the sentence of AWS', async () => {
    await start([allow(['dynamodb:getitem'], [TABLE_ARN])]);
    expect(await get('a', client(LIMITED))).toBeUndefined();
    expect(await refusal(put({ pk: { S: 'a' } }, client(LIMITED)))).toEqual({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::123456789012:assumed-role/limited/limited is not authorized to perform: dynamodb:PutItem on resource: ${TABLE_ARN} because no identity-based policy allows the dynamodb:PutItem action`,
    });
  });

  it('asks for the right to an index by the ARN of the index', async () => {
    await start([allow(['dynamodb:query'], [TABLE_ARN])]);
    const query = new QueryCommand({
      TableName,
      IndexName: 'by-g',
      KeyConditionExpression: 'g = :g',
      ExpressionAttributeValues: { ':g': { S: 'x' } },
    });
    expect((await refusal(client(LIMITED).send(query))).message).toContain(`on resource: ${TABLE_ARN}/index/by-g`);
  });

  it('asks for the right to each action of a transaction', async () => {
    await start([allow(['dynamodb:putitem'], [TABLE_ARN])]);
    const write = (checked: boolean) =>
      client(LIMITED).send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName, Item: { pk: { S: 'a' } } } },
            ...(checked
              ? [
                  {
                    ConditionCheck: {
                      TableName,
                      Key: { pk: { S: 'b' } },
                      ConditionExpression: 'attribute_not_exists(pk)',
                    },
                  },
                ]
              : []),
          ],
        }),
      );
    await write(false);
    expect((await refusal(write(true))).message).toContain('dynamodb:ConditionCheckItem');
  });

  it('can restrict a caller to partitions', async () => {
    const own = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['mine#*'] } };
    await start([allow(['dynamodb:getitem', 'dynamodb:query'], [TABLE_ARN], own)]);
    const query = (pk: string) =>
      client(LIMITED).send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
        }),
      );
    expect(await get('mine#1', client(LIMITED))).toBeUndefined();
    expect((await query('mine#1')).Count).toBe(0);
    expect((await refusal(get('yours#1', client(LIMITED)))).name).toBe('AccessDeniedException');
    expect((await refusal(query('yours#1'))).name).toBe('AccessDeniedException');
  });

  it('does not know strangers, nor a wrong signature', async () => {
    await start();
    expect((await refusal(get('a', client({ accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' })))).name).toBe(
      'UnrecognizedClientException',
    );
    expect((await refusal(get('a', client({ ...OPERATOR, secretAccessKey: 'x' })))).name).toBe(
      'InvalidSignatureException',
    );
    const unsigned = await fetch(emulator.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' },
      body: '{}',
    });
    expect(await unsigned.json()).toMatchObject({
      __type: expect.stringContaining('MissingAuthenticationTokenException'),
    });
  });
});
