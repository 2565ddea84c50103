import { placeOf } from '../iam/roles.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';

/** Where a route leads. */
export interface Integration {
  readonly functionArn: string;
  readonly timeoutMillis: number;
}

/** An `AWS::ApiGatewayV2::Api` with its stage, routes and integrations. */
export interface ApiDefinition {
  readonly logicalId: string;
  readonly apiId: string;
  readonly protocol: 'HTTP' | 'WEBSOCKET';
  readonly stage: string;
  readonly routes: ReadonlyMap<string, Integration>;
  /** `$request.body.<path>`, of a WebSocket API. */
  readonly routeSelectionExpression: string | undefined;
  /** Template of an access log line with `$context` variables, if the stage logs. */
  readonly accessLogFormat: string | undefined;
  readonly throttling: { readonly rate: number; readonly burst: number } | undefined;
}

/** Integration time-outs that API Gateway has and cannot exceed (WebSocket 29 s, HTTP 30 s). */
const TIMEOUT_MILLIS = { HTTP: 30_000, WEBSOCKET: 29_000 };

/** @throws TemplateError for what the gateway cannot do as declared */
export function readApis(deployment: Deployment): readonly ApiDefinition[] {
  const of = (type: string) =>
    deployment.resources.filter((resource) => resource.type === `AWS::ApiGatewayV2::${type}`);
  const integrations = of('Integration');
  return of('Api').map((api) => {
    const protocol = api.properties.ProtocolType;
    if (protocol !== 'HTTP' && protocol !== 'WEBSOCKET') {
      throw new TemplateError(placeOf(api, 'ProtocolType'), `protocol ${String(protocol)} is not known here`);
    }
    const mine = (resource: Resource) => resource.properties.ApiId === api.ref;
    const [stage, second] = of('Stage').filter(mine);
    if (stage === undefined)
      throw new TemplateError({ stack: api.stack, logicalId: api.logicalId }, 'the API has no stage');
    if (second !== undefined) throw new TemplateError(placeOf(second, 'ApiId'), 'an API has one stage here');
    if (protocol === 'HTTP' && stage.name !== '$default') {
      throw new TemplateError(
        placeOf(stage, 'StageName'),
        `an HTTP API has the stage $default here, not ${stage.name}`,
      );
    }
    const settings = (stage.properties.DefaultRouteSettings ?? {}) as {
      ThrottlingRateLimit?: number;
      ThrottlingBurstLimit?: number;
    };
    return {
      logicalId: api.logicalId,
      apiId: api.ref,
      protocol,
      stage: stage.name,
      routes: new Map(
        of('Route')
          .filter(mine)
          .map((route) => readRoute(route, integrations, protocol)),
      ),
      routeSelectionExpression: api.properties.RouteSelectionExpression as string | undefined,
      accessLogFormat: (stage.properties.AccessLogSettings as { Format?: string } | undefined)?.Format,
      throttling:
        settings.ThrottlingRateLimit === undefined
          ? undefined
          : {
              rate: settings.ThrottlingRateLimit,
              burst: settings.ThrottlingBurstLimit ?? settings.ThrottlingRateLimit,
            },
    };
  });
}

function readRoute(
  route: Resource,
  integrations: readonly Resource[],
  protocol: 'HTTP' | 'WEBSOCKET',
): [string, Integration] {
  const { RouteKey, Target, AuthorizationType = 'NONE' } = route.properties as Record<string, string>;
  if (AuthorizationType !== 'NONE') {
    throw new TemplateError(
      placeOf(route, 'AuthorizationType'),
      `authorization ${AuthorizationType} is not known here`,
    );
  }
  const integration = integrations.find(({ ref }) => Target === `integrations/${ref}`);
  if (integration === undefined) throw new TemplateError(placeOf(route, 'Target'), `there is no integration ${Target}`);
  const { IntegrationType, IntegrationUri, PayloadFormatVersion, TimeoutInMillis } = integration.properties as {
    IntegrationType: string;
    IntegrationUri: string;
    PayloadFormatVersion?: string;
    TimeoutInMillis?: number;
  };
  if (IntegrationType !== 'AWS_PROXY') {
    throw new TemplateError(
      placeOf(integration, 'IntegrationType'),
      `integration ${IntegrationType} is not known here`,
    );
  }
  if (protocol === 'HTTP' && PayloadFormatVersion !== '2.0') {
    throw new TemplateError(
      placeOf(integration, 'PayloadFormatVersion'),
      `payload format ${PayloadFormatVersion} is not known here`,
    );
  }
  const functionArn = /(arn:aws:lambda:[^/]+:function:[^/]+)(?:\/invocations)?$/.exec(IntegrationUri)?.[1];
  if (functionArn === undefined) {
    throw new TemplateError(placeOf(integration, 'IntegrationUri'), `${IntegrationUri} is no function`);
  }
  return [
    RouteKey ?? '',
    {
      functionArn,
      timeoutMillis: Math.min(TimeoutInMillis ?? TIMEOUT_MILLIS[protocol], TIMEOUT_MILLIS[protocol]),
    },
  ];
}
