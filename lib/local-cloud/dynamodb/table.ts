import { z } from 'zod';
import type { DeclaredResource } from '../emulator.ts';
import { type AttributeValue, attribute, type Item, MAX_ITEM_BYTES, sizeOfItem, typeOf } from './attribute-value.ts';
import { toKeyBytes } from './sort-order.ts';
import { invalid, invalidParameter } from './validation.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute | undefined;
}

export interface SecondaryIndex extends KeySchema {
  readonly name: string;
  readonly arn: string;
  readonly kind: 'global' | 'local';
  /** Names of the attributes that it holds; undefined when it holds all. */
  readonly attributes: ReadonlySet<string> | undefined;
  readonly projection: {
    readonly ProjectionType: string;
    readonly NonKeyAttributes?: readonly string[] | undefined;
  };
}

export interface Table extends KeySchema {
  readonly name: string;
  readonly arn: string;
  readonly indexes: readonly SecondaryIndex[];
  /** Attribute that holds when an item expires, in Unix seconds. */
  readonly ttlAttribute: string | undefined;
  readonly onDemand: boolean;
}

/** The bytes that an item is found by; `range` is empty when the schema has none. */
export interface KeyBytes {
  readonly hash: Buffer;
  readonly range: Buffer;
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const MAX_HASH_BYTES = 2048;
const MAX_RANGE_BYTES = 1024;

const KeyElements = z
  .array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }))
  .min(1)
  .max(2);
const Index = z.object({
  IndexName: z.string(),
  KeySchema: KeyElements,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});
/** What a template may say of an `AWS::DynamoDB::Table` that has an effect here. */
const TableProperties = z.object({
  KeySchema: KeyElements,
  AttributeDefinitions: z.array(
    z.object({
      AttributeName: z.string(),
      AttributeType: z.enum(['S', 'N', 'B']),
    }),
  ),
  GlobalSecondaryIndexes: z.array(Index).default([]),
  LocalSecondaryIndexes: z.array(Index).default([]),
  TimeToLiveSpecification: z
    .object({
      AttributeName: z.string().optional(),
      Enabled: z.stringbool().or(z.boolean()),
    })
    .optional(),
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).default('PROVISIONED'),
});

/** Reads a declared table. @throws Error naming what cannot be understood */
export function toTable({ logicalId, name, arn, properties }: DeclaredResource): Table {
  const parsed = TableProperties.safeParse(properties);
  if (!parsed.success) throw new Error(`table ${logicalId}: ${z.prettifyError(parsed.error)}`);
  const { AttributeDefinitions, TimeToLiveSpecification: ttl, BillingMode } = parsed.data;
  const toSchema = (elements: z.output<typeof KeyElements>): KeySchema => {
    const [hash, range] = (['HASH', 'RANGE'] as const).map((type) => {
      const element = elements.find(({ KeyType }) => KeyType === type);
      const definition = AttributeDefinitions.find(({ AttributeName }) => AttributeName === element?.AttributeName);
      if (element !== undefined && definition === undefined) {
        throw new Error(`table ${logicalId}: key ${element.AttributeName} is not in AttributeDefinitions`);
      }
      return (
        definition && {
          name: definition.AttributeName,
          type: definition.AttributeType,
        }
      );
    });
    if (hash === undefined) throw new Error(`table ${logicalId}: a key schema has no HASH`);
    return { hash, range };
  };
  const schema = toSchema(parsed.data.KeySchema);
  const toIndex = (kind: 'global' | 'local', index: z.output<typeof Index>): SecondaryIndex => {
    const keys = toSchema(index.KeySchema);
    const always = [schema.hash, schema.range, keys.hash, keys.range].flatMap((key) =>
      key === undefined ? [] : [key.name],
    );
    const { ProjectionType, NonKeyAttributes = [] } = index.Projection;
    return {
      ...keys,
      name: index.IndexName,
      arn: `${arn}/index/${index.IndexName}`,
      kind,
      attributes: ProjectionType === 'ALL' ? undefined : new Set([...always, ...NonKeyAttributes]),
      projection: index.Projection,
    };
  };
  return {
    ...schema,
    name,
    arn,
    indexes: [
      ...parsed.data.GlobalSecondaryIndexes.map((index) => toIndex('global', index)),
      ...parsed.data.LocalSecondaryIndexes.map((index) => toIndex('local', index)),
    ],
    ttlAttribute: ttl?.Enabled ? ttl.AttributeName : undefined,
    onDemand: BillingMode === 'PAY_PER_REQUEST',
  };
}

