import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { DynamoDbLedger } from '../adapters/ledger/dynamodb.ts';
import { LedgerEnv } from '../adapters/ledger/env.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { makeReadLedger } from './ledger/read-ledger.ts';
import { ledgerRoute } from './ledger-api.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...LedgerEnv.shape }));
const dynamoDb = makeDynamoDb();
const ledger = new DynamoDbLedger(dynamoDb, env.LEDGER_TABLE_NAME);

export const handler = httpHandler(
  [serve(ledgerRoute, makeReadLedger({ ledger, now: Date.now }))],
  makeEdge(env, dynamoDb).options,
);
