import { z } from 'zod';
import { AwsError } from '../aws-server/aws-error.ts';
import { type Item, parseItem } from './attribute-value.ts';
import { applyUpdate } from './expression/apply-update.ts';
import { type Condition, parseCondition } from './expression/condition.ts';
import { evaluate } from './expression/evaluate.ts';
import type { Path } from './expression/path.ts';
import { Placeholders } from './expression/placeholders.ts';
import { project } from './expression/projection.ts';
import { parseUpdate } from './expression/update.ts';
import { Names, OnFailure, parseKey, RawItem, TableName, type Tables, Values } from './request.ts';
import { checkItem, type KeyBytes, keyAttributes, type Table } from './table.ts';
import { invalidParameter } from './validation.ts';

const Conditional = {
  TableName,
  ExpressionAttributeNames: Names,
  ExpressionAttributeValues: Values,
  ReturnValuesOnConditionCheckFailure: OnFailure,
};
const Optional = { ...Conditional, ConditionExpression: z.string().optional() };

/** Parameters of the four single writes, as they are alone and in a transaction. */
export const PutShape = { ...Optional, Item: RawItem };
export const DeleteShape = { ...Optional, Key: RawItem };
export const UpdateShape = {
  ...Optional,
  Key: RawItem,
  UpdateExpression: z.string().optional(),
};
export const CheckShape = {
  ...Conditional,
  Key: RawItem,
  ConditionExpression: z.string(),
};

type Parameters<Shape extends z.core.$ZodShape> = z.output<z.ZodObject<Shape, z.core.$strict>>;

/** A checked write to one item, not done yet. */
export interface Write {
  readonly table: Table;
  readonly key: KeyBytes;
  readonly condition: Condition | undefined;
  readonly showOnFailure: boolean;
  /** The item as it is to be, undefined for none, or `unchanged`. @throws AwsError when the old item does not allow it */
  readonly next: (old: Item | undefined) => Item | undefined | 'unchanged';
  /** Paths that an update names. */
  readonly paths: readonly Path[];
}

export interface Written {
  readonly old: Item | undefined;
  readonly next: Item | undefined;
}

export function toPut(tables: Tables, input: Parameters<typeof PutShape>): Write {
  const { condition, showOnFailure } = parseExpressions(input);
  const table = tables.get(input.TableName);
  const item = parseItem(input.Item);
  return {
    table,
    key: checkItem(table, item),
    condition,
    showOnFailure,
    next: () => item,
    paths: [],
  };
}

export function toDelete(tables: Tables, input: Parameters<typeof DeleteShape>): Write {
  const { condition, showOnFailure } = parseExpressions(input);
  const table = tables.get(input.TableName);
  return {
    table,
    key: parseKey(table, input.Key).bytes,
    condition,
    showOnFailure,
    next: () => undefined,
    paths: [],
  };
}

export function toCheck(tables: Tables, input: Parameters<typeof CheckShape>): Write {
  return { ...toDelete(tables, input), next: () => 'unchanged' };
}

export function toUpdate(tables: Tables, input: Parameters<typeof UpdateShape>): Write {
  const { condition, showOnFailure, actions } = parseExpressions(input);
  const table = tables.get(input.TableName);
  const key = parseKey(table, input.Key);
  const touched = actions.find(({ path: [name] }) => keyAttributes(table).some((attribute) => attribute.name === name));
  if (touched !== undefined)
    throw invalidParameter(`Cannot update attribute ${touched.path[0]}. This attribute is part of the key`);
  const next = (old: Item | undefined): Item => {
    const item = applyUpdate(old ?? key.item, actions);
    checkItem(table, item, 'Item size to update has exceeded the maximum allowed size');
    return item;
  };
  return {
    table,
    key: key.bytes,
    condition,
    showOnFailure,
    next,
    paths: actions.map(({ path }) => path),
  };
}

/** Does a write; call it in a transaction of the store. @throws AwsError `ConditionalCheckFailedException` and what the update says */
export function perform(tables: Tables, { table, key, condition, showOnFailure, next }: Write): Written {
  const old = tables.store.get(table, key);
  if (condition !== undefined && !evaluate(condition, old ?? {})) {
    const members = showOnFailure && old !== undefined ? { Item: old } : {};
    throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', 400, members);
  }
  const item = next(old);
  if (item === 'unchanged') return { old, next: old };
  if (item === undefined) tables.store.delete(table, key);
  else tables.store.put(table, key, item);
  return { old, next: item };
}

/** What `ReturnValues` asks for. */
export function returned(wanted: string, { old, next }: Written, paths: readonly Path[]): { Attributes?: Item } {
  const source = wanted.endsWith('_OLD') ? old : next;
  if (wanted === 'NONE' || source === undefined) return {};
  const attributes = wanted.startsWith('ALL') ? source : project(source, paths);
  return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
}

function parseExpressions(input: {
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
  readonly ReturnValuesOnConditionCheckFailure: string;
}) {
  const { ConditionExpression, UpdateExpression } = input;
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const actions = UpdateExpression === undefined ? [] : parseUpdate(UpdateExpression, placeholders);
  const condition =
    ConditionExpression === undefined
      ? undefined
      : parseCondition('ConditionExpression', ConditionExpression, placeholders);
  placeholders.checkUsed(ConditionExpression !== undefined || UpdateExpression !== undefined);
  return {
    actions,
    condition,
    showOnFailure: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  };
}
