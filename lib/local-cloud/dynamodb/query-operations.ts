import { z } from 'zod';
import { type Operation, operation } from '../aws-server/json-service.ts';
import { attribute, type Item, parseItem, sizeOfItem, typeOf } from './attribute-value.ts';
import { attributesOf, type Condition, parseCondition } from './expression/condition.ts';
import { evaluate } from './expression/evaluate.ts';
import { type KeyRange, parseKeyCondition } from './expression/key-condition.ts';
import type { Path } from './expression/path.ts';
import { Placeholders } from './expression/placeholders.ts';
import { parseProjection, project } from './expression/projection.ts';
import type { Position } from './item-store.ts';
import { Names, NoCapacity, TableName, type Tables, Values } from './request.ts';
import { toKeyBytes } from './sort-order.ts';
import { checkKey, indexKey, keyAttributes, keyOf, type SecondaryIndex, type Table } from './table.ts';
import { invalid, invalidParameter } from './validation.ts';

const MAX_PAGE_BYTES = 1024 * 1024;

const Paged = {
  TableName,
  IndexName: z.string().min(3).max(255).optional(),
  Select: z.enum(['ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT']).optional(),
  Limit: z.number().int().min(1).optional(),
  ConsistentRead: z.boolean().default(false),
  ExclusiveStartKey: Values,
  FilterExpression: z.string().optional(),
  ProjectionExpression: z.string().optional(),
  ExpressionAttributeNames: Names,
  ExpressionAttributeValues: Values,
  ...NoCapacity,
};
const QueryInput = z.strictObject({
  ...Paged,
  KeyConditionExpression: z.string(),
  ScanIndexForward: z.boolean().default(true),
});
const ScanInput = z.strictObject({
  ...Paged,
  Segment: z.number().int().min(0).max(999_999).optional(),
  TotalSegments: z.number().int().min(1).max(1_000_000).optional(),
});
type PagedInput = Omit<z.output<typeof ScanInput>, 'Segment' | 'TotalSegments'>;

