import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../../lib/local-cloud/local-cloud.ts';
import { functionResources, httpApiResources, temporaryFolder, writeAssembly } from '../../support/cloud-assembly.ts';

const ECHO = `
export const handler = async (event, context) => {
  console.log('seen', event.rawPath);
  if (event.rawPath === '/v1/throws') throw new TypeError('no');
  if (event.rawPath === '/v1/exits') process.exit(3);
  if (event.rawPath === '/v1/hangs') await new Promise(() => setInterval(() => {}, 1000));
  if (event.rawPath === '/v1/binary') return { statusCode: 200, headers: { 'Content-Type': 'application/octet-stream' }, body: Buffer.from([0, 255]).toString('base64'), isBase64Encoded: true };
  if (event.rawPath === '/v1/plain') return 'text';
  return { statusCode: 201, headers: { 'X-Of': 'echo' }, cookies: ['a=1', 'b=2'], body: JSON.stringify({ event, env: process.env, name: context.functionName }) };
};`;

const assembly = writeAssembly({
  stacks: {
    app: {
      Resources: {
        ...functionResources('Echo', {
          Timeout: 1,
          Environment: { Variables: { COLOUR: 'blue' } },
        }),
        ...functionResources('Other'),
        ...httpApiResources({
          'ANY /v1/{proxy+}': 'Echo',
          'GET /other': 'Other',
        }),
      },
      Outputs: {
        IngestUrl: { Value: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } },
      },
    },
  },
  assets: {
    echo: { 'index.mjs': ECHO },
    other: {
      'index.js': 'exports.handler = async () => ({ statusCode: 204 });',
    },
  },
});

describe('a local cloud with two functions behind an HTTP API', () => {
  const dataDir = temporaryFolder();
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud({
      assembly,
      dataDir,
      port: 0,
      log: () => {},
    });
  });
  afterAll(() => cloud.close());

  it('hands a request over as payload 2.0 and gives back status, headers, cookies and body', async () => {
    const response = await fetch(`${cloud.url}/v1/a%20b/c?x=1&x=2&y=z`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'X-Many': 'one',
        cookie: 'k=v; l=w',
      },
      body: '{"é":1}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-of')).toBe('echo');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const { event } = (await response.json()) as {
      event: Record<string, unknown>;
    };
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /v1/{proxy+}',
      rawPath: '/v1/a%20b/c',
      rawQueryString: 'x=1&x=2&y=z',
      queryStringParameters: { x: '1,2', y: 'z' },
      pathParameters: { proxy: 'a b/c' },
      cookies: ['k=v', 'l=w'],
      body: '{"é":1}',
      isBase64Encoded: false,
      requestContext: {
        stage: '$default',
        routeKey: 'ANY /v1/{proxy+}',
        http: { method: 'POST', sourceIp: '127.0.0.1' },
      },
    });
    expect(event.headers).toMatchObject({
      'x-many': 'one',
      'content-length': '8',
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('gives a function the environment of its template and Lambda, and nothing of the shell', async () => {
    const response = await fetch(`${cloud.url}/v1/env`);
    const { env, name } = (await response.json()) as {
      env: Record<string, string>;
      name: string;
    };
    expect(env).toMatchObject({
      COLOUR: 'blue',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: name,
    });
    expect(env.AWS_ACCESS_KEY_ID).toBe(cloud.credentialsFor('Echo').accessKeyId);
    expect(Object.keys(env).filter((key) => !/^(_HANDLER|AWS_.*|COLOUR|LANG|TZ)$/.test(key))).toEqual([]);
  });

  it('answers what API Gateway answers when a function throws, exits or takes too long', async () => {
    for (const path of ['throws', 'exits', 'hangs']) {
      const response = await fetch(`${cloud.url}/v1/${path}`);
      expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    }
    expect((await fetch(`${cloud.url}/v1/after`)).status).toBe(201);
  });

  it('decodes a base64 answer and passes any other JSON on', async () => {
    const binary = await fetch(`${cloud.url}/v1/binary`);
    expect(new Uint8Array(await binary.arrayBuffer())).toEqual(new Uint8Array([0, 255]));
    const plain = await fetch(`${cloud.url}/v1/plain`);
    expect([plain.headers.get('content-type'), await plain.text()]).toEqual(['application/json', '"text"']);
  });

  it('answers 404 without a route, and reaches the other function', async () => {
    const missing = await fetch(`${cloud.url}/nowhere`, { method: 'POST' });
    expect([missing.status, await missing.json()]).toEqual([404, { message: 'Not Found' }]);
    expect((await fetch(`${cloud.url}/other`)).status).toBe(204);
  });

  it('refuses 10 MB and a day of headers without resetting the connection', async () => {
    const large = await fetch(`${cloud.url}/v1/x`, {
      method: 'POST',
      body: new Uint8Array(12_000_000),
    });
    expect([large.status, await large.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    const event = await fetch(`${cloud.url}/v1/x`, {
      method: 'POST',
      body: new Uint8Array(5_000_000),
    });
    expect(event.status).toBe(413);
    const headers = await fetch(`${cloud.url}/v1/x`, {
      headers: { 'x-long': 'a'.repeat(10_300) },
    });
    expect(headers.status).toBe(431);
  });

  it('writes what a function prints, and access log lines of the stage format', async () => {
    await fetch(`${cloud.url}/v1/printed`);
    const read = (file: string) => readFileSync(join(dataDir, 'logs', file), 'utf8');
    await expect.poll(() => read('Echo.log'), { timeout: 10_000 }).toContain('seen /v1/printed');
    await expect.poll(() => read('access.log'), { timeout: 10_000 }).toMatch(/\nANY \/v1\/\{proxy\+\} 201 \S+=\n$/);
  });

  it('counts cold starts', () => {
    const { functionLogicalId, millis } = cloud.coldStarts()[0] ?? {};
    expect(functionLogicalId).toBe('Echo');
    expect(millis).toBeGreaterThan(0);
  });
});

it('names the port and the flag when the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await expect(startLocalCloud({ assembly, dataDir: temporaryFolder(), port })).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken by another program: choose one with --port`,
  );
  other.close();
});

