import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backing, refusal, uniqueName } from '../support/aws-engine.ts';

type Item = Record<string, AttributeValue>;
type TableProperties = Omit<CreateTableCommandInput, 'TableName'>;

export interface DynamoDbBacking {
  readonly client: DynamoDBClient;
  /** Name of the table that stands for one of `DYNAMODB_TABLES`. */
  readonly tableName: (table: keyof typeof DYNAMODB_TABLES) => string;
  stop(): Promise<void>;
}

const key = (name: string, type: 'S' | 'N' | 'B') => ({ AttributeName: name, AttributeType: type });
const schema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

/** The tables that the contract needs, as a template declares them. */
export const DYNAMODB_TABLES = {
  texts: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [key('pk', 'S'), key('sk', 'S'), key('g', 'S'), key('n', 'N'), key('l', 'S')],
    KeySchema: schema('pk', 'sk'),
    GlobalSecondaryIndexes: [
      { IndexName: 'by-g', KeySchema: schema('g', 'n'), Projection: { ProjectionType: 'ALL' } },
      { IndexName: 'by-g-keys', KeySchema: schema('g', 'sk'), Projection: { ProjectionType: 'KEYS_ONLY' } },
      {
        IndexName: 'by-g-some',
        KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['kept'] },
      },
    ],
    LocalSecondaryIndexes: [{ IndexName: 'by-l', KeySchema: schema('pk', 'l'), Projection: { ProjectionType: 'ALL' } }],
  },
  numbers: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [key('pk', 'S'), key('sk', 'N')],
    KeySchema: schema('pk', 'sk'),
  },
  bytes: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [key('pk', 'B'), key('sk', 'B')],
    KeySchema: schema('pk', 'sk'),
  },
} as const satisfies Record<string, TableProperties>;

const S = (text: string): AttributeValue => ({ S: text });
const N = (number: number | string): AttributeValue => ({ N: String(number) });

/** One value of every type. */
const SAMPLE: Item = {
  text: S('hello wörld'),
  blank: S(''),
  num: N('12.5'),
  small: N('-3'),
  bytes: { B: Buffer.from([1, 2, 3]) },
  yes: { BOOL: true },
  nothing: { NULL: true },
  words: { SS: ['red', 'green'] },
  figures: { NS: ['1', '2.5'] },
  blobs: { BS: [Buffer.from([9]), Buffer.from([8])] },
  arr: { L: [S('a'), N(1), { M: { deep: S('here') } }] },
  obj: { M: { inner: S('x'), more: { M: { most: N(7) } } } },
};
const VALUES: Item = {
  ':hello': S('hello wörld'),
  ':hell': S('hell'),
  ':x': S('x'),
  ':red': S('red'),
  ':a': S('a'),
  ':n': N('12.50'),
  ':one': N(1),
  ':two': N(2),
  ':three': N(3),
  ':twenty': N(20),
  ':minus': N(-3),
  ':yes': { BOOL: true },
  ':null': { NULL: true },
  ':bytes': { B: Buffer.from([1, 2, 3]) },
  ':start': { B: Buffer.from([1, 2]) },
  ':ss': { SS: ['green', 'red'] },
  ':S': S('S'),
  ':M': S('M'),
};

/** Conditions and whether they are true of `SAMPLE`. */
const CONDITIONS: readonly (readonly [expression: string, holds: boolean])[] = [
  ['#text = :hello', true],
  ['#text <> :hello', false],
  ['gone <> :hello', true],
  ['gone = :hello', false],
  ['num = :n', true],
  ['num > :one', true],
  ['num < :one', false],
  ['num >= :n AND num <= :n', true],
  ['small < :one', true],
  ['#text < :twenty', false],
  ['#text > :a', true],
  ['#bytes = :bytes', true],
  ['yes = :yes', true],
  ['nothing = :null', true],
  ['words = :ss', true],
  ['num BETWEEN :one AND :twenty', true],
  ['num BETWEEN :two AND :three', false],
  ['num IN (:one, :n)', true],
  ['num IN (:one, :two)', false],
  ['attribute_exists(obj.more.most)', true],
  ['attribute_exists(obj.gone)', false],
  ['attribute_exists(arr[2].deep)', true],
  ['attribute_exists(arr[3])', false],
  ['attribute_not_exists(gone)', true],
  ['attribute_not_exists(blank)', false],
  ['attribute_type(#text, :S)', true],
  ['attribute_type(#map, :S)', false],
  ['attribute_type(#map, :M)', true],
  ['begins_with(#text, :hell)', true],
  ['begins_with(#text, :x)', false],
  ['contains(#text, :hell)', true],
  ['contains(words, :red)', true],
  ['contains(words, :x)', false],
  ['contains(figures, :one)', true],
  ['contains(#list, :a)', true],
  ['contains(#list, :one)', true],
  ['contains(#list, :two)', false],
  ['size(#list) = :three', true],
  ['size(words) = :two', true],
  ['size(#bytes) = :three', true],
  ['size(blank) < :one', true],
  ['NOT yes = :yes', false],
  ['NOT (num < :one OR #text = :x)', true],
  ['num > :one AND #text = :x OR yes = :yes', true],
  ['num > :one AND (#text = :x OR yes = :yes)', true],
  ['num < :one AND #text = :hello OR yes = :yes', true],
  ['num < :one AND (#text = :hello OR yes = :yes)', false],
  ['#map.#inner = :x', true],
  ['#list[0] = :a', true],
  ['#list[1] = :one', true],
  ['num > small', true],
];
const NAMES: Record<string, string> = {
  '#text': 'text',
  '#bytes': 'bytes',
  '#list': 'arr',
  '#map': 'obj',
  '#inner': 'inner',
};

