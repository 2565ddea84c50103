import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { HttpApi, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  Function as ViewerFunction,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { SITE_FOLDER } from '../bundles.ts';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';

/** Nothing from elsewhere, nothing inline, no text that becomes markup. */
const toContentSecurityPolicy = (uploads: IBucket): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    // files are put into their bucket by links that the API makes
    `connect-src 'self' https://${uploads.bucketRegionalDomainName}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

const FUNCTIONS_FOLDER = join(import.meta.dirname, 'viewer-functions');

export interface SiteProps {
  readonly api: HttpApi;
  readonly viewers: WebSocketApi;
  /** Where the dashboard puts files. */
  readonly uploads: IBucket;
  /** What the distribution proves itself to the API with. */
  readonly originSecret: ISecret;
  readonly logRetention: RetentionDays;
  /** Host name and its certificate in us-east-1. @default a name of CloudFront's, which takes TLS 1.0 */
  readonly domain?: { readonly name: string; readonly certificateArn: string } | undefined;
}

/** The one host that people see: the dashboard from S3; API, health, metrics and the live tail behind the same name. */
export class Site extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { api, viewers, uploads, originSecret, logRetention, domain }: SiteProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1': 'It holds published files alone, and only the distribution reads them',
    });
    const { region } = scope.node.scope as Stack;
    const host = (apiId: string) => Fn.join('', [apiId, '.execute-api.', region, '.amazonaws.com']);
    const headers = this.#headers(uploads);
    const forward: Omit<BehaviorOptions, 'origin' | 'functionAssociations'> = {
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      responseHeadersPolicy: headers,
    };
    const toApi: BehaviorOptions = {
      ...forward,
      origin: new HttpOrigin(host(api.apiId), {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        customHeaders: { 'x-origin-verify': originSecret.secretValue.unsafeUnwrap() },
        readTimeout: Duration.seconds(30),
      }),
      functionAssociations: [this.#onRequest('Api', 'api.js')],
    };
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Tributary',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      ...(domain && {
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        domainNames: [domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      }),
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: headers,
        functionAssociations: [this.#onRequest('Pages', 'site.js')],
      },
      additionalBehaviors: {
        '/api/v1/live-logs/ws/*': {
          ...forward,
          origin: new HttpOrigin(host(viewers.apiId), { protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY }),
          functionAssociations: [this.#onRequest('WebSocket', 'web-socket.js')],
        },
        '/api/*': toApi,
        '/health*': toApi,
        '/metrics*': toApi,
      },
    });
    acknowledge(this.distribution, {
      'AwsSolutions-CFR1': 'People of any country may be users',
      'AwsSolutions-CFR2':
        'A web ACL is made in us-east-1 only and paid by request; limits by key, user and address stand in the API',
      'AwsSolutions-CFR3':
        'The access log records query strings, which hold queries and so personal data; one without them can be made in us-east-1 only. The APIs behind log each call',
      ...(domain === undefined && {
        'AwsSolutions-CFR4':
          'The name of CloudFront comes with its own TLS policy; a stage with a domain takes TLS 1.2 and newer',
      }),
    });
    this.#publish(bucket, logRetention);
  }

  #headers(uploads: IBucket): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'Headers', {
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: toContentSecurityPolicy(uploads), override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        // queries are links, and can hold personal data
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: 'permissions-policy', value: 'camera=(), geolocation=(), microphone=()', override: true },
          { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
        ],
      },
    });
  }

  #onRequest(id: string, file: string) {
    const code = FunctionCode.fromInline(readFileSync(join(FUNCTIONS_FOLDER, file), 'utf8'));
    return {
      function: new ViewerFunction(this, `${id}ViewerRequest`, { code, runtime: FunctionRuntime.JS_2_0 }),
      eventType: FunctionEventType.VIEWER_REQUEST,
    };
  }

  /** Hashed files stay and are cached for good, so that a page opened before a release still finds its own. */
  #publish(bucket: Bucket, logRetention: RetentionDays): void {
    const source = Source.asset(SITE_FOLDER);
    const logGroup = new LogGroup(this, 'PublisherLogs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const common = { sources: [source], destinationBucket: bucket, prune: false, logGroup };
    const assets = new BucketDeployment(this, 'Assets', {
      ...common,
      exclude: ['*'],
      include: ['assets/*'],
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    });
    const pages = new BucketDeployment(this, 'Pages', {
      ...common,
      exclude: ['assets/*'],
      cacheControl: [CacheControl.fromString('no-cache')],
    });
    // the page names the hashed files: it comes last
    pages.node.addDependency(assets);
    this.#acknowledgePublisher(bucket, pages.handlerRole);
  }

  /** The function behind the publishing is the library's, one for the stack. */
  #acknowledgePublisher(bucket: Bucket, role: IRole): void {
    const because = 'Made by the CDK for BucketDeployment, and run at deployments only';
    const publisher = role.node.scope as Construct;
    acknowledge(publisher, {
      'AwsSolutions-L1': because,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
        because,
      ...Object.fromEntries(
        ['GetBucket', 'GetObject', 'List', 'Abort', 'DeleteObject'].map((verb) => [
          `AwsSolutions-IAM5[Action::s3:${verb}*]`,
          because,
        ]),
      ),
    });
    const { partition, account, region } = Stack.of(this);
    const staging = `arn:${partition}:s3:::cdk-hnb659fds-assets-${account}-${region}/*`;
    acknowledgeWildcards(publisher, [bucket.arnForObjects('*'), staging], because);
  }
}