it('names the folder and the flag when another local cloud has the data', async () => {
  const dataDir = temporaryFolder();
  const first = await startLocalCloud({ assembly, dataDir, port: 0, log: () => {} });
  await expect(startLocalCloud({ assembly, dataDir, port: 0 })).rejects.toThrow(
    `${join(dataDir, 'state')} is in use by another local cloud: stop it, or choose another folder with --data`,
  );
  await first.close();
  const second = await startLocalCloud({ assembly, dataDir, port: 0, log: () => {} });
  expect((await fetch(`${second.url}/other`)).status).toBe(204);
  await second.close();
});

it('answers nobody before it is prepared', async () => {
  const gate = Promise.withResolvers<void>();
  const prepared = Promise.withResolvers<[privateUrl: string, url: string]>();
  const starting = startLocalCloud({
    assembly,
    dataDir: temporaryFolder(),
    port: 0,
    log: () => {},
    prepare: async (privateUrl, { url }) => {
      prepared.resolve([privateUrl, url]);
      await gate.promise;
    },
  });
  const [privateUrl, url] = await prepared.promise;
  expect((await fetch(`${privateUrl}/other`)).status).toBe(204);
  let answered = false;
  const waiting = fetch(`${url}/other`).then(({ status }) => {
    answered = true;
    return status;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(answered).toBe(false);
  gate.resolve();
  expect(await waiting).toBe(204);
  await expect(fetch(`${privateUrl}/other`)).rejects.toThrow();
  await (await starting).close();
});

it('finishes what runs when it is closed, and ends what would run on', async () => {
  const cloud = await startLocalCloud({
    assembly: writeAssembly({
      stacks: {
        app: {
          Resources: { ...functionResources('Slow', { Timeout: 60 }), ...httpApiResources({ 'GET /{ms}': 'Slow' }) },
        },
      },
      assets: {
        slow: {
          'index.mjs':
            'export const handler = (event) => new Promise((done) => setTimeout(() => done("done"), Number(event.pathParameters.ms)));',
        },
      },
    }),
    dataDir: temporaryFolder(),
    port: 0,
    log: () => {},
  });
  const quick = fetch(`${cloud.url}/700`).then((response) => response.text());
  const endless = fetch(`${cloud.url}/60000`).catch((error: unknown) => error);
  await expect.poll(() => cloud.coldStarts().length, { timeout: 20_000 }).toBe(2);
  await cloud.close();
  expect(await quick).toBe('"done"');
  expect(await endless).toBeInstanceOf(Error);
});

it('says a URL that can be opened when it listens everywhere', async () => {
  const cloud = await startLocalCloud({
    assembly,
    dataDir: temporaryFolder(),
    port: 0,
    host: '0.0.0.0',
    log: () => {},
  });
  expect(cloud.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${cloud.url}/other`)).status).toBe(204);
  await cloud.close();
});
