import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { ServiceFunction } from './service-function.ts';

export interface KeyedTableProps {
  /** Why nothing is lost with it. A table without that is kept, protected, and recoverable to any second. */
  readonly expendable?: string;
  /** Finds items by this attribute, too, in the order of `sk`; an item without it is not found so. */
  readonly index?: { readonly name: string; readonly attribute: string };
}

/** A table with text keys `pk` and `sk`, whose items may end at `expires_at` (Unix seconds). @stateful */
export class KeyedTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, { expendable, index }: KeyedTableProps = {}) {
    super(scope, id);
    const precious = expendable === undefined;
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: precious },
      deletionProtection: precious,
      removalPolicy: precious ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (index !== undefined) {
      table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: { name: index.attribute, type: AttributeType.STRING },
        sortKey: { name: 'sk', type: AttributeType.STRING },
      });
    }
    this.table = table;
    if (!precious) acknowledge(this.table, { 'AwsSolutions-DDB3': `No point-in-time recovery: ${expendable}` });
  }
}

/** Lets a function do these operations on a table, `dynamodb:` left out, on keys that begin so where given. */
export function grantTable(
  table: ITable,
  fn: ServiceFunction,
  operations: readonly string[],
  leadingKeys?: readonly string[],
): void {
  fn.allow(
    operations.map((operation) => `dynamodb:${operation}`),
    [table.tableArn],
    leadingKeys && { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...leadingKeys] } } },
  );
}

/** Lets a function query an index of a table by keys that begin so. */
export function grantIndex(table: ITable, name: string, fn: ServiceFunction, leadingKeys: readonly string[]): void {
  fn.allow(['dynamodb:Query'], [`${table.tableArn}/index/${name}`], {
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...leadingKeys] } },
  });
}
