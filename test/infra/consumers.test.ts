import { describe, expect, it } from 'vitest';
import { readStage } from '../../lib/config/read-stage.ts';
import { listResources, templatesOf } from '../support/templates.ts';

const { app } = templatesOf(await readStage('production'));
const mappings = listResources(app, 'AWS::Lambda::EventSourceMapping');
const importOf = (part: string) => ({ 'Fn::ImportValue': expect.stringContaining(part) });

describe('event source mappings', () => {
  it('feed index, archive and tail from the stream, from its first record', () => {
    expect(mappings.map(({ properties }) => properties.FunctionName.Ref.replace(/Function.*/, '')).sort()).toEqual([
      'Archive',
      'Index',
      'Tail',
    ]);
    for (const { properties } of mappings)
      expect(properties).toMatchObject({ EventSourceArn: importOf('IngestStream'), StartingPosition: 'TRIM_HORIZON' });
  });

  it('keep the contract of acceptance: halve, say which failed, retry for a day, then keep the records in S3', () => {
    for (const { properties } of mappings)
      expect(properties).toMatchObject({
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRetryAttempts: -1,
        MaximumRecordAgeInSeconds: 86_400,
        DestinationConfig: { OnFailure: { Destination: importOf('Quarantine') } },
      });
  });

  it('are made after the rights that they prove when they are made', () => {
    for (const { properties, dependsOn } of mappings) {
      const name = properties.FunctionName.Ref.replace(/Function.*/, '');
      expect(dependsOn).toContainEqual(expect.stringMatching(new RegExp(`^${name}RoleDefaultPolicy`)));
    }
  });

  it('may write where they put what they give up', () => {
    for (const { properties } of mappings) {
      const name = properties.FunctionName.Ref.replace(/Function.*/, '');
      const [policy] = listResources(app, 'AWS::IAM::Policy').filter(({ id }) =>
        id.startsWith(`${name}RoleDefaultPolicy`),
      );
      const writable = policy?.properties.PolicyDocument.Statement.filter(
        ({ Action }: { Action: unknown }) => Action === 's3:PutObject',
      ).flatMap(({ Resource }: { Resource: unknown }) => Resource);
      expect(writable).toContainEqual({ 'Fn::Join': ['', [importOf('Quarantine'), '/aws/lambda/*']] });
    }
  });
});

describe('schedules', () => {
  it('may invoke their function and nothing else, and repeat no failed run', () => {
    const schedules = listResources(app, 'AWS::Scheduler::Schedule');
    expect(schedules).toHaveLength(8);
    for (const { properties } of schedules) {
      const { Arn, RoleArn, RetryPolicy } = properties.Target;
      expect(RetryPolicy).toEqual({ MaximumRetryAttempts: 0 });
      const [role] = listResources(app, 'AWS::IAM::Role').filter(({ id }) => id === RoleArn['Fn::GetAtt'][0]);
      expect(role?.properties.Policies).toEqual([
        {
          PolicyName: 'Invoke',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: Arn }],
          },
        },
      ]);
      expect(role?.properties.AssumeRolePolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]);
    }
  });
});
