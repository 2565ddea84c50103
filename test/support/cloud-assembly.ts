import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files of one asset by path. */
export type AssetFiles = Readonly<Record<string, string | Uint8Array>>;

export interface AssemblyParts {
  /** Templates by stack name, in dependency order. */
  readonly stacks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Folders by asset hash; templates refer to `<hash>.zip`. */
  readonly assets?: Readonly<Record<string, AssetFiles>>;
}

/** A fresh folder under the system's temporary one. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tributary-'));
}

/** Writes a cloud assembly as CDK lays it out. @returns its folder */
export function writeAssembly({ stacks, assets = {} }: AssemblyParts): string {
  const folder = temporaryFolder();
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const artifacts: Record<string, unknown> = {
    'all.assets': {
      type: 'cdk:asset-manifest',
      properties: { file: 'all.assets.json' },
    },
  };
  let previous = 'all.assets';
  for (const [name, template] of Object.entries(stacks)) {
    write(`${name}.template.json`, JSON.stringify(template));
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: `${name}.template.json` },
      dependencies: [previous],
    };
    previous = name;
  }
  const files: Record<string, unknown> = {};
  for (const [hash, content] of Object.entries(assets)) {
    files[hash] = {
      source: { path: `asset.${hash}`, packaging: 'zip' },
      destinations: {
        here: { bucketName: 'assets', objectKey: `${hash}.zip` },
      },
    };
    for (const [path, text] of Object.entries(content)) write(`asset.${hash}/${path}`, text);
  }
  write('all.assets.json', JSON.stringify({ version: '1.0.0', files }));
  write('manifest.json', JSON.stringify({ version: '1.0.0', artifacts }));
  return folder;
}

/** Resources of a function with its role: `<id>` and `<id>Role`. The code is the asset `<id>`, in lower case. */
export function functionResources(
  id: string,
  properties: Readonly<Record<string, unknown>> = {},
  statements: readonly unknown[] = [],
) {
  return {
    [`${id}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Action: 'sts:AssumeRole',
              Effect: 'Allow',
              Principal: { Service: 'lambda.amazonaws.com' },
            },
          ],
        },
        ManagedPolicyArns: [
          {
            'Fn::Join': [
              '',
              ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
            ],
          },
        ],
        Policies:
          statements.length > 0 ? [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }] : undefined,
      },
    },
    [id]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'assets', S3Key: `${id.toLowerCase()}.zip` },
        Role: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
        ...properties,
      },
    },
  };
}

/** Resources of an HTTP API `Api` whose routes lead to functions, with the permissions to invoke them. */
export function httpApiResources(routes: Readonly<Record<string, string>>) {
  const resources: Record<string, unknown> = {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'api', ProtocolType: 'HTTP' },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: { Ref: 'Api' },
        StageName: '$default',
        AutoDeploy: true,
        AccessLogSettings: {
          DestinationArn: 'arn:aws:logs:::x',
          Format: '$context.routeKey $context.status $context.requestId',
        },
      },
    },
  };
  for (const [index, [routeKey, functionId]] of Object.entries(routes).entries()) {
    resources[`Integration${index}`] = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': [functionId, 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    };
    resources[`Route${index}`] = {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: routeKey,
        Target: { 'Fn::Sub': `integrations/\${Integration${index}}` },
      },
    };
    resources[`Permission${index}`] = {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [functionId, 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*/*${routeKey === '$default' ? '' : routeKey.replace(/^\S+ /, '')}`,
        },
      },
    };
  }
  return resources;
}

/** Resources of a WebSocket API `Ws` with stage `live` whose routes lead to functions, with the permissions to invoke them. */
export function webSocketApiResources(routes: Readonly<Record<string, string>>) {
  const resources: Record<string, unknown> = {
    Ws: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { Name: 'ws', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
    },
    WsStage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Ws' }, StageName: 'live' } },
  };
  for (const [index, [routeKey, functionId]] of Object.entries(routes).entries()) {
    resources[`WsIntegration${index}`] = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Ws' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: {
          'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${functionId}.Arn}/invocations`,
        },
      },
    };
    resources[`WsRoute${index}`] = {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Ws' },
        RouteKey: routeKey,
        Target: { 'Fn::Sub': `integrations/\${WsIntegration${index}}` },
      },
    };
    resources[`WsPermission${index}`] = {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [functionId, 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: { 'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Ws}/*${routeKey}` },
      },
    };
  }
  return resources;
}
