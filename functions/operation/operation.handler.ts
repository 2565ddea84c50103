import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { DescribeDomainCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { z } from 'zod';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, jsonReply, serve } from '../core/http.ts';
import { healthRoute, readinessRoute, statusRoute } from './api.ts';
import { type Checks, makeHealth, makeReadiness, VERSION } from './checks.ts';
import { stateOf } from './domain-state.ts';
import { OperationEnv } from './env.ts';

const env = readEnv(z.object({ ...EdgeEnv.shape, ...EventStoreEnv.shape, ...OperationEnv.shape }));
const events = new OpenSearchEventStore(env);
const dynamoDb = new DynamoDBClient({ maxAttempts: 1 });
const kinesis = new KinesisClient({ maxAttempts: 1, requestHandler: new NodeHttpHandler() });

const domains = new OpenSearchClient({ maxAttempts: 1 });

const checks: Checks = {
  opensearch: (signal) => events.health(signal),
  dynamodb: async (abortSignal) =>
    (await dynamoDb.send(new DescribeTableCommand({ TableName: env.DIRECTORY_TABLE_NAME }), { abortSignal })).Table
      ?.TableStatus ?? 'UNKNOWN',
  kinesis: async (abortSignal) =>
    (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: env.STREAM_NAME }), { abortSignal }))
      .StreamDescriptionSummary?.StreamStatus ?? 'UNKNOWN',
};
const readiness = makeReadiness({
  ...checks,
  domain: async (abortSignal) =>
    stateOf(
      (await domains.send(new DescribeDomainCommand({ DomainName: env.OPENSEARCH_DOMAIN_NAME }), { abortSignal }))
        .DomainStatus,
    ),
});

export const handler = httpHandler(
  [
    serve(healthRoute, makeHealth(checks)),
    serve(readinessRoute, async () => {
      const result = await readiness();
      return jsonReply(result.status === 'ready' ? 200 : 503, result);
    }),
    serve(statusRoute, async () => ({
      service: 'tributary' as const,
      version: VERSION,
      local: env.STAGE === 'local',
      ingest_url: env.INGEST_URL,
      registration: env.REGISTRATION,
      sends_mail: env.SENDS_MAIL,
    })),
  ],
  makeEdge(env, makeDynamoDb()).options,
);