export const keyAttributes = ({ hash, range }: KeySchema): readonly KeyAttribute[] =>
  range === undefined ? [hash] : [hash, range];

/** The part of an item that names it. */
export function keyOf(schema: KeySchema, item: Item): Item {
  return Object.fromEntries(
    keyAttributes(schema).flatMap(({ name }) => {
      const value = attribute(item, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Checks a `Key` parameter: the key attributes, all of them, nothing else. @throws AwsError */
export function checkKey(table: Table, key: Item): KeyBytes {
  const attributes = keyAttributes(table);
  const fits =
    Object.keys(key).length === attributes.length &&
    attributes.every(({ name, type }) => {
      const value = attribute(key, name);
      return value !== undefined && typeOf(value) === type;
    });
  if (!fits) throw invalid('The provided key element does not match the schema');
  return toKey(table, key);
}

/** Checks an item that is to be written: keys of table and indexes, and its size. @throws AwsError */
export function checkItem(
  table: Table,
  item: Item,
  tooLarge = 'Item size has exceeded the maximum allowed size',
): KeyBytes {
  for (const { name, type } of keyAttributes(table)) {
    const value = attribute(item, name);
    if (value === undefined) throw invalidParameter(`Missing the key ${name} in the item`);
    if (typeOf(value) !== type)
      throw invalidParameter(`Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`);
  }
  const key = toKey(table, item);
  for (const index of table.indexes) {
    for (const { name, type } of keyAttributes(index)) {
      const value = attribute(item, name);
      if (value !== undefined && typeOf(value) !== type) {
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      }
      if (value !== undefined && isEmpty(value)) {
        throw invalid(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index.name}, IndexKey: ${name}`,
        );
      }
    }
  }
  if (sizeOfItem(item) > MAX_ITEM_BYTES) throw invalid(tooLarge);
  return key;
}

/** Where an index has an item; undefined when the item lacks one of its keys, and so is not in it. */
export function indexKey(index: SecondaryIndex, item: Item): KeyBytes | undefined {
  const hash = attribute(item, index.hash.name);
  const range = index.range && attribute(item, index.range.name);
  if (hash === undefined || (index.range !== undefined && range === undefined)) return undefined;
  return {
    hash: toKeyBytes(hash),
    range: range === undefined ? Buffer.alloc(0) : toKeyBytes(range),
  };
}

function toKey(table: Table, item: Item): KeyBytes {
  const [hash = Buffer.alloc(0), range = Buffer.alloc(0)] = keyAttributes(table).map(({ name }) => {
    const value = attribute(item, name) as AttributeValue;
    if (isEmpty(value)) {
      throw invalid(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${'S' in value ? 'string' : 'binary'} value. Key: ${name}`,
      );
    }
    return toKeyBytes(value);
  });
  if (hash.length > MAX_HASH_BYTES) {
    throw invalidParameter(`Size of hashkey has exceeded the maximum size limit of${MAX_HASH_BYTES} bytes`);
  }
  if (range.length > MAX_RANGE_BYTES) {
    throw invalidParameter(`Aggregated size of all range keys has exceeded the size limit of ${MAX_RANGE_BYTES} bytes`);
  }
  return { hash, range };
}

const isEmpty = (value: AttributeValue): boolean =>
  ('S' in value && value.S === '') || ('B' in value && value.B === '');
