import { describe, expect, it } from 'vitest';
import { readStage } from '../../lib/config/read-stage.ts';
import { listResources, templatesOf } from '../support/templates.ts';

const { app } = templatesOf(await readStage('production'));

describe('the gateway', () => {
  it('logs route key, status, latency and request id of each call, never a path or a query', () => {
    const stages = listResources(app, 'AWS::ApiGatewayV2::Stage');
    expect(stages).toHaveLength(2);
    for (const { properties } of stages) {
      const { Format, DestinationArn } = properties.AccessLogSettings;
      expect(Object.values(JSON.parse(Format))).toEqual([
        '$context.routeKey',
        '$context.status',
        '$context.responseLatency',
        '$context.requestId',
      ]);
      const [group] = listResources(app, 'AWS::Logs::LogGroup').filter(
        ({ id }) => id === DestinationArn['Fn::GetAtt'][0],
      );
      expect(group?.properties.RetentionInDays).toBe(30);
    }
  });

  it('throttles every stage', () => {
    for (const { properties } of listResources(app, 'AWS::ApiGatewayV2::Stage')) {
      expect(properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
      expect(properties.DefaultRouteSettings.ThrottlingBurstLimit).toBeGreaterThan(0);
    }
  });

  it('may invoke each function for the routes that lead there, not for any', () => {
    const permissions = listResources(app, 'AWS::Lambda::Permission').filter(
      ({ properties }) => properties.Principal !== 'logs.amazonaws.com',
    );
    expect(permissions).toHaveLength(listResources(app, 'AWS::ApiGatewayV2::Route').length);
    for (const { properties } of permissions) {
      expect(properties).toMatchObject({ Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com' });
      expect(JSON.stringify(properties.SourceArn)).toMatch(/execute-api/);
    }
  });
});

describe('CloudWatch Logs', () => {
  it('may invoke the function of log events alone, from log groups of the same account and region alone', () => {
    const permissions = listResources(app, 'AWS::Lambda::Permission').filter(
      ({ properties }) => properties.Principal === 'logs.amazonaws.com',
    );
    expect(permissions).toHaveLength(1);
    const { FunctionName, SourceAccount, SourceArn } = permissions[0]?.properties ?? {};
    expect(JSON.stringify(FunctionName)).toContain('CloudWatchFunction');
    expect(SourceAccount).toEqual({ Ref: 'AWS::AccountId' });
    const source = SourceArn['Fn::Join'][1];
    expect(source).toContainEqual({ Ref: 'AWS::AccountId' });
    expect(source.at(-1)).toBe(':log-group:*');
  });
});
