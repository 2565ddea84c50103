// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { ListDomainNamesCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type LocalCloud, startLocalCloud } from '../../../../lib/local-cloud/local-cloud.ts';
import {
  functionResources,
  temporaryFolder,
  webSocketApiResources,
  writeAssembly,
} from '../../../support/cloud-assembly.ts';

const CODE = `
import { appendFileSync } from 'node:fs';
export const handler = async (event) => {
  appendFileSync(process.env.SEEN, JSON.stringify(event) + '\\n');
  if (event.queryStringParameters?.slow) await new Promise((resolve) => setTimeout(resolve, 300));
  if (event.queryStringParameters?.deny) return { statusCode: Number(event.queryStringParameters.deny), body: 'denied' };
  if (event.queryStringParameters?.fail || event.body?.includes('"fail"')) throw new Error('no');
  return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'chosen' } };
};`;

const MANAGE = {
  Effect: 'Allow',
  Action: 'execute-api:ManageConnections',
  Resource: { 'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Ws}/*/*/@connections/*' },
};

/** A WebSocket API has no path below its stage, so a function moves what the path says into the query. */
const LIVE_BEHIND_CLOUDFRONT = {
  Rewrite: {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: 'live',
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
      FunctionCode: `function handler(event) {
        var request = event.request;
        var match = /^\\/api\\/v1\\/live-logs\\/ws\\/([^/]+)$/.exec(request.uri);
        if (!match) return { statusCode: 404 };
        request.uri = '/live';
        request.querystring.project = { value: match[1] };
        return request;
      }`,
    },
  },
  Dist: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Origins: [{ Id: 'ws', DomainName: { 'Fn::Sub': '${Ws}.execute-api.${AWS::Region}.amazonaws.com' } }],
        DefaultCacheBehavior: { TargetOriginId: 'ws', CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad' },
        CacheBehaviors: [
          {
            PathPattern: '/api/v1/live-logs/ws/*',
            TargetOriginId: 'ws',
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
            FunctionAssociations: [
              { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Rewrite', 'FunctionARN'] } },
            ],
          },
        ],
      },
    },
  },
};

