import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { DynamoDbViewerRegister } from '../adapters/viewers/dynamodb.ts';
import { LiveEnv } from '../adapters/viewers/env.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import { createTicketRoute } from './api.ts';
import { makeCreateTicket } from './tickets.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...LiveEnv.shape }));
const dynamoDb = makeDynamoDb();

export const handler = httpHandler(
  [serve(createTicketRoute, makeCreateTicket(new DynamoDbViewerRegister(dynamoDb, env.LIVE_TABLE_NAME), Date.now))],
  makeEdge(env, dynamoDb).options,
);
