// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../../lib/local-cloud/local-cloud.ts';
import { functionResources, httpApiResources, temporaryFolder, writeAssembly } from '../../support/cloud-assembly.ts';

const PATIENCE = { timeout: 20_000 };

/** Writes what it gets to the file SEEN; fails on a record or event that says `poison`. */
const CONSUMER = `
import { appendFileSync } from 'node:fs';
export const handler = async (event) => {
  const texts = event.Records?.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()) ?? [JSON.stringify(event)];
  if (texts.some((text) => text.includes('poison'))) throw new Error('poison');
  appendFileSync(process.env.SEEN, texts.map((text) => text + '\\n').join(''));
};`;

const API = `
export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify({ headers: event.headers, query: event.rawQueryString, path: event.rawPath }) });`;

const READ_STREAM = {
  Effect: 'Allow',
  Action: ['kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
  Resource: { 'Fn::GetAtt': ['Stream', 'Arn'] },
};
const WRITE_FAILED = {
  Effect: 'Allow',
  Action: ['s3:PutObject', 's3:ListBucket'],
  Resource: [{ 'Fn::GetAtt': ['Failed', 'Arn'] }, { 'Fn::Sub': '${Failed.Arn}/*' }],
};

const stream = (seenPath: string) => ({
  Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
  Failed: { Type: 'AWS::S3::Bucket' },
  ...functionResources('Consumer', { Environment: { Variables: { SEEN: seenPath } } }, [READ_STREAM, WRITE_FAILED]),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Stream', 'Arn'] },
      FunctionName: { Ref: 'Consumer' },
      BatchSize: 10,
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failed', 'Arn'] } } },
    },
  },
});

const schedules = (actions: string) => ({
  SweepRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' } }],
      },
      Policies: [
        {
          PolicyName: 'invoke',
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: actions, Resource: { 'Fn::GetAtt': ['Consumer', 'Arn'] } }],
          },
        },
      ],
    },
  },
  Sweep: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: 'sweep-now',
      ScheduleExpression: 'rate(1 day)',
      Target: {
        Arn: { 'Fn::GetAtt': ['Consumer', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['SweepRole', 'Arn'] },
        Input: '{"sweep":true}',
      },
    },
  },
});

const running: LocalCloud[] = [];
const messages: string[] = [];
async function start(
  Resources: Readonly<Record<string, unknown>>,
  options: Partial<LocalCloudOptions> = {},
  assets: Parameters<typeof writeAssembly>[0]['assets'] = {},
) {
  const assembly = writeAssembly({
    stacks: { app: { Resources } },
    assets: { consumer: { 'index.mjs': CONSUMER }, api: { 'index.mjs': API }, ...assets },
  });
  const cloud = await startLocalCloud({
    assembly,
    dataDir: temporaryFolder(),
    port: 0,
    maximumBackoffMillis: 50,
    log: (message) => messages.push(message),
    ...options,
  });
  running.push(cloud);
  return cloud;
}

const kinesisOf = ({ region, endpoints, operator }: LocalCloud) =>
  new KinesisClient({
    region,
    endpoint: endpoints.AWS_ENDPOINT_URL_KINESIS ?? '',
    credentials: operator,
    requestHandler: new NodeHttpHandler(),
  });
const put = (cloud: LocalCloud, text: string) =>
  kinesisOf(cloud).send(
    new PutRecordCommand({ StreamName: cloud.nameOf('Stream'), PartitionKey: 'k', Data: Buffer.from(text) }),
  );
const seenIn = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);

afterEach(async () => {
  await Promise.all(running.splice(0).map((cloud) => cloud.close()));
  messages.length = 0;
});

