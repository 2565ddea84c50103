import { Gatekeeper } from '../aws-server/gatekeeper.ts';
import { serveJson } from '../aws-server/json-service.ts';
import type { Emulator, EmulatorOptions } from '../emulator.ts';
import { describeOperations } from './describe-operations.ts';
import { ItemStore } from './item-store.ts';
import { queryOperations } from './query-operations.ts';
import { readOperations } from './read-operations.ts';
import { Tables } from './request.ts';
import { toTable } from './table.ts';
import { transactionOperations } from './transactions.ts';
import { writeOperations } from './write-operations.ts';

const SWEEP_INTERVAL_MILLIS = 60_000;
/** One region is all there is here, so a global table is a table. */
const TABLE_TYPES: ReadonlySet<string> = new Set(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']);

/** Starts DynamoDB with the declared tables, durable under `<dataDir>/dynamodb/`. */
export async function startDynamoDb(options: EmulatorOptions): Promise<Emulator> {
  const { dataDir, region, accountId, resources, principals, now = Date.now } = options;
  const store = new ItemStore(dataDir, now);
  const declared = resources.filter(({ type }) => TABLE_TYPES.has(type)).map(toTable);
  for (const table of declared) store.declare(table);
  store.sweep();
  const tables = new Tables(store, declared, `arn:aws:dynamodb:${region}:${accountId}:table/`);
  const sweeping = setInterval(() => store.sweep(), SWEEP_INTERVAL_MILLIS).unref();
  return serveJson({
    targetPrefix: 'DynamoDB_20120810',
    version: '1.0',
    errorNamespace: 'com.amazonaws.dynamodb.v20120810',
    gatekeeper: new Gatekeeper(principals, now),
    bodyLimit: 24 * 1024 * 1024,
    operations: {
      ...describeOperations(tables),
      ...readOperations(tables),
      ...queryOperations(tables),
      ...writeOperations(tables),
      ...transactionOperations(tables),
    },
    afterClose: () => {
      clearInterval(sweeping);
      store.close();
    },
  });
}
