import { matches } from '../../iam/authorize.ts';
import { placeOf } from '../../iam/roles.ts';
import type { Deployment, Resource } from '../../template/deployment.ts';
import { type Place, TemplateError, within } from '../../template/template-error.ts';
import {
  CLOUDFRONT_HEADERS,
  FORWARD_NOTHING,
  type Forwarding,
  MANAGED_ORIGIN_REQUEST_POLICIES,
  type Selection,
} from './forwarding.ts';
import { type ResponseHeadersPolicy, readResponseHeadersPolicy } from './response-headers.ts';
import { FUNCTION_BYTES } from './viewer-function.ts';

export interface Origin {
  readonly id: string;
  /** Host name, for example of a bucket or an API. */
  readonly domainName: string;
  /** Goes before every path; empty or `/…`. */
  readonly path: string;
  readonly customHeaders: readonly (readonly [string, string])[];
}

export interface Behaviour {
  /** `*` for the default one. */
  readonly pathPattern: string;
  readonly originId: string;
  readonly methods: readonly string[];
  /** ARNs of CloudFront functions. */
  readonly viewerRequest: string | undefined;
  readonly viewerResponse: string | undefined;
  readonly forwarding: readonly Forwarding[];
  readonly responseHeaders: ResponseHeadersPolicy | undefined;
  readonly compression: { readonly gzip: boolean; readonly brotli: boolean };
}

interface ErrorResponse {
  readonly code: number;
  readonly status: number;
  readonly path: string;
}

/** An `AWS::CloudFront::Distribution` with all it refers to. */
export interface Distribution {
  readonly id: string;
  readonly arn: string;
  readonly domainName: string;
  readonly defaultRootObject: string;
  /** In the order of precedence, without the default one. */
  readonly behaviours: readonly Behaviour[];
  readonly defaultBehaviour: Behaviour;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly errors: readonly ErrorResponse[];
  /** Code by ARN. */
  readonly functions: ReadonlyMap<string, string>;
}

/** What a cache policy forwards and whether it compresses. */
interface CachePolicy {
  readonly forwarding: Forwarding;
  readonly gzip: boolean;
  readonly brotli: boolean;
}

/** Cache policies of AWS (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html). */
const MANAGED_CACHE_POLICIES: Readonly<Record<string, CachePolicy>> = {
  // CachingOptimized
  '658327ea-f89d-4fab-a63d-7e88639e58f6': { forwarding: FORWARD_NOTHING, gzip: true, brotli: true },
  // CachingOptimizedForUncompressedObjects
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': { forwarding: FORWARD_NOTHING, gzip: false, brotli: false },
  // CachingDisabled
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': { forwarding: FORWARD_NOTHING, gzip: false, brotli: false },
};

/** Response headers policies of AWS. */
const MANAGED_RESPONSE_HEADERS: Readonly<Record<string, ResponseHeadersPolicy>> = {
  // SecurityHeadersPolicy
  '67f7725c-6f97-4210-82d7-5512b31e9d03': readResponseHeadersPolicy({
    SecurityHeadersConfig: {
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'SAMEORIGIN', Override: false },
      ReferrerPolicy: { ReferrerPolicy: 'strict-origin-when-cross-origin', Override: false },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, Override: false },
    },
  }),
};

interface BehaviourProperties {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly AllowedMethods?: readonly string[];
  readonly CachePolicyId?: string;
  readonly OriginRequestPolicyId?: string;
  readonly ResponseHeadersPolicyId?: string;
  readonly Compress?: boolean;
  readonly FunctionAssociations?: readonly { readonly EventType: string; readonly FunctionARN: string }[];
}

interface DistributionProperties {
  readonly DefaultRootObject?: string;
  readonly CacheBehaviors?: readonly BehaviourProperties[];
  readonly DefaultCacheBehavior: BehaviourProperties;
  readonly Origins: readonly {
    readonly Id: string;
    readonly DomainName: string;
    readonly OriginPath?: string;
    readonly OriginCustomHeaders?: readonly { readonly HeaderName: string; readonly HeaderValue: string }[];
  }[];
  readonly CustomErrorResponses?: readonly {
    readonly ErrorCode: number;
    readonly ResponseCode?: number;
    readonly ResponsePagePath?: string;
  }[];
}

