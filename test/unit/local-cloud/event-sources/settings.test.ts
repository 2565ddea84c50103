import { describe, expect, it } from 'vitest';
import { readAsyncSettings } from '../../../../lib/local-cloud/event-sources/async-invocation.ts';
import { readMapping } from '../../../../lib/local-cloud/event-sources/mapping-settings.ts';
import { readAssembly } from '../../../../lib/local-cloud/template/assembly.ts';
import { readDeployment } from '../../../../lib/local-cloud/template/deployment.ts';
import { writeAssembly } from '../../../support/cloud-assembly.ts';

function deploy(Type: string, Properties: Readonly<Record<string, unknown>>) {
  return readDeployment(readAssembly(writeAssembly({ stacks: { app: { Resources: { It: { Type, Properties } } } } })));
}

describe('an event source mapping', () => {
  const read = (properties: Readonly<Record<string, unknown>>) => {
    const [resource] = deploy('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
      FunctionName: 'f',
      StartingPosition: 'TRIM_HORIZON',
      ...properties,
    }).resources;
    if (resource === undefined) throw new Error('no resource');
    return readMapping(resource);
  };

  it('has the defaults of AWS', () => {
    expect(read({})).toMatchObject({
      enabled: true,
      batchSize: 100,
      windowMillis: 0,
      parallelization: 1,
      bisect: false,
      reportsItemFailures: false,
      maximumRetries: undefined,
      maximumAgeMillis: undefined,
      onFailureBucket: undefined,
    });
  });

  it('takes -1 for no limit and seconds for times', () => {
    const settings = read({
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 86_400,
      MaximumBatchingWindowInSeconds: 2,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failed' } },
    });
    expect(settings).toMatchObject({
      maximumRetries: undefined,
      maximumAgeMillis: 86_400_000,
      windowMillis: 2_000,
      reportsItemFailures: true,
      onFailureBucket: 'failed',
    });
    expect(read({ MaximumRetryAttempts: 0 }).maximumRetries).toBe(0);
  });

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { EventSourceArn: 'arn:aws:sqs:us-east-1:0:q' },
      'app / It / Properties.EventSourceArn: arn:aws:sqs:us-east-1:0:q is no Kinesis stream',
    ],
    [
      { StartingPosition: 'AT_TIMESTAMP' },
      'app / It / Properties.StartingPosition: position AT_TIMESTAMP is not known here',
    ],
    [
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:0:q' } } },
      'app / It / Properties.DestinationConfig.OnFailure.Destination: arn:aws:sqs:us-east-1:0:q is no bucket',
    ],
    [
      { TumblingWindowInSeconds: 3 },
      'app / It / Properties.TumblingWindowInSeconds: property TumblingWindowInSeconds is not known',
    ],
    [{ FilterCriteria: {} }, 'app / It / Properties.FilterCriteria: property FilterCriteria is not known'],
  ])('refuses %j with its place', (properties, message) => {
    expect(() => read(properties)).toThrow(message);
  });
});

describe('settings of asynchronous invocation', () => {
  const read = (properties: Readonly<Record<string, unknown>>) =>
    readAsyncSettings(
      deploy('AWS::Lambda::EventInvokeConfig', { FunctionName: 'f', Qualifier: '$LATEST', ...properties }),
    );

  it('are those of the function, else the defaults of Lambda', () => {
    const settings = read({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(settings('f')).toEqual({ maximumRetries: 0, maximumAgeMillis: 60_000, onFailureBucket: undefined });
    expect(settings('other')).toEqual({ maximumRetries: 2, maximumAgeMillis: 21_600_000, onFailureBucket: undefined });
  });

  it('refuse a qualifier and a destination that are not known', () => {
    expect(() => read({ Qualifier: 'live' })).toThrow(
      'app / It / Properties.Qualifier: qualifier live is not known here',
    );
    expect(() => read({ DestinationConfig: { OnFailure: { Destination: 'arn:aws:sns:x' } } })).toThrow(
      'arn:aws:sns:x is no bucket',
    );
  });
});