/** Updates of `{ count: 1, list: [a, b, c], map: { x: 1 }, tags: { red, blue } }` and what of it they change. */
const UPDATES: readonly {
  readonly update: string;
  readonly values?: Item;
  readonly changed: Record<string, AttributeValue | undefined>;
}[] = [
  { update: 'SET fresh = :v', values: { ':v': S('new') }, changed: { fresh: S('new') } },
  { update: 'SET #count = #count + :v', values: { ':v': N('0.1') }, changed: { count: N('1.1') } },
  { update: 'SET #count = #count - :v', values: { ':v': N(3) }, changed: { count: N(-2) } },
  { update: 'SET #count = if_not_exists(#count, :v) + :v', values: { ':v': N(5) }, changed: { count: N(6) } },
  {
    update: 'SET fresh = if_not_exists(fresh, :zero) + :v',
    values: { ':v': N(5), ':zero': N(0) },
    changed: { fresh: N(5) },
  },
  {
    update: 'SET #list = list_append(#list, :v)',
    values: { ':v': { L: [S('d')] } },
    changed: { list: { L: [S('a'), S('b'), S('c'), S('d')] } },
  },
  {
    update: 'SET #list = list_append(:v, #list)',
    values: { ':v': { L: [S('d')] } },
    changed: { list: { L: [S('d'), S('a'), S('b'), S('c')] } },
  },
  {
    update: 'SET fresh = list_append(if_not_exists(fresh, :e), :v)',
    values: { ':v': { L: [S('d')] }, ':e': { L: [] } },
    changed: { fresh: { L: [S('d')] } },
  },
  { update: 'SET #list[1] = :v', values: { ':v': S('B') }, changed: { list: { L: [S('a'), S('B'), S('c')] } } },
  { update: 'SET #list[9] = :v', values: { ':v': S('z') }, changed: { list: { L: [S('a'), S('b'), S('c'), S('z')] } } },
  { update: 'SET #map.y = :v', values: { ':v': S('y') }, changed: { map: { M: { x: N(1), y: S('y') } } } },
  {
    update: 'SET fresh = #map.x, #map.x = #count + :v',
    values: { ':v': N(9) },
    changed: { fresh: N(1), map: { M: { x: N(10) } } },
  },
  { update: 'REMOVE #count, #map.x', changed: { count: undefined, map: { M: {} } } },
  { update: 'REMOVE #list[0], #list[2]', changed: { list: { L: [S('b')] } } },
  { update: 'REMOVE gone', changed: {} },
  { update: 'ADD #count :v', values: { ':v': N(2) }, changed: { count: N(3) } },
  { update: 'ADD fresh :v', values: { ':v': N(2) }, changed: { fresh: N(2) } },
  {
    update: 'ADD tags :v',
    values: { ':v': { SS: ['red', 'green'] } },
    changed: { tags: { SS: ['blue', 'green', 'red'] } },
  },
  { update: 'DELETE tags :v', values: { ':v': { SS: ['red', 'green'] } }, changed: { tags: { SS: ['blue'] } } },
  { update: 'DELETE tags :v', values: { ':v': { SS: ['red', 'blue'] } }, changed: { tags: undefined } },
  {
    update: 'SET fresh = :v REMOVE #count ADD added :v DELETE tags :t',
    values: { ':v': N(1), ':t': { SS: ['red'] } },
    changed: { fresh: N(1), count: undefined, added: N(1), tags: { SS: ['blue'] } },
  },
];
const BEFORE: Item = {
  count: N(1),
  list: { L: [S('a'), S('b'), S('c')] },
  map: { M: { x: N(1) } },
  tags: { SS: ['blue', 'red'] },
};

