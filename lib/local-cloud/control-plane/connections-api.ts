import { MESSAGE_BYTES, type WebSocketApi } from '../gateway/web-socket-api.ts';
import { type ControlAnswer, type ControlApi, refusal } from './control-server.ts';

/**
 * The `@connections` API of a WebSocket API: `POST`, `GET` and `DELETE /<stage>/@connections/<id>`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html).
 */
export function connectionsApi(api: WebSocketApi, region: string, accountId: string): ControlApi {
  const { stage, apiId } = api.definition;
  const gone: ControlAnswer = { status: 410, errorType: 'GoneException' };
  return (method, path) => {
    const [, pathStage, id] = /^\/([^/]+)\/(?:@|%40)connections\/([^/]+)$/.exec(path) ?? [];
    if (pathStage !== stage || id === undefined || !['POST', 'GET', 'DELETE'].includes(method)) return undefined;
    const connectionId = decodeURIComponent(id);
    return {
      action: 'execute-api:ManageConnections',
      resource: `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}/@connections/${connectionId}`,
      async run(body) {
        switch (method) {
          case 'POST':
            if (body.length > MESSAGE_BYTES) return refusal(413, 'PayloadTooLargeException', 'Message too long');
            return (await api.post(connectionId, body)) ? { status: 200 } : gone;
          case 'DELETE':
            return api.disconnect(connectionId) ? { status: 204 } : gone;
          default: {
            const found = api.describe(connectionId);
            if (found === undefined) return gone;
            const { sourceIp, userAgent, connectedAt } = found.info;
            return {
              status: 200,
              body: {
                connectedAt: new Date(connectedAt).toISOString(),
                identity: { sourceIp, userAgent },
                lastActiveAt: new Date(found.lastActiveAt).toISOString(),
              },
            };
          }
        }
      },
    };
  };
}
