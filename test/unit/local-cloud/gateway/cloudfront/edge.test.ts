import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type Behaviour,
  type Distribution,
  readDistribution,
} from '../../../../../lib/local-cloud/gateway/cloudfront/distribution.ts';
import { Edge } from '../../../../../lib/local-cloud/gateway/cloudfront/edge.ts';
import {
  FORWARD_NOTHING,
  MANAGED_ORIGIN_REQUEST_POLICIES,
} from '../../../../../lib/local-cloud/gateway/cloudfront/forwarding.ts';
import { type GatewayRequest, type GatewayResponse, headerOf } from '../../../../../lib/local-cloud/gateway/message.ts';
import { readAssembly } from '../../../../../lib/local-cloud/template/assembly.ts';
import { readDeployment } from '../../../../../lib/local-cloud/template/deployment.ts';
import { writeAssembly } from '../../../../support/cloud-assembly.ts';

const EXCEPT_HOST = MANAGED_ORIGIN_REQUEST_POLICIES['b689b0a8-53d0-40ab-baf2-68738e2966ac'] ?? FORWARD_NOTHING;

const behaviour = (over: Partial<Behaviour> = {}): Behaviour => ({
  pathPattern: '*',
  originId: 'site',
  methods: ['GET', 'HEAD'],
  viewerRequest: undefined,
  viewerResponse: undefined,
  forwarding: [FORWARD_NOTHING],
  responseHeaders: undefined,
  compression: { gzip: false, brotli: false },
  ...over,
});

const distribution = (over: Partial<Distribution> = {}): Distribution => ({
  id: 'E1',
  arn: 'arn:dist',
  domainName: 'd1.cloudfront.net',
  defaultRootObject: 'index.html',
  behaviours: [],
  defaultBehaviour: behaviour(),
  origins: new Map([
    ['site', { id: 'site', domainName: 'site.s3.amazonaws.com', path: '/app', customHeaders: [] }],
    [
      'api',
      {
        id: 'api',
        domainName: 'x.execute-api.us-east-1.amazonaws.com',
        path: '',
        customHeaders: [['X-Origin', 'secret']],
      },
    ],
  ]),
  errors: [],
  functions: new Map(),
  ...over,
});

const ask = (over: Partial<GatewayRequest> = {}): GatewayRequest => ({
  method: 'GET',
  path: '/',
  query: '',
  headers: [['Host', '127.0.0.1:8080']],
  body: Buffer.alloc(0),
  sourceIp: '10.0.0.9',
  sourcePort: 4711,
  ...over,
});

const page = (
  status: number,
  body = 'page',
  headers: GatewayResponse['headers'] = [['content-type', 'text/html']],
): GatewayResponse => ({
  status,
  headers,
  body: Buffer.from(body),
});

/** Sends one request through; what reached origins is collected. */
async function through(
  of: Distribution,
  request: GatewayRequest,
  answer: (asked: GatewayRequest) => GatewayResponse = () => page(200),
) {
  const reached: [string, GatewayRequest][] = [];
  const edge = new Edge(
    of,
    async (origin, asked) => {
      reached.push([origin.id, asked]);
      return answer(asked);
    },
    () => {},
  );
  return { response: await edge.handle(request), reached };
}