/** What callers of DynamoDB rely on. */
export const dynamoDbContract = (backing: Backing, start: () => Promise<DynamoDbBacking>) =>
  describe(`dynamodb ${backing}`, () => {
    let dynamo: DynamoDbBacking;
    let texts: string;
    beforeAll(async () => {
      dynamo = await start();
      texts = dynamo.tableName('texts');
    });
    afterAll(() => dynamo.stop());

    const put = (TableName: string, Item: Item) => dynamo.client.send(new PutItemCommand({ TableName, Item }));
    const get = async (TableName: string, Key: Item) =>
      (await dynamo.client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
    const query = (input: Omit<QueryCommandInput, 'TableName'> & { TableName?: string }) =>
      dynamo.client.send(new QueryCommand({ TableName: texts, ...input }));
    /** Names and values of those placeholders that `expression` uses. */
    const used = <T>(all: Record<string, T>, expression: string) => {
      const found = Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(expression));
      return found.length === 0 ? undefined : Object.fromEntries(found);
    };

    it('gives back every type of value as it was put', async () => {
      const Item = { pk: S(uniqueName('types')), sk: S('1'), ...SAMPLE };
      await put(texts, Item);
      expect(normal(await get(texts, { pk: Item.pk, sk: Item.sk }))).toEqual(normal(Item));
    });

    describe('conditions', () => {
      const pk = S(uniqueName('conditions'));
      beforeAll(() => put(texts, { pk, sk: S('1'), ...SAMPLE }));
      it.each(CONDITIONS)('%s is %s', async (ConditionExpression, holds) => {
        const names = used({ ...NAMES, '#pk': 'pk' }, ConditionExpression);
        const expressionNames = names === undefined ? {} : { ExpressionAttributeNames: names };
        const values = used(VALUES, ConditionExpression);
        const outcome = await dynamo.client
          .send(
            new TransactWriteItemsCommand({
              TransactItems: [
                {
                  ConditionCheck: {
                    TableName: texts,
                    Key: { pk, sk: S('1') },
                    ConditionExpression,
                    ...expressionNames,
                    ...(values && { ExpressionAttributeValues: values }),
                  },
                },
              ],
            }),
          )
          .then(
            () => true,
            (error: Error) => (error.name === 'TransactionCanceledException' ? false : error.message),
          );
        expect(outcome).toBe(holds);
      });

      it('decide whether a write happens, and show the item that stood in its way', async () => {
        const Item = { pk: S(uniqueName('guard')), sk: S('1'), v: N(1) };
        const guarded = new PutItemCommand({
          TableName: texts,
          Item,
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        await dynamo.client.send(guarded);
        const failure = await dynamo.client.send(guarded).catch((error: unknown) => error);
        expect(failure).toMatchObject({
          name: 'ConditionalCheckFailedException',
          message: 'The conditional request failed',
          Item,
        });
      });
    });

    describe('updates', () => {
      it.each(UPDATES)('$update', async ({ update, values, changed }) => {
        const Key = { pk: S(uniqueName('update')), sk: S('1') };
        await put(texts, { ...Key, ...BEFORE });
        const input: UpdateItemCommandInput = {
          TableName: texts,
          Key,
          UpdateExpression: update,
          ExpressionAttributeNames: used({ '#count': 'count', '#list': 'list', '#map': 'map' }, update),
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        };
        const { Attributes } = await dynamo.client.send(new UpdateItemCommand(input));
        const expected = Object.fromEntries(
          Object.entries({ ...Key, ...BEFORE, ...changed }).filter(([, value]) => value !== undefined),
        ) as Item;
        expect(normal(Attributes)).toEqual(normal(expected));
        expect(normal(await get(texts, Key))).toEqual(normal(expected));
      });

      it('make an item that is not there', async () => {
        const Key = { pk: S(uniqueName('upsert')), sk: S('1') };
        await dynamo.client.send(
          new UpdateItemCommand({
            TableName: texts,
            Key,
            UpdateExpression: 'ADD hits :one',
            ExpressionAttributeValues: { ':one': N(1) },
          }),
        );
        expect(await get(texts, Key)).toEqual({ ...Key, hits: N(1) });
      });

      it('return what is asked for', async () => {
        const Key = { pk: S(uniqueName('return')), sk: S('1') };
        const update = (ReturnValues: UpdateItemCommandInput['ReturnValues']) =>
          dynamo.client
            .send(
              new UpdateItemCommand({
                TableName: texts,
                Key,
                UpdateExpression: 'ADD hits :one',
                ExpressionAttributeValues: { ':one': N(1) },
                ReturnValues,
              }),
            )
            .then(({ Attributes }) => Attributes);
        expect(await update('UPDATED_OLD')).toBeUndefined();
        expect(await update('NONE')).toBeUndefined();
        expect(await update('ALL_OLD')).toEqual({ ...Key, hits: N(2) });
        expect(await update('UPDATED_OLD')).toEqual({ hits: N(3) });
        expect(await update('UPDATED_NEW')).toEqual({ hits: N(5) });
        const deleted = await dynamo.client.send(
          new DeleteItemCommand({ TableName: texts, Key, ReturnValues: 'ALL_OLD' }),
        );
        expect(deleted.Attributes).toEqual({ ...Key, hits: N(5) });
        expect(await get(texts, Key)).toBeUndefined();
      });

      it('lose nothing when many come at once', async () => {
        const Key = { pk: S(uniqueName('race')), sk: S('1') };
        const one = () =>
          dynamo.client.send(
            new UpdateItemCommand({
              TableName: texts,
              Key,
              UpdateExpression: 'ADD hits :one',
              ExpressionAttributeValues: { ':one': N(1) },
            }),
          );
        await Promise.all(Array.from({ length: 40 }, one));
        expect((await get(texts, Key))?.hits).toEqual(N(40));
      });
    });

    describe('queries', () => {
      const pk = S(uniqueName('query'));
      const keys = ['a', 'aa', 'ab', 'b', 'B', 'ä', '漢', '\u{1f600}', '\uff00'];
      const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      beforeAll(async () => {
        for (const sk of keys) await put(texts, { pk, sk: S(sk), v: S(sk), l: S(`l${sk}`) });
      });
      const range = async (condition: string, values: Item, more: Partial<QueryCommandInput> = {}) => {
        const { Items = [] } = await query({
          KeyConditionExpression: `pk = :pk${condition}`,
          ExpressionAttributeValues: { ':pk': pk, ...values },
          ...more,
        });
        return Items.map(({ sk }) => sk?.S);
      };

      it('sort text keys by their UTF-8 bytes, either way', async () => {
        expect(await range('', {})).toEqual(sorted);
        expect(await range('', {}, { ScanIndexForward: false })).toEqual(sorted.toReversed());
      });

      it('take a stretch of the sort key', async () => {
        expect(await range(' AND sk = :a', { ':a': S('aa') })).toEqual(['aa']);
        expect(await range(' AND sk < :a', { ':a': S('aa') })).toEqual(['B', 'a']);
        expect(await range(' AND sk <= :a', { ':a': S('aa') })).toEqual(['B', 'a', 'aa']);
        expect(await range(' AND sk > :a', { ':a': S('ab') })).toEqual(sorted.slice(sorted.indexOf('ab') + 1));
        expect(await range(' AND sk >= :a', { ':a': S('ab') })).toEqual(sorted.slice(sorted.indexOf('ab')));
        expect(await range(' AND sk BETWEEN :a AND :b', { ':a': S('a'), ':b': S('b') })).toEqual([
          'a',
          'aa',
          'ab',
          'b',
        ]);
        expect(await range(' AND begins_with(sk, :a)', { ':a': S('a') })).toEqual(['a', 'aa', 'ab']);
      });

      it('page with a limit, and end', async () => {
        const seen: (string | undefined)[] = [];
        let ExclusiveStartKey: Item | undefined;
        do {
          const page = await query({
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': pk },
            Limit: 4,
            ExclusiveStartKey,
          });
          seen.push(...(page.Items ?? []).map(({ sk }) => sk?.S));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
        expect(seen).toEqual(sorted);
      });

      it.each([true, false])('page through a stretch of the sort key, forward %s', async (ScanIndexForward) => {
        const seen: (string | undefined)[] = [];
        let ExclusiveStartKey: Item | undefined;
        do {
          const page = await query({
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :a AND :b',
            ExpressionAttributeValues: { ':pk': pk, ':a': S('a'), ':b': S('b') },
            ScanIndexForward,
            Limit: 1,
            ExclusiveStartKey,
          });
          seen.push(...(page.Items ?? []).map(({ sk }) => sk?.S));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
        expect(seen).toEqual(ScanIndexForward ? ['a', 'aa', 'ab', 'b'] : ['b', 'ab', 'aa', 'a']);
      });

      it('filter after the limit, and count both', async () => {
        const page = await query({
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: 'begins_with(v, :a)',
          ExpressionAttributeValues: { ':pk': pk, ':a': S('a') },
          Limit: 3,
        });
        expect(page).toMatchObject({ Count: 2, ScannedCount: 3 });
        expect(page.LastEvaluatedKey).toEqual({ pk, sk: S('aa') });
        const count = await query({
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          Select: 'COUNT',
        });
        expect(count.Count).toBe(keys.length);
        expect(count.Items).toBeUndefined();
      });

      it('give only what a projection names', async () => {
        const item = { pk: S(uniqueName('projection')), sk: S('1'), ...SAMPLE };
        await put(texts, item);
        const { Items } = await query({
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': item.pk },
          ProjectionExpression: 'sk, #map.more.most, arr[2].deep',
          ExpressionAttributeNames: { '#map': 'obj' },
        });
        expect(Items).toEqual([
          { sk: S('1'), obj: { M: { more: { M: { most: N(7) } } } }, arr: { L: [{ M: { deep: S('here') } }] } },
        ]);
      });

      it('sort number keys by value, whatever their length and sign', async () => {
        const TableName = dynamo.tableName('numbers');
        const numbers = [
          '0',
          '-1',
          '1',
          '10',
          '9',
          '-10',
          '-9',
          '0.5',
          '-0.5',
          '0.05',
          '1e20',
          '-1e20',
          '123456789012345678901234567890.12345678',
          '1e-20',
          '-1e-20',
        ];
        const hash = S(uniqueName('numbers'));
        for (const sk of numbers) await put(TableName, { pk: hash, sk: N(sk) });
        const { Items = [] } = await query({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': hash },
        });
        expect(Items.map(({ sk }) => Number(sk?.N))).toEqual(numbers.map(Number).sort((a, b) => a - b));
        const some = await query({
          TableName,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :a AND :b',
          ExpressionAttributeValues: { ':pk': hash, ':a': N('-1'), ':b': N('0.5') },
        });
        expect(some.Items?.map(({ sk }) => Number(sk?.N))).toEqual([-1, -0.5, -1e-20, 0, 1e-20, 0.05, 0.5]);
      });

      it('sort binary keys by unsigned bytes', async () => {
        const TableName = dynamo.tableName('bytes');
        const hash = { B: Buffer.from(uniqueName('bytes')) };
        const keysOf = [[0], [0, 0], [1], [127], [128], [255], [255, 1]];
        for (const sk of keysOf.toReversed()) await put(TableName, { pk: hash, sk: { B: Buffer.from(sk) } });
        const { Items = [] } = await query({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': hash },
        });
        expect(Items.map(({ sk }) => [...(sk?.B ?? [])])).toEqual(keysOf);
      });

      it('end a page at 1 MB', async () => {
        const hash = S(uniqueName('large'));
        for (let index = 0; index < 6; index++)
          await put(texts, { pk: hash, sk: S(String(index)), body: S('x'.repeat(300_000)) });
        const first = await query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': hash } });
        expect(first.Items?.length).toBeLessThan(6);
        expect(first.LastEvaluatedKey).toBeDefined();
        const second = await query({
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': hash },
          ExclusiveStartKey: first.LastEvaluatedKey,
        });
        expect([...(first.Items ?? []), ...(second.Items ?? [])].map(({ sk }) => sk?.S)).toEqual([
          '0',
          '1',
          '2',
          '3',
          '4',
          '5',
        ]);
      });
    });

    describe('indexes', () => {
      const g = S(uniqueName('g'));
      const items: Item[] = [3, 1, 2].map((n) => ({
        pk: S(uniqueName('indexed')),
        sk: S(`s${n}`),
        g,
        n: N(n),
        kept: S('k'),
        other: S('o'),
      }));
      beforeAll(async () => {
        for (const item of items) await put(texts, item);
        await put(texts, { pk: S(uniqueName('indexed')), sk: S('no n'), g, kept: S('k') });
      });
      const byG = (IndexName: string, more: Partial<QueryCommandInput> = {}) =>
        query({ IndexName, KeyConditionExpression: 'g = :g', ExpressionAttributeValues: { ':g': g }, ...more });

      it('hold the items that have their keys, in their order', async () => {
        const { Items = [] } = await byG('by-g');
        expect(Items).toEqual(items.toSorted((a, b) => Number(a.n?.N) - Number(b.n?.N)));
      });

      it('give what they project', async () => {
        const [first] = (await byG('by-g-keys', { Limit: 1 })).Items ?? [];
        expect(Object.keys(first ?? {}).sort()).toEqual(['g', 'pk', 'sk']);
        const some = (await byG('by-g-some')).Items ?? [];
        expect(some).toHaveLength(4);
        expect(some.every((item) => item.kept?.S === 'k' && item.other === undefined)).toBe(true);
      });

      it('page without skipping what shares a key', async () => {
        const seen: (string | undefined)[] = [];
        let ExclusiveStartKey: Item | undefined;
        do {
          const page = await byG('by-g-some', { Limit: 1, ExclusiveStartKey });
          seen.push(...(page.Items ?? []).map(({ pk }) => pk?.S));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
        expect(new Set(seen).size).toBe(4);
        expect(seen).toHaveLength(4);
      });

      it('follow updates and deletions', async () => {
        const other = S(uniqueName('g'));
        const Key = { pk: S(uniqueName('moving')), sk: S('1') };
        const at = async (value: AttributeValue) =>
          (
            await query({
              IndexName: 'by-g',
              KeyConditionExpression: 'g = :g',
              ExpressionAttributeValues: { ':g': value },
            })
          ).Count;
        await put(texts, { ...Key, g: other, n: N(1) });
        expect(await at(other)).toBe(1);
        const moved = S(uniqueName('g'));
        await dynamo.client.send(
          new UpdateItemCommand({
            TableName: texts,
            Key,
            UpdateExpression: 'SET g = :g',
            ExpressionAttributeValues: { ':g': moved },
          }),
        );
        expect([await at(other), await at(moved)]).toEqual([0, 1]);
        await dynamo.client.send(new DeleteItemCommand({ TableName: texts, Key }));
        expect(await at(moved)).toBe(0);
      });

      it('sort a partition another way when they are local', async () => {
        const hash = S(uniqueName('local'));
        for (const [sk, l] of [
          ['1', 'c'],
          ['2', 'a'],
          ['3', 'b'],
        ] as const)
          await put(texts, { pk: hash, sk: S(sk), l: S(l) });
        const { Items = [] } = await query({
          IndexName: 'by-l',
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': hash },
          ConsistentRead: true,
        });
        expect(Items.map(({ sk }) => sk?.S)).toEqual(['2', '3', '1']);
      });

      it('do not read consistently when they are global', async () => {
        expect(await refusal(byG('by-g', { ConsistentRead: true }))).toEqual({
          name: 'ValidationException',
          message: 'Consistent reads are not supported on global secondary indexes',
        });
      });
    });

    it('scans every item once, page by page and in segments', async () => {
      const TableName = dynamo.tableName('numbers');
      const mark = S(uniqueName('scan'));
      for (let index = 0; index < 30; index++) await put(TableName, { pk: S(uniqueName('scan')), sk: N(index), mark });
      const scan = async (more: object) => {
        const seen: string[] = [];
        let ExclusiveStartKey: Item | undefined;
        do {
          const page = await dynamo.client.send(
            new ScanCommand({
              TableName,
              FilterExpression: 'mark = :m',
              ExpressionAttributeValues: { ':m': mark },
              Limit: 7,
              ExclusiveStartKey,
              ...more,
            }),
          );
          seen.push(...(page.Items ?? []).map(({ sk }) => sk?.N ?? ''));
          ExclusiveStartKey = page.LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
        return seen;
      };
      const all = Array.from({ length: 30 }, (_, index) => String(index)).sort();
      expect((await scan({})).sort()).toEqual(all);
      const segments = await Promise.all([0, 1, 2].map((Segment) => scan({ Segment, TotalSegments: 3 })));
      expect(segments.flat().sort()).toEqual(all);
    });

    it('writes and reads batches', async () => {
      const pk = S(uniqueName('batch'));
      const keys = Array.from({ length: 25 }, (_, index) => ({ pk, sk: S(String(index)) }));
      const write = await dynamo.client.send(
        new BatchWriteItemCommand({ RequestItems: { [texts]: keys.map((Item) => ({ PutRequest: { Item } })) } }),
      );
      expect(write.UnprocessedItems).toEqual({});
      await dynamo.client.send(
        new BatchWriteItemCommand({ RequestItems: { [texts]: [{ DeleteRequest: { Key: keys[0] } }] } }),
      );
      const read = await dynamo.client.send(
        new BatchGetItemCommand({ RequestItems: { [texts]: { Keys: keys, ConsistentRead: true } } }),
      );
      expect(read.Responses?.[texts]?.map(({ sk }) => sk?.S).sort()).toEqual(
        keys
          .slice(1)
          .map(({ sk }) => (sk as { S: string }).S)
          .sort(),
      );
      expect(read.UnprocessedKeys).toEqual({});
    });

    describe('transactions', () => {
      const write = (...TransactItems: TransactWriteItem[]) =>
        dynamo.client.send(new TransactWriteItemsCommand({ TransactItems }));

      it('write all or nothing, and say why for each', async () => {
        const pk = S(uniqueName('transaction'));
        const Key = { pk, sk: S('there') };
        await put(texts, { ...Key, v: N(1) });
        const failure = await write(
          { Put: { TableName: texts, Item: { pk, sk: S('new') } } },
          {
            Update: {
              TableName: texts,
              Key,
              UpdateExpression: 'SET v = :w',
              ConditionExpression: 'v > :v',
              ExpressionAttributeValues: { ':v': N(1), ':w': N(2) },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ).catch((error: unknown) => error);
        expect(failure).toMatchObject({
          name: 'TransactionCanceledException',
          CancellationReasons: [
            { Code: 'None' },
            { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { ...Key, v: N(1) } },
          ],
        });
        expect(await get(texts, { pk, sk: S('new') })).toBeUndefined();
        expect(await get(texts, Key)).toEqual({ ...Key, v: N(1) });
      });

      it('put, update, delete and check together', async () => {
        const pk = S(uniqueName('transaction'));
        await put(texts, { pk, sk: S('old') });
        await put(texts, { pk, sk: S('checked') });
        await write(
          { Put: { TableName: texts, Item: { pk, sk: S('put') } } },
          {
            Update: {
              TableName: texts,
              Key: { pk, sk: S('updated') },
              UpdateExpression: 'SET v = :v',
              ExpressionAttributeValues: { ':v': N(1) },
            },
          },
          { Delete: { TableName: texts, Key: { pk, sk: S('old') }, ConditionExpression: 'attribute_exists(pk)' } },
          {
            ConditionCheck: {
              TableName: texts,
              Key: { pk, sk: S('checked') },
              ConditionExpression: 'attribute_exists(pk)',
            },
          },
        );
        const { Items = [] } = await query({
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
        });
        expect(Items).toEqual([
          { pk, sk: S('checked') },
          { pk, sk: S('put') },
          { pk, sk: S('updated'), v: N(1) },
        ]);
        const read = await dynamo.client.send(
          new TransactGetItemsCommand({
            TransactItems: ['put', 'old'].map((sk) => ({ Get: { TableName: texts, Key: { pk, sk: S(sk) } } })),
          }),
        );
        expect(read.Responses?.map(({ Item }) => Item)).toEqual([{ pk, sk: S('put') }, undefined]);
      });

      it('touch an item once', async () => {
        const Item = { pk: S(uniqueName('twice')), sk: S('1') };
        expect(
          await refusal(write({ Put: { TableName: texts, Item } }, { Delete: { TableName: texts, Key: Item } })),
        ).toEqual({
          name: 'ValidationException',
          message: 'Transaction request cannot include multiple operations on one item',
        });
      });
    });

    describe('numbers', () => {
      const sum = async (a: string, b: string) => {
        const Key = { pk: S(uniqueName('sum')), sk: S('1') };
        await put(texts, { ...Key, v: N(a) });
        const { Attributes } = await dynamo.client.send(
          new UpdateItemCommand({
            TableName: texts,
            Key,
            UpdateExpression: 'SET v = v + :b',
            ExpressionAttributeValues: { ':b': N(b) },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        return Attributes?.v?.N;
      };
      it.each([
        ['0.1', '0.2', '0.3'],
        ['9007199254740993', '1', '9007199254740994'],
        ['12345678901234567890123456789012345678', '-1', '12345678901234567890123456789012345677'],
        ['-5', '5', '0'],
      ])('%s + %s is exactly %s', async (a, b, expected) => {
        expect(await sum(a, b)).toBe(expected);
      });
    });

    it('describes a table', async () => {
      const { Table } = await dynamo.client.send(new DescribeTableCommand({ TableName: texts }));
      expect(Table).toMatchObject({
        TableName: texts,
        TableStatus: 'ACTIVE',
        KeySchema: DYNAMODB_TABLES.texts.KeySchema,
      });
      expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual([
        'by-g',
        'by-g-keys',
        'by-g-some',
      ]);
      expect(Table?.TableArn).toMatch(new RegExp(`^arn:aws:dynamodb:.*:table/${texts}$`));
    });

    describe('refusals', () => {
      const Key = { pk: S('refused'), sk: S('1') };
      const update = (UpdateExpression: string, values?: Item) =>
        dynamo.client.send(
          new UpdateItemCommand({ TableName: texts, Key, UpdateExpression, ExpressionAttributeValues: values }),
        );
      const filtered = (FilterExpression: string, values?: Item, names?: Record<string, string>) =>
        dynamo.client.send(
          new ScanCommand({
            TableName: texts,
            FilterExpression,
            ExpressionAttributeValues: values,
            ExpressionAttributeNames: names,
          }),
        );
      const cases: readonly (readonly [title: string, call: () => Promise<unknown>, name: string, message: RegExp])[] =
        [
          [
            'a table that is not there',
            () => get('nowhere', Key),
            'ResourceNotFoundException',
            /Requested resource not found/,
          ],
          [
            'an item without its key',
            () => put(texts, { pk: S('x') }),
            'ValidationException',
            /Missing the key sk in the item/,
          ],
          [
            'an item with a key of another type',
            () => put(texts, { pk: S('x'), sk: N(1) }),
            'ValidationException',
            /Type mismatch for key sk expected: S actual: N/,
          ],
          [
            'a name that is not used',
            () => filtered('a = :a', { ':a': S('a') }, { '#b': 'b' }),
            'ValidationException',
            /unused in expressions: keys: \{#b\}/,
          ],
          [
            'a change of a key',
            () => update('SET sk = :v', { ':v': S('2') }),
            'ValidationException',
            /Cannot update attribute sk. This attribute is part of the key/,
          ],
          [
            'paths that overlap',
            () => update('SET a.b = :v REMOVE a', { ':v': S('2') }),
            'ValidationException',
            /Two document paths overlap with each other/,
          ],
          [
            'a path that leads nowhere',
            () => update('SET nothing.here = :v', { ':v': S('2') }),
            'ValidationException',
            /document path provided in the update expression is invalid/,
          ],
          [
            'an operand that is not there',
            () => update('SET a = gone + :v', { ':v': N(2) }),
            'ValidationException',
            /refers to an attribute that does not exist in the item/,
          ],
          [
            'a section twice',
            () => update('SET a = :v SET b = :v', { ':v': S('2') }),
            'ValidationException',
            /The "SET" section can only be used once/,
          ],
          [
            'an item of more than 400 KB',
            () => put(texts, { ...Key, v: S('x'.repeat(410_000)) }),
            'ValidationException',
            /Item size has exceeded the maximum allowed size/,
          ],
          [
            'a query without its partition key',
            () => query({ KeyConditionExpression: 'sk = :v', ExpressionAttributeValues: { ':v': S('x') } }),
            'ValidationException',
            /Query condition missed key schema element: pk/,
          ],
          [
            'a batch with a key twice',
            () => dynamo.client.send(new BatchGetItemCommand({ RequestItems: { [texts]: { Keys: [Key, Key] } } })),
            'ValidationException',
            /Provided list of item keys contains duplicates/,
          ],
          [
            'an empty set',
            () => put(texts, { ...Key, v: { SS: [] } }),
            'ValidationException',
            /An string set {2}may not be empty/,
          ],
        ];
      it.each(cases)('%s', async (_title, call, name, message) => {
        const refused = await refusal(call());
        expect(refused.name).toBe(name);
        expect(refused.message).toMatch(message);
      });
    });

    describe('differences', () => {
      it.each(DIFFERENCES)('$title', async (difference) => {
        expect(await difference.run(dynamo.client, dynamo.tableName)).toBe(difference[backing]);
      });
    });
  });

const key1 = () => ({ pk: S(uniqueName('difference')), sk: S('1') });
const refusedAs = (call: Promise<unknown>) =>
  call.then(
    () => 'taken',
    ({ name, message }: Error) => `${name}: ${message}`,
  );
const refusedWithName = async (call: Promise<unknown>) => (await refusedAs(call)).split(':')[0];
const MISMATCH = 'ValidationException: The provided key element does not match the schema';

/** What the two backings do differently on purpose: the emulator does as AWS does. */
const DIFFERENCES: readonly {
  readonly title: string;
  readonly run: (client: DynamoDBClient, tableName: DynamoDbBacking['tableName']) => Promise<unknown>;
  readonly emulated: unknown;
  readonly moto: unknown;
}[] = [
  {
    title: 'a transaction with a token happens once; moto repeats it',
    run: async (client, tableName) => {
      const Key = key1();
      const TableName = tableName('texts');
      const Update = { TableName, Key, UpdateExpression: 'ADD hits :v', ExpressionAttributeValues: { ':v': N(1) } };
      const command = new TransactWriteItemsCommand({
        ClientRequestToken: uniqueName('token'),
        TransactItems: [{ Update }],
      });
      await client.send(command);
      await client.send(command);
      return (await client.send(new GetItemCommand({ TableName, Key }))).Item?.hits?.N;
    },
    emulated: '1',
    moto: '2',
  },
  {
    title: 'a token that comes with other items is refused; moto takes it',
    run: async (client, tableName) => {
      const ClientRequestToken = uniqueName('token');
      const put = () =>
        client.send(
          new TransactWriteItemsCommand({
            ClientRequestToken,
            TransactItems: [{ Put: { TableName: tableName('texts'), Item: key1() } }],
          }),
        );
      await put();
      return put().then(
        () => 'taken',
        ({ name }: Error) => name,
      );
    },
    emulated: 'IdempotentParameterMismatchException',
    moto: 'taken',
  },
  {
    title: 'begins_with works on binary; moto compares text only',
    run: async (client, tableName) => {
      const Item = { ...key1(), v: { B: Buffer.from([1, 2, 3]) } };
      const TableName = tableName('texts');
      await client.send(new PutItemCommand({ TableName, Item }));
      const { Count } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: 'begins_with(v, :v)',
          ExpressionAttributeValues: { ':pk': Item.pk, ':v': { B: Buffer.from([1, 2]) } },
        }),
      );
      return Count;
    },
    emulated: 1,
    moto: 0,
  },
  {
    title: 'a key with too little is refused with a reason',
    run: (client, tableName) =>
      refusedAs(client.send(new GetItemCommand({ TableName: tableName('texts'), Key: { pk: S('x') } }))),
    emulated: MISMATCH,
    moto: 'ValidationException: Validation Exception',
  },
  {
    title: 'a key of another type is refused; moto does not find it',
    run: (client, tableName) =>
      refusedAs(client.send(new GetItemCommand({ TableName: tableName('texts'), Key: { pk: S('x'), sk: N(1) } }))),
    emulated: MISMATCH,
    moto: 'taken',
  },
  {
    title: 'an index key of another type is refused; moto takes it',
    run: (client, tableName) =>
      refusedAs(
        client.send(new PutItemCommand({ TableName: tableName('texts'), Item: { ...key1(), n: S('x'), g: S('x') } })),
      ),
    emulated:
      'ValidationException: One or more parameter values were invalid: Type mismatch for Index Key n Expected: N Actual: S IndexName: by-g',
    moto: 'taken',
  },
  {
    title: 'an empty key is refused in the words of AWS',
    run: (client, tableName) =>
      refusedAs(client.send(new PutItemCommand({ TableName: tableName('numbers'), Item: { pk: S(''), sk: N(1) } }))),
    emulated:
      'ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    moto: 'ValidationException: One or more parameter values were invalid: An AttributeValue may not contain an empty string. Key: pk',
  },
  {
    title: 'a value that no expression uses is refused; moto lets it pass in a scan',
    run: (client, tableName) =>
      refusedAs(
        client.send(
          new ScanCommand({
            TableName: tableName('numbers'),
            FilterExpression: 'a = :a',
            ExpressionAttributeValues: { ':a': S('a'), ':b': S('b') },
          }),
        ),
      ),
    emulated: 'ValidationException: Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}',
    moto: 'taken',
  },
  {
    title: 'a value that is not defined is a ValidationException; moto fails inside',
    run: (client, tableName) =>
      client.send(new ScanCommand({ TableName: tableName('numbers'), FilterExpression: 'a = :a' })).then(
        () => 'taken',
        ({ name }: Error) => name,
      ),
    emulated: 'ValidationException',
    moto: 'SyntaxError',
  },
  {
    title: 'an index that is not there is a ValidationException, not a missing resource',
    run: (client, tableName) =>
      refusedWithName(
        client.send(
          new QueryCommand({
            TableName: tableName('numbers'),
            IndexName: 'none',
            KeyConditionExpression: 'pk = :v',
            ExpressionAttributeValues: { ':v': S('x') },
          }),
        ),
      ),
    emulated: 'ValidationException',
    moto: 'ResourceNotFoundException',
  },
];

/** Sets in one order and bytes as text, so that values compare. */
function normal(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      ['SS', 'NS', 'BS'].includes(name) ? (normal(inner) as string[]).sort() : normal(inner),
    ]),
  );
}