/** `Query` and `Scan`. */
export function queryOperations(tables: Tables): Readonly<Record<string, Operation>> {
  return {
    Query: operation(
      QueryInput,
      (input) => [tables.need('Query', input.TableName, partitionOf(tables, input), input.IndexName)],
      (input) => {
        const table = tables.get(input.TableName);
        const index = findIndex(table, input);
        const schema = index ?? table;
        const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
        const range = parseKeyCondition(input.KeyConditionExpression, placeholders, schema);
        const shape = parseShape(input, index, placeholders);
        for (const name of shape.filter === undefined ? [] : attributesOf(shape.filter)) {
          if (keyAttributes(schema).some((key) => key.name === name)) {
            throw invalid(
              `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
            );
          }
        }
        placeholders.checkUsed(true);
        const after = startPosition(table, index, input.ExclusiveStartKey);
        const hash = toKeyBytes(range.hash);
        if (after !== undefined && !isWithin(range, hash, after)) {
          throw invalid('The provided starting key is outside query boundaries based on provided conditions');
        }
        const { lower, upper } = range;
        const items = tables.store.query(table, index, {
          hash,
          lower,
          upper,
          forward: input.ScanIndexForward,
          after,
        });
        return toPage(items, input, table, index, shape);
      },
    ),

    Scan: operation(
      ScanInput,
      ({ TableName: name, IndexName }) => [tables.need('Scan', name, [], IndexName)],
      (input) => {
        const table = tables.get(input.TableName);
        const index = findIndex(table, input);
        const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
        const shape = parseShape(input, index, placeholders);
        placeholders.checkUsed(input.FilterExpression !== undefined || input.ProjectionExpression !== undefined);
        const { Segment: segment = 0, TotalSegments: totalSegments = 1 } = input;
        if ((input.Segment === undefined) !== (input.TotalSegments === undefined)) {
          const [missing, given] =
            input.Segment === undefined ? ['Segment', 'TotalSegments'] : ['TotalSegments', 'Segment'];
          throw invalid(
            `The ${missing} parameter is required but was not present in the request when ${given} parameter is present`,
          );
        }
        if (segment >= totalSegments) {
          throw invalid(
            `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${totalSegments}`,
          );
        }
        const after = startPosition(table, index, input.ExclusiveStartKey);
        return toPage(tables.store.scan(table, index, { segment, totalSegments, after }), input, table, index, shape);
      },
    ),
  };
}

/** The partition that a query reads, for the caller's rights; none when the query is not well formed, which it will hear of later. */
function partitionOf(tables: Tables, input: z.output<typeof QueryInput>): readonly Item[] {
  const table = tables.find(input.TableName);
  const schema = table?.indexes.find(({ name }) => name === input.IndexName) ?? table;
  if (table === undefined || schema === undefined) return [];
  try {
    const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
    const { hash } = parseKeyCondition(input.KeyConditionExpression, placeholders, schema);
    // of an index, its own partition key is the leading one
    return [{ [table.hash.name]: hash }];
  } catch {
    return [];
  }
}

function findIndex(table: Table, { IndexName: name, ConsistentRead }: PagedInput): SecondaryIndex | undefined {
  if (name === undefined) return undefined;
  const index = table.indexes.find((one) => one.name === name);
  if (index === undefined) throw invalid(`The table does not have the specified index: ${name}`);
  if (ConsistentRead && index.kind === 'global')
    throw invalid('Consistent reads are not supported on global secondary indexes');
  return index;
}

function isWithin({ lower, upper }: KeyRange, hash: Buffer, { at }: Position): boolean {
  const above = lower === undefined ? 1 : Buffer.compare(at.range, lower.bytes);
  const below = upper === undefined ? 1 : Buffer.compare(upper.bytes, at.range);
  return (
    at.hash.equals(hash) &&
    (above > 0 || (above === 0 && lower?.inclusive === true)) &&
    (below > 0 || (below === 0 && upper?.inclusive === true))
  );
}

interface Shape {
  readonly filter: Condition | undefined;
  readonly paths: readonly Path[] | undefined;
  readonly countOnly: boolean;
  /** Whether to give all of the item, beyond what the index holds. */
  readonly whole: boolean;
}

function parseShape(input: PagedInput, index: SecondaryIndex | undefined, placeholders: Placeholders): Shape {
  const { FilterExpression, ProjectionExpression, Select } = input;
  const filter =
    FilterExpression === undefined ? undefined : parseCondition('FilterExpression', FilterExpression, placeholders);
  const paths = ProjectionExpression === undefined ? undefined : parseProjection(ProjectionExpression, placeholders);
  if (paths !== undefined && Select !== undefined && Select !== 'SPECIFIC_ATTRIBUTES') {
    throw invalid(
      `Cannot specify the ProjectionExpression when choosing to get ${Select === 'COUNT' ? 'only the Count' : Select}`,
    );
  }
  if (paths === undefined && Select === 'SPECIFIC_ATTRIBUTES') {
    throw invalid('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
  }
  if (index === undefined && Select === 'ALL_PROJECTED_ATTRIBUTES') {
    throw invalid('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
  }
  const held = index?.attributes;
  if (index !== undefined && held !== undefined && index.kind === 'global') {
    if (Select === 'ALL_ATTRIBUTES') {
      throw invalidParameter(
        `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
      );
    }
    const missing = [...new Set(paths?.map(([name]) => name))].filter((name) => !held.has(name));
    if (missing.length > 0)
      throw invalidParameter(`Global secondary index ${index.name} does not project [${missing.join(', ')}]`);
  }
  // a local index fetches from its table what it does not hold
  const whole = index === undefined || Select === 'ALL_ATTRIBUTES' || (index.kind === 'local' && paths !== undefined);
  return { filter, paths, countOnly: Select === 'COUNT', whole };
}

function startPosition(
  table: Table,
  index: SecondaryIndex | undefined,
  raw: Readonly<Record<string, unknown>> | undefined,
): Position | undefined {
  if (raw === undefined) return undefined;
  const start = parseItem(raw);
  const wanted = new Map(
    [...keyAttributes(table), ...(index === undefined ? [] : keyAttributes(index))].map((key) => [key.name, key.type]),
  );
  if (Object.keys(start).length !== wanted.size) {
    throw invalid(
      "The provided starting key is invalid: Exclusive Start Key must have same size as table's key schema",
    );
  }
  for (const [name, type] of wanted) {
    const value = attribute(start, name);
    if (value === undefined || typeOf(value) !== type) {
      throw invalid('The provided starting key is invalid: The provided key element does not match the schema');
    }
  }
  const key = checkKey(table, keyOf(table, start));
  const at = index === undefined ? key : indexKey(index, start);
  return at && { at, key };
}

function toPage(
  items: Iterable<Item>,
  input: PagedInput,
  table: Table,
  index: SecondaryIndex | undefined,
  shape: Shape,
) {
  const page: Item[] = [];
  let scanned = 0;
  let count = 0;
  let size = 0;
  let last: Item | undefined;
  for (const item of items) {
    const seen = shape.whole || index?.attributes === undefined ? item : only(item, index.attributes);
    scanned++;
    size += sizeOfItem(seen);
    if (shape.filter === undefined || evaluate(shape.filter, seen)) {
      count++;
      if (!shape.countOnly) page.push(shape.paths === undefined ? seen : project(seen, shape.paths));
    }
    // as the real one: a full page ends here, whether or not anything follows
    if (scanned === input.Limit || size >= MAX_PAGE_BYTES) {
      last = item;
      break;
    }
  }
  const lastKey = last && {
    ...(index && keyOf(index, last)),
    ...keyOf(table, last),
  };
  return {
    ...(shape.countOnly ? {} : { Items: page }),
    Count: count,
    ScannedCount: scanned,
    LastEvaluatedKey: lastKey,
  };
}

const only = (item: Item, names: ReadonlySet<string>): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
