import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyResultV2, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { TableSearchRecorder } from '../adapters/audit-trail/search-recorder.ts';
import { DynamoDbSearchEntries } from '../adapters/audit-trail/searches.ts';
import { DynamoDbAuditSettingsReader } from '../adapters/audit-trail/settings.ts';
import { Authenticator } from '../adapters/directory/authenticator.ts';
import { DynamoDbDirectory } from '../adapters/directory/dynamodb.ts';
import { DirectoryEnv } from '../adapters/directory/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { EventStoreEnv } from '../adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';
import { DynamoDbViewerRegister } from '../adapters/viewers/dynamodb.ts';
import { LiveEnv, ViewersEnv } from '../adapters/viewers/env.ts';
import { WebSocketApiConnections } from '../adapters/viewers/web-socket-api.ts';
import { readEnv } from '../core/env.ts';
import { log } from '../core/log.ts';
import { inContext, makeTraceContext } from '../core/trace-context.ts';
import { FillEnv } from './env.ts';
import { makeFill } from './fill.ts';
import { makeConnect, makeReceive, type SocketParts } from './socket.ts';

const env = readEnv(
  z.object({
    ...LiveEnv.shape,
    ...ViewersEnv.shape,
    ...FillEnv.shape,
    ...DirectoryEnv.shape,
    ...EventStoreEnv.shape,
    ...AuditTrailEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const authenticator = new Authenticator(new DynamoDbDirectory(dynamoDb, env.DIRECTORY_TABLE_NAME));
const parts: SocketParts = {
  viewers: new DynamoDbViewerRegister(dynamoDb, env.LIVE_TABLE_NAME),
  post: new WebSocketApiConnections(env.WEBSOCKET_CALLBACK_URL),
  recorder: new TableSearchRecorder(
    new DynamoDbAuditSettingsReader(dynamoDb, env.AUDIT_TABLE_NAME),
    new DynamoDbSearchEntries(dynamoDb, env.AUDIT_TABLE_NAME),
    Date.now,
  ),
  session: (token, project) => authenticator.session(token, project),
  stands: (ticket) => authenticator.stands(ticket),
  fill: makeFill({
    events: new OpenSearchEventStore(env),
    settleMillis: env.LIVE_SETTLE_SECONDS * 1000,
    sleep: async (millis) => {
      await sleep(millis);
    },
    now: Date.now,
  }),
  now: Date.now,
};
const connect = makeConnect(parts);
const receive = makeReceive(parts);

/** A `$connect` carries the query string of the handshake, which the types of other events leave out. */
type SocketEvent = APIGatewayProxyWebsocketEventV2 & {
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
};

export const handler = (event: SocketEvent): Promise<APIGatewayProxyResultV2> => {
  const { requestId, connectionId } = event.requestContext;
  return inContext(makeTraceContext({ requestId, correlationId: connectionId }), () => answer(event));
};

async function answer({
  requestContext,
  queryStringParameters = {},
  body = '',
}: SocketEvent): Promise<APIGatewayProxyResultV2> {
  const { connectionId, eventType } = requestContext;
  try {
    switch (eventType) {
      case 'CONNECT': {
        const { project, ticket, token, query } = queryStringParameters;
        return { statusCode: await connect({ connectionId, project, ticket, token, query }) };
      }
      case 'DISCONNECT':
        await parts.viewers.disconnect(connectionId);
        return { statusCode: 200 };
      case 'MESSAGE':
        await receive(connectionId, body);
        return { statusCode: 200 };
    }
  } catch (error) {
    log('error', 'viewer is not served', { 'network.protocol.name': 'websocket', 'tributary.event': eventType }, error);
    return { statusCode: 503 };
  }
}
