import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { readStage } from '../../lib/config/read-stage.ts';
import { listResources, STANDARD_STAGE, templatesOf } from '../support/templates.ts';

const { app } = templatesOf(await readStage('production'));
const [distribution] = listResources(app, 'AWS::CloudFront::Distribution');
const config = distribution?.properties.DistributionConfig;
const behaviours = [config.DefaultCacheBehavior, ...config.CacheBehaviors];

describe('the distribution', () => {
  it('serves the app, the API, health, metrics and the live tail, the narrower path first', () => {
    expect(config.CacheBehaviors.map(({ PathPattern }: { PathPattern: string }) => PathPattern)).toEqual([
      '/api/v1/live-logs/ws/*',
      '/api/*',
      '/health*',
      '/metrics*',
    ]);
  });

  it('sends the same security headers with every behaviour', () => {
    const [policy, ...others] = listResources(app, 'AWS::CloudFront::ResponseHeadersPolicy');
    expect(others).toEqual([]);
    for (const { ResponseHeadersPolicyId } of behaviours) expect(ResponseHeadersPolicyId).toEqual({ Ref: policy?.id });
    const { SecurityHeadersConfig } = policy?.properties.ResponseHeadersPolicyConfig ?? {};
    expect(SecurityHeadersConfig).toMatchObject({
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, IncludeSubdomains: true, Override: true },
    });
  });

  it('has a content security policy that takes nothing from elsewhere and nothing inline', () => {
    const [policy] = listResources(app, 'AWS::CloudFront::ResponseHeadersPolicy');
    const { ContentSecurityPolicy, Override } =
      policy?.properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy ?? {};
    expect(Override).toBe(true);
    const directives = new Map(
      toText(ContentSecurityPolicy)
        .split('; ')
        .map((directive: string) => {
          const [name, ...sources] = directive.split(' ');
          return [name, sources];
        }),
    );
    expect(directives.get('default-src')).toEqual(["'none'"]);
    expect(directives.get('require-trusted-types-for')).toEqual(["'script'"]);
    expect(directives.get('frame-ancestors')).toEqual(["'none'"]);
    for (const [name, sources] of directives)
      expect(
        (sources as string[]).filter((source) => source !== UPLOADS && /unsafe|https?:|\*|blob:/.test(source)),
        String(name),
      ).toEqual([]);
    // pictures made of data are the only thing that comes from no host
    expect(
      [...directives].filter(([, sources]) => (sources as string[]).includes('data:')).map(([name]) => name),
    ).toEqual(['img-src']);
  });

  it('takes HTTPS only, from browsers and to origins', () => {
    for (const { ViewerProtocolPolicy } of behaviours)
      expect(ViewerProtocolPolicy).toMatch(/^(https-only|redirect-to-https)$/);
    for (const { CustomOriginConfig } of config.Origins) {
      if (CustomOriginConfig === undefined) continue;
      expect(CustomOriginConfig).toMatchObject({ OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] });
    }
  });

  it('caches nothing of the API and forwards what was asked, except the host', () => {
    for (const { CachePolicyId, OriginRequestPolicyId } of config.CacheBehaviors) {
      expect(CachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad'); // CachingDisabled
      expect(OriginRequestPolicyId).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac'); // AllViewerExceptHostHeader
    }
  });

  it('proves itself to the API with a secret, and to nobody else', () => {
    const proving = config.Origins.filter(
      (origin: Record<string, unknown>) => origin.OriginCustomHeaders !== undefined,
    );
    expect(proving).toHaveLength(1);
    expect(proving[0].OriginCustomHeaders).toEqual([
      {
        HeaderName: 'x-origin-verify',
        HeaderValue: {
          'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: expect.any(String) }, ':SecretString:::}}']],
        },
      },
    ]);
  });

  it('turns no error into a page: an unknown path of the API stays a problem', () => {
    expect(config.CustomErrorResponses).toBeUndefined();
  });

  it('keeps no log of query strings', () => {
    expect(config.Logging).toBeUndefined();
    for (const { properties } of listResources(app, 'AWS::S3::Bucket'))
      expect(properties.LoggingConfiguration).toBeUndefined();
  });

  it('takes TLS 1.2 and newer under a name of the stage', () => {
    templatesOf(STANDARD_STAGE).app.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: ['logs.example.com'],
        ViewerCertificate: {
          AcmCertificateArn: STANDARD_STAGE.domain?.certificateArn,
          MinimumProtocolVersion: 'TLSv1.2_2021',
          SslSupportMethod: 'sni-only',
        },
      },
    });
  });
});

describe('the site', () => {
  it('is read by the distribution alone', () => {
    const [bucket, ...others] = listResources(app, 'AWS::S3::Bucket');
    expect(others).toEqual([]);
    expect(bucket?.properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    app.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: bucket?.id },
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 's3:GetObject',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Condition: { StringEquals: { 'AWS:SourceArn': Match.anyValue() } },
          }),
        ],
      },
    });
  });

  it('is published without removing what an open page may still ask for; the page comes last', () => {
    const deployments = listResources(app, 'Custom::CDKBucketDeployment');
    const named = (part: string) => deployments.find(({ id }) => id.startsWith(part));
    expect(deployments).toHaveLength(2);
    for (const { properties } of deployments) expect(properties.Prune).toBe(false);
    expect(named('SiteAssets')?.properties).toMatchObject({
      Include: ['assets/*'],
      SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
    });
    expect(named('SitePages')?.properties).toMatchObject({ SystemMetadata: { 'cache-control': 'no-cache' } });
    expect(named('SitePages')?.dependsOn).toContain(named('SiteAssets')?.id);
  });

  it('needs no other custom resource', () => {
    const custom = listResources(app).filter(({ type }) => /^Custom::|CustomResource/.test(type));
    expect(new Set(custom.map(({ type }) => type))).toEqual(new Set(['Custom::CDKBucketDeployment']));
  });
});

/** The bucket of uploads, whose name only a deployment knows. */
const UPLOADS = 'https://uploads';

/** A text of the template, with `uploads` in place of what only a deployment knows. */
function toText(value: string | { readonly 'Fn::Join': readonly [string, readonly unknown[]] }): string {
  if (typeof value === 'string') return value;
  const [separator, parts] = value['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : 'uploads')).join(separator);
}
