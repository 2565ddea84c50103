import { App, Duration, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { QUARANTINE_NOT_EMPTY } from '../../functions/ingest/redrive.ts';
import { listHandlers } from '../../lib/bundles.ts';
import { readStage } from '../../lib/config/read-stage.ts';
import { Alarms } from '../../lib/constructs/alarms.ts';
import { ServiceFunction } from '../../lib/constructs/service-function.ts';
import { listResources, type Resource, STANDARD_STAGE, templatesOf } from '../support/templates.ts';

const { app, data } = templatesOf(await readStage('production'));
/** Our own functions; the one that publishes the dashboard is the library's. */
const functions = listResources(app, 'AWS::Lambda::Function').filter(({ properties }) =>
  properties.Runtime.startsWith('nodejs'),
);
const byHandler = (handler: string): Resource => {
  const found = functions.find(({ id }) => id.toLowerCase().startsWith(`${handler}function`));
  if (found === undefined) throw new Error(`the template has no function ${handler}`);
  return found;
};

describe('functions', () => {
  it('are made from every handler, once', () => {
    const names = functions.map(({ id }) => id.replace(/Function[0-9A-F]{8}$/, '').toLowerCase());
    expect(names.sort()).toEqual([...listHandlers().keys()].sort());
  });

  it('run on Node 24 and arm64', () => {
    for (const { properties } of functions)
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
  });

  it('each have a role of their own that only Lambda takes, without managed policies', () => {
    const roles = functions.map(({ properties }) => properties.Role['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(functions.length);
    for (const { properties } of listResources(app, 'AWS::IAM::Role').filter(({ id }) => roles.includes(id))) {
      expect(properties.ManagedPolicyArns).toBeUndefined();
      expect(properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  it('each log to a group of their own, whose lines end', () => {
    const groups = listResources(app, 'AWS::Logs::LogGroup');
    for (const { properties } of groups) expect(properties.RetentionInDays).toBe(30);
    const used = functions.map(({ properties }) => properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(used).size).toBe(functions.length);
    expect(groups.map(({ id }) => id)).toEqual(expect.arrayContaining(used));
  });

  it('that wait behind the gateway end before it does', () => {
    for (const handler of ['accept', 'search', 'identity', 'live', 'operation', 'socket'])
      expect(byHandler(handler).properties.Timeout).toBeLessThanOrEqual(30);
  });

  it('have room of their own for accepting and indexing in a stage of size standard, and none in a small account', () => {
    const reserved = (resources: readonly Resource[]) =>
      resources
        .filter(({ properties }) => properties.ReservedConcurrentExecutions !== undefined)
        .map(({ id }) => id.replace(/Function[0-9A-F]{8}$/, ''));
    expect(reserved(functions)).toEqual([]);
    const standard = templatesOf(STANDARD_STAGE).app;
    expect(reserved(listResources(standard, 'AWS::Lambda::Function')).sort()).toEqual(['Accept', 'Index']);
  });
});

describe('policies', () => {
  const statements = [...listResources(app, 'AWS::IAM::Policy'), ...listResources(data, 'AWS::IAM::Policy')].flatMap(
    ({ id, properties }) =>
      properties.PolicyDocument.Statement.map((statement: Record<string, unknown>) => ({ id, ...statement })),
  );
  /** The publisher of the dashboard is the library's; its policy is acknowledged where it is made. */
  const ours = statements.filter(({ id }) => !id.startsWith('CustomCDKBucketDeployment'));

  it('name every action', () => {
    expect(ours.length).toBeGreaterThan(10);
    for (const { Action } of ours) expect([Action].flat().filter((action: string) => action.includes('*'))).toEqual([]);
  });

  it('name the resource: none is "*" alone', () => {
    for (const { Resource } of ours) expect([Resource].flat()).not.toContain('*');
  });

  it('let only the functions that prove nobody else read more of the directory than proofs', () => {
    const directory = { 'Fn::ImportValue': expect.stringContaining('DirectoryTable') };
    const reading = ours.filter(
      ({ Action, Resource, Condition }) =>
        [Action].flat().includes('dynamodb:GetItem') &&
        directory['Fn::ImportValue'].asymmetricMatch?.((Resource as Record<string, unknown>)['Fn::ImportValue']) &&
        Condition === undefined,
    );
    expect(reading.map(({ id }) => id.replace(/RoleDefaultPolicy.*/, ''))).toEqual(['Identity']);
  });

  it('must say why where a resource is a pattern', () => {
    const stack = new Stack(new App(), 'stack');
    const fn = new ServiceFunction(stack, 'Fn', {
      handler: 'accept',
      description: 'a function',
      memorySize: 128,
      timeout: Duration.seconds(1),
      logRetention: RetentionDays.ONE_WEEK,
      alarms: new Alarms(),
    });
    expect(() => fn.allow(['s3:GetObject'], ['arn:aws:s3:::bucket/*'])).toThrow(/stack\/Fn .* "because" is missing/);
    expect(() =>
      fn.allow(['s3:GetObject'], ['arn:aws:s3:::bucket/*'], { because: 'keys are made later' }),
    ).not.toThrow();
  });
});

describe('the alarm on the quarantine', () => {
  it('counts the line that the redrive function writes', () => {
    app.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: `{ $.body = "${QUARANTINE_NOT_EMPTY}" }`,
      LogGroupName: byHandler('redrive').properties.LoggingConfig.LogGroup,
      MetricTransformations: [{ MetricNamespace: 'app', MetricName: 'QuarantineNotEmpty', MetricValue: '1' }],
    });
    app.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'app',
      MetricName: 'QuarantineNotEmpty',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });
});