describe('CloudFront', () => {
  it('takes the first behaviour whose pattern fits, else the default one with its root object and origin path', async () => {
    const api = behaviour({ pathPattern: '/api/*', originId: 'api' });
    const of = distribution({ behaviours: [api, behaviour({ pathPattern: 'api/v1/*' })] });
    expect((await through(of, ask({ path: '/api/v1/logs' }))).reached[0]?.[0]).toBe('api');
    expect((await through(of, ask({ path: '/apix' }))).reached[0]).toMatchObject(['site', { path: '/app/apix' }]);
    expect((await through(of, ask())).reached[0]).toMatchObject(['site', { path: '/app/index.html' }]);
  });

  it('sends nothing of the viewer on that no policy names', async () => {
    const request = ask({
      path: '/x',
      query: 'a=1',
      headers: [
        ['Authorization', 't'],
        ['Cookie', 'c=1'],
        ['X-A', 'b'],
        ['Range', 'bytes=0-1'],
      ],
    });
    const { reached } = await through(distribution(), request);
    const [, asked] = reached[0] ?? [];
    expect(asked?.query).toBe('');
    const names = asked?.headers.map(([name]) => name) ?? [];
    expect(names.sort()).toEqual(['host', 'range', 'user-agent', 'via', 'x-amz-cf-id', 'x-forwarded-for']);
    expect(headerOf(asked?.headers ?? [], 'host')).toBe('site.s3.amazonaws.com');
  });

  it("sends all but the host on by AllViewerExceptHostHeader, with the origin's secret header, and lets no viewer speak for CloudFront", async () => {
    const api = behaviour({
      pathPattern: '/api/*',
      originId: 'api',
      methods: ['GET', 'POST'],
      forwarding: [FORWARD_NOTHING, { ...EXCEPT_HOST, cloudFrontHeaders: ['cloudfront-viewer-address'] }],
    });
    const headers = [
      ['Host', 'me'],
      ['X-Api-Key', 'k'],
      ['X-Origin', 'forged'],
      ['CloudFront-Viewer-Address', '6.6.6.6:1'],
      ['Cookie', 'a=1; b=2'],
    ] as const;
    const { reached } = await through(
      distribution({ behaviours: [api] }),
      ask({ method: 'POST', path: '/api/x', query: 'q=a%20b', headers }),
    );
    const [, asked] = reached[0] ?? [];
    const of = (name: string) => headerOf(asked?.headers ?? [], name);
    expect(asked?.query).toBe('q=a%20b');
    expect([of('host'), of('x-api-key'), of('x-origin'), of('cookie')]).toEqual([
      'x.execute-api.us-east-1.amazonaws.com',
      'k',
      'secret',
      'a=1; b=2',
    ]);
    expect(of('cloudfront-viewer-address')).toBe('10.0.0.9:4711');
    expect([of('x-forwarded-for'), asked?.sourceIp]).toEqual(['10.0.0.9', '127.0.0.1']);
  });

  it('refuses a method that the behaviour does not allow', async () => {
    const { response, reached } = await through(distribution(), ask({ method: 'DELETE' }));
    expect([response.status, reached]).toEqual([403, []]);
  });

  it('shows an error page in place of an error of the origin', async () => {
    const of = distribution({ errors: [{ code: 403, status: 200, path: '/index.html' }] });
    const { response, reached } = await through(of, ask({ path: '/logs' }), ({ path }) =>
      path === '/app/index.html' ? page(200, 'app') : page(403, 'denied'),
    );
    expect([response.status, response.body.toString()]).toEqual([200, 'app']);
    expect(reached.map(([, { path }]) => path)).toEqual(['/app/logs', '/app/index.html']);
    expect((await through(of, ask(), () => page(403, 'denied'))).response.body.toString()).toBe('denied');
  });

  it('sets the headers of its policy, over the origin only where that is said', async () => {
    const responseHeaders = {
      headers: [
        { name: 'content-security-policy', value: "default-src 'self'", override: true },
        { name: 'x-frame-options', value: 'DENY', override: false },
      ],
      removed: ['server'],
    };
    const of = distribution({ defaultBehaviour: behaviour({ responseHeaders }) });
    const { response } = await through(of, ask(), () =>
      page(200, '', [
        ['Content-Security-Policy', 'none'],
        ['X-Frame-Options', 'SAMEORIGIN'],
        ['Server', 's'],
      ]),
    );
    const of2 = (name: string) => headerOf(response.headers, name);
    expect([of2('content-security-policy'), of2('x-frame-options'), of2('server')]).toEqual([
      "default-src 'self'",
      'SAMEORIGIN',
      undefined,
    ]);
  });

  it('compresses what is worth it, as the viewer accepts', async () => {
    const of = distribution({ defaultBehaviour: behaviour({ compression: { gzip: true, brotli: false } }) });
    const long = 'a'.repeat(2_000);
    const asking = (encoding: string) => ask({ headers: [['Accept-Encoding', encoding]] });
    const { response } = await through(of, asking('br, gzip'), () =>
      page(200, long, [
        ['content-type', 'text/html'],
        ['etag', '"x"'],
        ['content-length', '2000'],
      ]),
    );
    expect(headerOf(response.headers, 'content-encoding')).toBe('gzip');
    expect(headerOf(response.headers, 'content-length')).toBeUndefined();
    expect(headerOf(response.headers, 'etag')).toBe('W/"x"');
    expect(gunzipSync(response.body).toString()).toBe(long);
    const plain = async (request: GatewayRequest, answer: GatewayResponse) =>
      headerOf((await through(of, request, () => answer)).response.headers, 'content-encoding');
    expect(await plain(asking('br'), page(200, long))).toBeUndefined();
    expect(await plain(asking('gzip'), page(200, 'short'))).toBeUndefined();
    expect(await plain(asking('gzip'), page(200, long, [['content-type', 'image/png']]))).toBeUndefined();
  });

  it('answers 503 when a function fails, and what a function answers', async () => {
    const withFunction = (code: string) =>
      distribution({
        defaultBehaviour: behaviour({ viewerRequest: 'arn:f/fn' }),
        functions: new Map([['arn:f/fn', code]]),
      });
    expect((await through(withFunction('function handler() { throw 1; }'), ask())).response.status).toBe(503);
    const redirect =
      'function handler() { return { statusCode: 301, headers: { location: { value: "/x" } }, cookies: { a: { value: "1" } } }; }';
    const { response, reached } = await through(withFunction(redirect), ask());
    expect([response.status, headerOf(response.headers, 'location'), headerOf(response.headers, 'set-cookie')]).toEqual(
      [301, '/x', 'a=1'],
    );
    expect(reached).toEqual([]);
  });

  it('runs a viewer-response function on what the origin answered', async () => {
    const code =
      'function handler(event) { event.response.headers["x-path"] = { value: event.request.uri }; return event.response; }';
    const of = distribution({
      defaultBehaviour: behaviour({ viewerResponse: 'arn:f/fn' }),
      functions: new Map([['arn:f/fn', code]]),
    });
    const { response } = await through(of, ask({ path: '/a' }));
    expect([headerOf(response.headers, 'x-path'), response.body.toString()]).toEqual(['/a', 'page']);
  });
});