describe('a WebSocket API', () => {
  const dataDir = temporaryFolder();
  const seenPath = join(dataDir, 'seen');
  const assembly = writeAssembly({
    stacks: {
      app: {
        Resources: {
          ...functionResources('Live', { Timeout: 10, Environment: { Variables: { SEEN: seenPath } } }, [MANAGE]),
          ...functionResources('Other'),
          ...LIVE_BEHIND_CLOUDFRONT,
          ...webSocketApiResources({ $connect: 'Live', $disconnect: 'Live', subscribe: 'Live', $default: 'Live' }),
        },
      },
    },
    assets: { live: { 'index.mjs': CODE }, other: { 'index.mjs': 'export const handler = () => {};' } },
  });
  let now = 1_000_000;
  let cloud: LocalCloud;
  const start = () => startLocalCloud({ assembly, dataDir, port: 0, now: () => now, log: () => {} });
  beforeAll(async () => {
    cloud = await start();
  });
  afterAll(() => cloud.close());

  type Seen = {
    requestContext: Record<string, unknown> & { connectionId: string; routeKey: string };
    body?: string;
  } & Record<string, unknown>;
  let taken = 0;
  /** Events since the last call, once there are as many. */
  async function events(count: number): Promise<Seen[]> {
    const lines = () => (existsSync(seenPath) ? readFileSync(seenPath, 'utf8').trim().split('\n') : []).slice(taken);
    await expect.poll(() => lines().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
    const all = lines();
    taken += all.length;
    return all.map((line) => JSON.parse(line) as Seen);
  }
  const opened = (path = '', protocols: string[] = []) => {
    const socket = new WebSocket(`${cloud.webSocketUrl}${path}`, protocols);
    return new Promise<WebSocket>((resolve, reject) =>
      socket.once('open', () => resolve(socket)).once('error', reject),
    );
  };
  const next = (socket: WebSocket) =>
    new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
  const closed = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));
  const manager = (functionId = 'Live') =>
    new ApiGatewayManagementApiClient({
      region: cloud.region,
      endpoint: cloud.endpoints.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI ?? '',
      credentials: cloud.credentialsFor(functionId),
    });

  it('connects, routes messages by their action, and tells of the end', async () => {
    const socket = await opened('?token=t&token=u', ['chosen', 'else']);
    expect(socket.protocol).toBe('chosen');
    const [connect] = await events(1);
    expect(connect).toMatchObject({
      queryStringParameters: { token: 'u' },
      multiValueQueryStringParameters: { token: ['t', 'u'] },
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        stage: 'live',
        connectedAt: now,
        identity: { sourceIp: '127.0.0.1' },
      },
    });
    socket.send('{"action":"subscribe","q":"x"}');
    expect(await events(1)).toMatchObject([
      {
        body: '{"action":"subscribe","q":"x"}',
        requestContext: {
          routeKey: 'subscribe',
          eventType: 'MESSAGE',
          connectionId: connect?.requestContext.connectionId,
        },
      },
    ]);
    for (const text of ['{"action":"unknown"}', '{"action":"$connect"}', 'no json', '[]']) {
      socket.send(text);
      expect(await events(1)).toMatchObject([{ body: text, requestContext: { routeKey: '$default' } }]);
    }
    socket.close(1000, 'bye');
    expect(await events(1)).toMatchObject([
      {
        requestContext: {
          routeKey: '$disconnect',
          eventType: 'DISCONNECT',
          disconnectStatusCode: 1000,
          disconnectReason: 'bye',
        },
      },
    ]);
  });

  it('is reached through CloudFront, whose function tells the project', async () => {
    const url = `${cloud.url.replace('http', 'ws')}/api/v1/live-logs/ws`;
    const socket = new WebSocket(`${url}/shop%20a?token=t`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const [connect] = await events(1);
    expect(connect).toMatchObject({
      queryStringParameters: { token: 't', project: 'shop a' },
      requestContext: { routeKey: '$connect', stage: 'live' },
    });
    socket.send('{"action":"subscribe"}');
    expect(await events(1)).toMatchObject([{ requestContext: { routeKey: 'subscribe' } }]);
    socket.close();
    await events(1);
    const refused = new WebSocket(`${url}/a/b`);
    const status = await new Promise((resolve) => refused.once('error', (error) => resolve(error.message)));
    expect(status).toBe('Unexpected server response: 404');
  });

  it('refuses a connection with the status of $connect, or 502 when it fails', async () => {
    await expect(opened('?deny=401')).rejects.toThrow('Unexpected server response: 401');
    await expect(opened('?fail=1')).rejects.toThrow('Unexpected server response: 502');
    await expect(opened('/below')).rejects.toThrow('Unexpected server response: 403');
    expect((await events(2)).map(({ requestContext }) => requestContext.routeKey)).toEqual(['$connect', '$connect']);
  });

  it('tells of the end of a client that left while $connect ran', async () => {
    const socket = new WebSocket(`${cloud.webSocketUrl}?slow=1`);
    socket.on('error', () => {});
    await events(1);
    socket.terminate();
    expect(await events(1)).toMatchObject([
      { requestContext: { routeKey: '$disconnect', disconnectStatusCode: 1006 } },
    ]);
  });

  it('tells the client when its message failed', async () => {
    const socket = await opened();
    const answer = next(socket);
    socket.send('"fail"');
    expect(JSON.parse(await answer)).toMatchObject({
      message: 'Internal server error',
      connectionId: expect.any(String),
    });
    socket.close();
    await events(3);
  });

  it('closes a connection that sends more than 32 KB at once', async () => {
    const socket = await opened();
    const code = closed(socket);
    socket.send('a'.repeat(32 * 1024 + 1));
    expect(await code).toBe(1009);
    await events(2);
  });

  it('posts, describes and ends by @connections, for whoever may', async () => {
    const socket = await opened();
    const [connect] = await events(1);
    const ConnectionId = connect?.requestContext.connectionId ?? '';
    const client = manager();
    for (const text of ['hello', 'é'.repeat(50_000)]) {
      const message = next(socket);
      await client.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(text) }));
      expect(await message).toBe(text);
    }
    const { ConnectedAt, Identity } = await client.send(new GetConnectionCommand({ ConnectionId }));
    expect([ConnectedAt?.getTime(), Identity?.SourceIp]).toEqual([now, '127.0.0.1']);
    await expect(
      client.send(new PostToConnectionCommand({ ConnectionId, Data: new Uint8Array(128 * 1024 + 1) })),
    ).rejects.toMatchObject({ name: 'PayloadTooLargeException' });
    await expect(
      manager('Other').send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('x') })),
    ).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
      message: expect.stringMatching(
        /^User: arn:aws:sts::\S+ is not authorized to perform: execute-api:ManageConnections on resource: \S+ because no identity-based policy allows the execute-api:ManageConnections action$/,
      ),
    });
    const code = closed(socket);
    await client.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(await code).toBe(1000);
    await events(1);
    for (const command of [
      new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('x') }),
      new GetConnectionCommand({ ConnectionId }),
    ]) {
      await expect(client.send(command as PostToConnectionCommand)).rejects.toMatchObject({ name: 'GoneException' });
    }
    expect(cloud.grants().find(({ source }) => source === 'LiveRole/own/0')?.uses).toBeGreaterThan(0);
  });

  it('ends what was idle for ten minutes, and anything after two hours', async () => {
    const idle = await opened();
    const busy = await opened();
    const connections = await events(2);
    const busyId = connections.at(-1)?.requestContext.connectionId ?? '';
    const idleEnd = closed(idle);
    now += 599_000;
    await manager().send(new PostToConnectionCommand({ ConnectionId: busyId, Data: Buffer.from('x') }));
    now += 2_000;
    expect(await idleEnd).toBe(1001);
    expect(busy.readyState).toBe(WebSocket.OPEN);
    const busyEnd = closed(busy);
    for (let minutes = 0; minutes < 120 && busy.readyState === WebSocket.OPEN; minutes += 9) {
      now += 540_000;
      await manager()
        .send(new PostToConnectionCommand({ ConnectionId: busyId, Data: Buffer.from('x') }))
        .catch(() => {});
    }
    expect(await busyEnd).toBe(1001);
    await events(2);
  });

  it('sends a call to a service that nothing stands in for nowhere, and names it', async () => {
    const client = new OpenSearchClient({
      region: cloud.region,
      endpoint: cloud.endpoints.AWS_ENDPOINT_URL ?? '',
      credentials: cloud.operator,
      maxAttempts: 1,
    });
    await expect(client.send(new ListDomainNamesCommand({}))).rejects.toThrow(
      'nothing stands in for es: GET /2021-01-01/domain is not known here',
    );
  });

  it('knows no connection of before a restart, and told of the end of each', async () => {
    const socket = await opened();
    const [connect] = await events(1);
    const ConnectionId = connect?.requestContext.connectionId ?? '';
    const code = closed(socket);
    await cloud.close();
    expect(await code).toBe(1001);
    cloud = await start();
    await expect(manager().send(new GetConnectionCommand({ ConnectionId }))).rejects.toMatchObject({
      name: 'GoneException',
    });
  });
});
