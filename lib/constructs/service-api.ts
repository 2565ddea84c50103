import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  type CfnStage,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  WebSocketApi,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { z } from 'zod';
import type { ViewersEnv } from '../../functions/adapters/viewers/env.ts';
import { acknowledge } from './acknowledge.ts';
import type { ServiceFunction } from './service-function.ts';

/** Route key, status, latency and request id only: paths and query strings can hold tokens and personal data. */
const ACCESS_LOG_FORMAT = JSON.stringify({
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLatency: '$context.responseLatency',
  requestId: '$context.requestId',
});

export interface ServiceApiProps {
  readonly logRetention: RetentionDays;
}

/** The HTTP API: shippers use its root, the dashboard comes through the distribution. */
export class ServiceApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { logRetention }: ServiceApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { createDefaultStage: false });
    acknowledge(this, {
      'AwsSolutions-APIG4':
        'Each operation says in its route what it asks for (`access`), and the function proves keys and sessions: several shippers send theirs where no authorizer of the gateway looks',
    });
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 10_000, burstLimit: 5_000 },
    });
    logAccess(stage.node.defaultChild as CfnStage, logGroup);
  }

  /** Sends requests to a function. @param routes as the gateway writes them: `GET /health`, `ANY /api/v1/auth/{proxy+}`, `$default` */
  route(fn: ServiceFunction, id: string, routes: readonly string[]): void {
    const integration = new HttpLambdaIntegration(`${id}Integration`, fn.function);
    for (const route of routes) {
      if (route === '$default') {
        new HttpRoute(this, 'DefaultRoute', { httpApi: this.api, routeKey: HttpRouteKey.DEFAULT, integration });
        continue;
      }
      const [method = '', path = ''] = route.split(' ');
      this.api.addRoutes({ path, methods: [method as HttpMethod], integration });
    }
  }
}

/** Stage of the WebSocket API; its viewer function rewrites to this. */
export const WEB_SOCKET_STAGE = 'live';

/** The WebSocket API of the live tail. */
export class ViewerApi extends Construct {
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string, fn: ServiceFunction, { logRetention }: ServiceApiProps) {
    super(scope, id);
    const integration = (name: string) => ({
      integration: new WebSocketLambdaIntegration(`${name}Integration`, fn.function),
    });
    this.api = new WebSocketApi(this, 'Api', {
      connectRouteOptions: integration('Connect'),
      disconnectRouteOptions: integration('Disconnect'),
      defaultRouteOptions: integration('Default'),
    });
    acknowledge(this.api, {
      'AwsSolutions-APIG4':
        'The function of $connect proves a one-time ticket or a token, and no other message arrives before it agreed',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: WEB_SOCKET_STAGE,
      autoDeploy: true,
      throttle: { rateLimit: 2_000, burstLimit: 1_000 },
    });
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logAccess(this.stage.node.defaultChild as CfnStage, logGroup);
  }

  /** Lets a function post to viewers, and tells it where. */
  grantPost(fn: ServiceFunction): void {
    this.#grant(fn, 'POST');
  }

  /** Lets a function end connections of viewers, and tells it where. */
  grantClose(fn: ServiceFunction): void {
    this.#grant(fn, 'DELETE');
  }

  #grant(fn: ServiceFunction, method: 'POST' | 'DELETE'): void {
    fn.addEnvironment({ WEBSOCKET_CALLBACK_URL: this.stage.callbackUrl } satisfies z.input<typeof ViewersEnv>);
    const { partition, region, account } = Stack.of(this);
    const connections = `${this.api.apiId}/${this.stage.stageName}/${method}/@connections/*`;
    fn.allow(['execute-api:ManageConnections'], [`arn:${partition}:execute-api:${region}:${account}:${connections}`], {
      because: 'Connections have ids that the gateway makes up',
    });
  }
}

function logAccess(stage: CfnStage, logGroup: LogGroup): void {
  stage.accessLogSettings = { destinationArn: logGroup.logGroupArn, format: ACCESS_LOG_FORMAT };
}