describe('a distribution of a template', () => {
  const read = (
    behaviourOver: Readonly<Record<string, unknown>>,
    Resources: Readonly<Record<string, unknown>> = {},
  ) => {
    const deployment = readDeployment(
      readAssembly(
        writeAssembly({
          stacks: {
            app: {
              Resources: {
                ...Resources,
                Dist: {
                  Type: 'AWS::CloudFront::Distribution',
                  Properties: {
                    DistributionConfig: {
                      Origins: [{ Id: 'o', DomainName: 'b.s3.amazonaws.com' }],
                      DefaultCacheBehavior: {
                        TargetOriginId: 'o',
                        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
                        ...behaviourOver,
                      },
                    },
                  },
                },
              },
            },
          },
        }),
      ),
    );
    const resource = deployment.resources.find(({ logicalId }) => logicalId === 'Dist');
    if (resource === undefined) throw new Error('no distribution');
    return readDistribution(resource, resource.properties.DistributionConfig, deployment);
  };

  it('knows the policies of AWS and its own', () => {
    const { defaultBehaviour } = read(
      { Compress: true, ResponseHeadersPolicyId: { Ref: 'Headers' }, OriginRequestPolicyId: { Ref: 'Requests' } },
      {
        Headers: {
          Type: 'AWS::CloudFront::ResponseHeadersPolicy',
          Properties: {
            ResponseHeadersPolicyConfig: {
              Name: 'h',
              SecurityHeadersConfig: {
                StrictTransportSecurity: { AccessControlMaxAgeSec: 60, IncludeSubdomains: true, Override: true },
              },
              CustomHeadersConfig: { Items: [{ Header: 'X-A', Value: 'b', Override: false }] },
            },
          },
        },
        Requests: {
          Type: 'AWS::CloudFront::OriginRequestPolicy',
          Properties: {
            OriginRequestPolicyConfig: {
              Name: 'r',
              HeadersConfig: {
                HeaderBehavior: 'allViewerAndWhitelistCloudFront',
                Headers: ['CloudFront-Viewer-Address'],
              },
              CookiesConfig: { CookieBehavior: 'whitelist', Cookies: ['a'] },
              QueryStringsConfig: { QueryStringBehavior: 'allExcept', QueryStrings: ['x'] },
            },
          },
        },
      },
    );
    expect(defaultBehaviour.compression).toEqual({ gzip: true, brotli: true });
    expect(defaultBehaviour.responseHeaders?.headers).toEqual([
      { name: 'strict-transport-security', value: 'max-age=60; includeSubDomains', override: true },
      { name: 'x-a', value: 'b', override: false },
    ]);
    expect(defaultBehaviour.forwarding[1]).toEqual({
      headers: { kind: 'all' },
      cloudFrontHeaders: ['cloudfront-viewer-address'],
      cookies: { kind: 'only', names: ['a'] },
      query: { kind: 'except', names: ['x'] },
    });
  });

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { CachePolicyId: 'nobody' },
      'app / Dist / Properties.DistributionConfig.DefaultCacheBehavior: there is no AWS::CloudFront::CachePolicy nobody',
    ],
    [{ OriginRequestPolicyId: 'nobody' }, 'there is no AWS::CloudFront::OriginRequestPolicy nobody'],
    [
      { ForwardedValues: {} },
      'Properties.DistributionConfig.DefaultCacheBehavior.ForwardedValues: property ForwardedValues is not known',
    ],
  ])('refuses %j', (over, message) => {
    expect(() => read(over)).toThrow(message);
  });
});