/** @param config `DistributionConfig` with its dynamic references resolved @throws TemplateError for a policy or function that is not known here */
export function readDistribution(resource: Resource, config: unknown, deployment: Deployment): Distribution {
  const properties = config as DistributionProperties;
  const place = placeOf(resource, 'DistributionConfig');
  const read = (behaviour: BehaviourProperties, at: Place) => readBehaviour(behaviour, at, deployment);
  const functions = deployment.resources.filter(({ type }) => type === 'AWS::CloudFront::Function');
  for (const fn of functions) {
    const { FunctionCode, FunctionConfig } = fn.properties as {
      FunctionCode: string;
      FunctionConfig: { Runtime: string };
    };
    if (FunctionConfig.Runtime !== 'cloudfront-js-2.0') {
      throw new TemplateError(
        placeOf(fn, 'FunctionConfig.Runtime'),
        `runtime ${FunctionConfig.Runtime} is not known here`,
      );
    }
    if (Buffer.byteLength(FunctionCode) > FUNCTION_BYTES) {
      throw new TemplateError(placeOf(fn, 'FunctionCode'), `code is larger than CloudFront's ${FUNCTION_BYTES} bytes`);
    }
  }
  return {
    id: resource.ref,
    arn: resource.arn,
    domainName: resource.hosts[0] ?? '',
    defaultRootObject: properties.DefaultRootObject ?? '',
    behaviours: (properties.CacheBehaviors ?? []).map((behaviour, index) =>
      read(behaviour, within(within(place, 'CacheBehaviors'), index)),
    ),
    defaultBehaviour: read(properties.DefaultCacheBehavior, within(place, 'DefaultCacheBehavior')),
    origins: new Map(
      properties.Origins.map(({ Id, DomainName, OriginPath = '', OriginCustomHeaders = [] }) => [
        Id,
        {
          id: Id,
          domainName: DomainName,
          path: OriginPath,
          customHeaders: OriginCustomHeaders.map(({ HeaderName, HeaderValue }) => [HeaderName, HeaderValue] as const),
        },
      ]),
    ),
    errors: (properties.CustomErrorResponses ?? [])
      .filter(({ ResponsePagePath }) => ResponsePagePath !== undefined)
      .map(({ ErrorCode, ResponseCode = ErrorCode, ResponsePagePath = '' }) => ({
        code: ErrorCode,
        status: ResponseCode,
        path: ResponsePagePath,
      })),
    functions: new Map(functions.map((fn) => [fn.arn, String(fn.properties.FunctionCode)])),
  };
}

/** The behaviour of the first pattern that matches a path, else the default one. */
export function behaviourFor(distribution: Distribution, path: string): Behaviour {
  return (
    distribution.behaviours.find(({ pathPattern }) => matches(pathPattern.replace(/^\/?/, '/'), path)) ??
    distribution.defaultBehaviour
  );
}

