import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function.ts';

export interface KeyedTableProps {
  /** Whether it holds what cannot be made again: then it is kept, protected, and recoverable to any second. */
  readonly precious: boolean;
}

/** A table with text keys `pk` and `sk`, whose items may end at `expires_at` (Unix seconds). @stateful */
export class KeyedTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, { precious }: KeyedTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: precious },
      deletionProtection: precious,
      removalPolicy: precious ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
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
    leadingKeys && { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...leadingKeys] } },
  );
}
