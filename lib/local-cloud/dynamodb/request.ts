import { z } from 'zod';
import { AwsError } from '../aws-server/aws-error.ts';
import type { Need } from '../aws-server/gatekeeper.ts';
import { type Item, parseItem } from './attribute-value.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import type { ItemStore } from './item-store.ts';
import { checkKey, type KeyBytes, type Table } from './table.ts';

/** Parts of requests that several operations share. */
export const TableName = z.string().min(1).max(1024);
export const RawItem = z.record(z.string(), z.unknown());
export const Names = z.record(z.string(), z.string()).optional();
export const Values = RawItem.optional();
/** Capacity is not counted here: asking for it is an error rather than a made-up number. */
export const NoCapacity = {
  ReturnConsumedCapacity: z.enum(['NONE']).optional(),
};
export const NoMetrics = {
  ...NoCapacity,
  ReturnItemCollectionMetrics: z.enum(['NONE']).optional(),
};
export const OnFailure = z.enum(['ALL_OLD', 'NONE']).default('NONE');

/** The declared tables and what is in them. */
export class Tables {
  readonly store: ItemStore;
  readonly #byName: ReadonlyMap<string, Table>;
  readonly #arnPrefix: string;

  constructor(store: ItemStore, tables: readonly Table[], arnPrefix: string) {
    this.store = store;
    this.#byName = new Map(tables.map((table) => [table.name, table]));
    this.#arnPrefix = arnPrefix;
  }

  names(): string[] {
    return [...this.#byName.keys()].sort();
  }

  /** By name or ARN. @throws AwsError `ResourceNotFoundException` */
  get(nameOrArn: string): Table {
    const table = this.find(nameOrArn);
    if (table === undefined) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    return table;
  }

  find(nameOrArn: string): Table | undefined {
    return this.#byName.get(nameOf(nameOrArn));
  }

  arn(nameOrArn: string): string {
    return nameOrArn.startsWith('arn:') ? nameOrArn : `${this.#arnPrefix}${nameOrArn}`;
  }

  /** The right to `action` on a table, with the partitions that it touches as `dynamodb:LeadingKeys`. */
  need(
    action: string,
    nameOrArn: string,
    items: readonly Readonly<Record<string, unknown>>[] = [],
    index?: string,
  ): Need {
    const arn = this.arn(nameOrArn);
    const keys = items.flatMap((item) => leadingKey(this.find(nameOrArn), item));
    return {
      action: `dynamodb:${action}`,
      resource: index === undefined ? arn : `${arn}/index/${index}`,
      context: keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': [...new Set(keys)] },
    };
  }
}

/** Checks a `Key` parameter. @throws AwsError */
export function parseKey(
  table: Table,
  raw: Readonly<Record<string, unknown>>,
): { readonly item: Item; readonly bytes: KeyBytes } {
  const item = parseItem(raw);
  return { item, bytes: checkKey(table, item) };
}

const nameOf = (nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? (nameOrArn.split(':table/')[1] ?? '') : nameOrArn;

function leadingKey(table: Table | undefined, item: Readonly<Record<string, unknown>>): string[] {
  const value = table && item[table.hash.name];
  const { S, N, B } = (value ?? {}) as Record<string, unknown>;
  if (typeof N === 'string') return [formatDecimal(parseDecimal(N))];
  const text = S ?? B;
  return typeof text === 'string' ? [text] : [];
}