describe('a stream with a consumer', () => {
  it('delivers what is put, gives poison up to the bucket, and goes on after a restart', async () => {
    const dataDir = temporaryFolder();
    const seen = join(dataDir, 'seen');
    const cloud = await start(stream(seen), { dataDir });
    for (const text of ['one', 'poison', 'two']) await put(cloud, text);
    await expect.poll(() => seenIn(seen), PATIENCE).toEqual(['one', 'two']);
    const s3 = new S3Client({
      region: cloud.region,
      endpoint: cloud.endpoints.AWS_ENDPOINT_URL_S3 ?? '',
      credentials: cloud.operator,
      forcePathStyle: true,
    });
    const Bucket = cloud.nameOf('Failed');
    const keys = async () =>
      ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key ?? '');
    await expect.poll(keys, PATIENCE).toHaveLength(1);
    const [Key = ''] = await keys();
    expect(Key).toMatch(
      /^aws\/lambda\/[0-9a-f-]{36}\/shardId-\d{12}\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    const object = JSON.parse(
      (await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? '{}',
    );
    const [record] = JSON.parse(object.payload).Records;
    expect(Buffer.from(record.kinesis.data, 'base64').toString()).toBe('poison');
    const uses = cloud.grants().filter(({ source }) => source.startsWith('ConsumerRole/own'));
    await cloud.close();

    const again = await start(stream(seen), { dataDir });
    await put(again, 'three');
    await expect.poll(() => seenIn(seen), PATIENCE).toEqual(['one', 'two', 'three']);
    await expect
      .poll(
        () => again.grants().filter(({ source, uses }) => source.startsWith('ConsumerRole/own') && uses > 0).length,
        PATIENCE,
      )
      .toBe(uses.length);
  });

  it('delivers nothing without the right to read, and says why', async () => {
    const seen = join(temporaryFolder(), 'seen');
    const cloud = await start(stream(seen), { maskGrant: 'ConsumerRole/own/0' });
    await put(cloud, 'one');
    await expect
      .poll(() => messages.join('\n'), PATIENCE)
      .toMatch(
        /User: \S+\/\S+ is not authorized to perform: kinesis:ListShards on resource: \S+ because no identity-based policy allows the kinesis:ListShards action/,
      );
    expect(seenIn(seen)).toEqual([]);
  });

  it('does not start when the role cannot reach its on-failure bucket', async () => {
    const resources = stream(join(temporaryFolder(), 'seen'));
    await expect(start(resources, { maskGrant: 'ConsumerRole/own/1' })).rejects.toThrow(
      /cannot reach its on-failure bucket/,
    );
  });
});

describe('a schedule', () => {
  it('can be fired now, by logical id or name', async () => {
    const seen = join(temporaryFolder(), 'seen');
    const cloud = await start({ ...stream(seen), ...schedules('lambda:InvokeFunction') });
    await cloud.fireSchedule('Sweep');
    await cloud.fireSchedule('sweep-now');
    expect(seenIn(seen)).toEqual(['{"sweep":true}', '{"sweep":true}']);
    expect(() => cloud.fireSchedule('Nobody')).toThrow('there is no schedule Nobody');
    expect(cloud.grants().find(({ source }) => source === 'SweepRole/invoke/0')?.uses).toBe(2);
  });

  it('needs the right to invoke its target', async () => {
    const cloud = await start({ ...stream(join(temporaryFolder(), 'seen')), ...schedules('lambda:GetFunction') });
    await expect(cloud.fireSchedule('Sweep')).rejects.toThrow(
      'is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:',
    );
  });
});

it('answers 500 to a route whose API may not invoke the function, and says why', async () => {
  const { Permission0: _dropped, ...resources } = {
    ...functionResources('Api1'),
    ...httpApiResources({ 'GET /a': 'Api1' }),
  } as Record<string, unknown>;
  const cloud = await start(resources, {}, { api1: { 'index.mjs': API } });
  const response = await fetch(`${cloud.url}/a`);
  expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  expect(messages.join('\n')).toMatch(
    /API Api: no AWS::Lambda::Permission lets arn:aws:execute-api:\S+\/\$default\/GET\/a invoke arn:aws:lambda:/,
  );
});

describe('a site and an API behind a distribution', () => {
  const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
  const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
  const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
  const resources = {
    Site: { Type: 'AWS::S3::Bucket' },
    SitePolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Site' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 's3:GetObject',
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Resource: { 'Fn::Sub': '${Site.Arn}/*' },
              Condition: {
                StringEquals: {
                  'AWS:SourceArn': { 'Fn::Sub': 'arn:aws:cloudfront::${AWS::AccountId}:distribution/${Dist}' },
                },
              },
            },
          ],
        },
      },
    },
    OriginSecret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { GenerateSecretString: { PasswordLength: 32, ExcludePunctuation: true } },
    },
    ...functionResources('Service', {
      Environment: { Variables: { SITE: { 'Fn::Sub': 'https://${Dist.DomainName}/logs' } } },
    }),
    ...httpApiResources({ $default: 'Service' }),
    Rewrite: {
      Type: 'AWS::CloudFront::Function',
      Properties: {
        Name: 'rewrite',
        FunctionCode:
          "function handler(event) { var r = event.request; if (!/\\.[a-z0-9]+$/.test(r.uri)) r.uri = '/index.html'; return r; }",
        FunctionConfig: { Runtime: 'cloudfront-js-2.0', Comment: '' },
      },
    },
    Dist: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          DefaultRootObject: 'index.html',
          Enabled: true,
          Origins: [
            { Id: 'site', DomainName: { 'Fn::GetAtt': ['Site', 'RegionalDomainName'] }, S3OriginConfig: {} },
            {
              Id: 'api',
              DomainName: { 'Fn::Sub': '${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}' },
              CustomOriginConfig: {},
              OriginCustomHeaders: [
                {
                  HeaderName: 'x-origin-secret',
                  HeaderValue: { 'Fn::Sub': '{{resolve:secretsmanager:${OriginSecret}:SecretString:::}}' },
                },
              ],
            },
          ],
          DefaultCacheBehavior: {
            TargetOriginId: 'site',
            CachePolicyId: CACHING_OPTIMIZED,
            Compress: true,
            FunctionAssociations: [
              { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Rewrite', 'FunctionARN'] } },
            ],
          },
          CacheBehaviors: [
            {
              PathPattern: '/api/*',
              TargetOriginId: 'api',
              CachePolicyId: CACHING_DISABLED,
              OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
            },
          ],
        },
      },
    },
    Deploy: {
      Type: 'Custom::CDKBucketDeployment',
      Properties: {
        ServiceToken: 'x',
        SourceObjectKeys: ['site.zip'],
        SourceBucketNames: ['assets'],
        SourceMarkers: [{ '<<marker>>': { 'Fn::GetAtt': ['Dist', 'DomainName'] } }],
        DestinationBucketName: { Ref: 'Site' },
        Prune: false,
        Exclude: ['*.map'],
        SystemMetadata: { 'cache-control': 'max-age=60' },
      },
    },
  };
  const site = {
    'index.html': '<h1>Tributary</h1>',
    'assets/app.js': `// ${'x'.repeat(3_000)}`,
    'assets/app.js.map': '{}',
    'config.json': '{"url":"https://<<marker>>/x"}',
  };

  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await start(
      resources,
      {},
      { site, service: { 'index.mjs': API.replace('path:', 'site: process.env.SITE, path:') } },
    );
    // it serves all the tests of this block
    running.splice(0);
  });
  afterAll(() => cloud.close());
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${cloud.url}${path}`, { headers });

  it('gives the app to who asks for a page, on every path of its own', async () => {
    for (const path of ['/', '/logs?q=x', '/deep/er']) {
      const response = await get(path, { accept: 'text/html,application/xhtml+xml' });
      expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
        200,
        'text/html',
        '<h1>Tributary</h1>',
      ]);
      expect(response.headers.get('cache-control')).toBe('max-age=60');
    }
  });

  it('gives a file of the site to anybody, compressed, and not one that was left out', async () => {
    const response = await get('/assets/app.js', { accept: '*/*', 'accept-encoding': 'br' });
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-encoding')]).toEqual([
      200,
      'text/javascript',
      'br',
    ]);
    expect(await response.text()).toBe(site['assets/app.js']);
    const excluded = await get('/assets/app.js.map', { accept: 'text/html' });
    expect(excluded.status).toBe(403);
  });

  it('fills the placeholders of a file with what they are on this machine', async () => {
    expect(await (await get('/config.json')).json()).toEqual({ url: `${cloud.url}/x` });
  });

  it('answers 304 to who has the file', async () => {
    const etag = (await get('/', { accept: 'text/html' })).headers.get('etag') ?? '';
    expect((await get('/', { accept: 'text/html', 'if-none-match': etag })).status).toBe(304);
  });

  it('sends the rest to the API as it is, and /api through the distribution with its secret header', async () => {
    const direct = (await (await get('/v1/x?a=b', { accept: 'application/json' })).json()) as Record<string, unknown>;
    expect(direct).toMatchObject({ path: '/v1/x', query: 'a=b', site: `${cloud.url}/logs` });
    expect(direct.headers).not.toHaveProperty('x-origin-secret');
    const through = (await (await get('/api/x?a=b', { 'x-api-key': 'k', 'x-origin-secret': 'forged' })).json()) as {
      headers: Record<string, string>;
    };
    expect(through).toMatchObject({ path: '/api/x', query: 'a=b' });
    expect(through.headers['x-api-key']).toBe('k');
    expect(through.headers['x-origin-secret']).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(through.headers.host).toContain('.execute-api.');
  });
});