function readBehaviour(properties: BehaviourProperties, place: Place, deployment: Deployment): Behaviour {
  const { CachePolicyId, OriginRequestPolicyId, ResponseHeadersPolicyId } = properties;
  if (CachePolicyId === undefined) throw new TemplateError(place, 'a behaviour needs a CachePolicyId here');
  const find = <T>(
    id: string,
    type: string,
    managed: Readonly<Record<string, T>>,
    read: (resource: Resource) => T,
  ): T => {
    if (Object.hasOwn(managed, id)) return managed[id] as T;
    const resource = deployment.resources.find((each) => each.type === type && each.ref === id);
    if (resource === undefined) throw new TemplateError(place, `there is no ${type} ${id}`);
    return read(resource);
  };
  const cache = find(CachePolicyId, 'AWS::CloudFront::CachePolicy', MANAGED_CACHE_POLICIES, readCachePolicy);
  const originRequest =
    OriginRequestPolicyId === undefined
      ? FORWARD_NOTHING
      : find(
          OriginRequestPolicyId,
          'AWS::CloudFront::OriginRequestPolicy',
          MANAGED_ORIGIN_REQUEST_POLICIES,
          (resource) =>
            readForwarding(
              resource.properties.OriginRequestPolicyConfig as ForwardingConfig,
              placeOf(resource, 'OriginRequestPolicyConfig'),
            ),
        );
  const functionOf = (eventType: string) =>
    properties.FunctionAssociations?.find(({ EventType }) => EventType === eventType)?.FunctionARN;
  return {
    pathPattern: properties.PathPattern ?? '*',
    originId: properties.TargetOriginId,
    methods: properties.AllowedMethods ?? ['GET', 'HEAD'],
    viewerRequest: functionOf('viewer-request'),
    viewerResponse: functionOf('viewer-response'),
    forwarding: [cache.forwarding, originRequest],
    responseHeaders:
      ResponseHeadersPolicyId === undefined
        ? undefined
        : find(
            ResponseHeadersPolicyId,
            'AWS::CloudFront::ResponseHeadersPolicy',
            MANAGED_RESPONSE_HEADERS,
            (resource) => readResponseHeadersPolicy(resource.properties.ResponseHeadersPolicyConfig as object),
          ),
    compression: {
      gzip: properties.Compress === true && cache.gzip,
      brotli: properties.Compress === true && cache.brotli,
    },
  };
}

interface ForwardingConfig {
  readonly HeadersConfig?: { readonly HeaderBehavior: string; readonly Headers?: readonly string[] };
  readonly CookiesConfig?: { readonly CookieBehavior: string; readonly Cookies?: readonly string[] };
  readonly QueryStringsConfig?: { readonly QueryStringBehavior: string; readonly QueryStrings?: readonly string[] };
}

function readCachePolicy(resource: Resource): CachePolicy {
  const { ParametersInCacheKeyAndForwardedToOrigin: parameters } = resource.properties.CachePolicyConfig as {
    ParametersInCacheKeyAndForwardedToOrigin: ForwardingConfig & {
      EnableAcceptEncodingGzip?: boolean;
      EnableAcceptEncodingBrotli?: boolean;
    };
  };
  return {
    forwarding: readForwarding(
      parameters,
      placeOf(resource, 'CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin'),
    ),
    gzip: parameters.EnableAcceptEncodingGzip === true,
    brotli: parameters.EnableAcceptEncodingBrotli === true,
  };
}

function readForwarding(
  { HeadersConfig, CookiesConfig, QueryStringsConfig }: ForwardingConfig,
  place: Place,
): Forwarding {
  const headers = (HeadersConfig?.Headers ?? []).map((name) => name.toLowerCase());
  const cloudFrontHeaders = headers.filter((name) => name.startsWith('cloudfront-'));
  for (const name of cloudFrontHeaders) {
    if (!Object.hasOwn(CLOUDFRONT_HEADERS, name)) {
      throw new TemplateError(within(place, 'HeadersConfig'), `header ${name} is not known here`);
    }
  }
  const viewerHeaders = headers.filter((name) => !name.startsWith('cloudfront-'));
  const behaviour = HeadersConfig?.HeaderBehavior ?? 'none';
  return {
    headers:
      behaviour === 'allViewerAndWhitelistCloudFront' ? { kind: 'all' } : selection(behaviour, viewerHeaders, place),
    cloudFrontHeaders: behaviour === 'allExcept' ? [] : cloudFrontHeaders,
    cookies: selection(CookiesConfig?.CookieBehavior ?? 'none', CookiesConfig?.Cookies ?? [], place),
    query: selection(QueryStringsConfig?.QueryStringBehavior ?? 'none', QueryStringsConfig?.QueryStrings ?? [], place),
  };
}

function selection(behaviour: string, names: readonly string[], place: Place): Selection {
  switch (behaviour) {
    case 'none':
      return { kind: 'none' };
    case 'all':
    case 'allViewer':
      return { kind: 'all' };
    case 'whitelist':
      return { kind: 'only', names };
    case 'allExcept':
      return { kind: 'except', names };
    default:
      throw new TemplateError(place, `behaviour ${behaviour} is not known here`);
  }
}
