import { placeOf } from '../iam/roles.ts';
import type { Resource } from '../template/deployment.ts';
import { uuid } from '../template/identity.ts';
import { TemplateError } from '../template/template-error.ts';

/** An `AWS::Lambda::EventSourceMapping` of a Kinesis stream, with AWS's defaults filled in. */
export interface MappingSettings {
  /** UUID of the mapping. */
  readonly id: string;
  readonly streamArn: string;
  /** Name or ARN. */
  readonly functionName: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowMillis: number;
  readonly parallelization: number;
  readonly bisect: boolean;
  readonly reportsItemFailures: boolean;
  /** Undefined: for ever. */
  readonly maximumRetries: number | undefined;
  /** Undefined: until the stream forgets. */
  readonly maximumAgeMillis: number | undefined;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** ARN of a bucket. */
  readonly onFailureBucket: string | undefined;
}

/** @throws TemplateError for a source or a destination that is not known here */
export function readMapping(resource: Resource): MappingSettings {
  const properties = resource.properties as {
    EventSourceArn: string;
    FunctionName: string;
    Enabled?: boolean;
    BatchSize?: number;
    MaximumBatchingWindowInSeconds?: number;
    ParallelizationFactor?: number;
    BisectBatchOnFunctionError?: boolean;
    FunctionResponseTypes?: readonly string[];
    MaximumRetryAttempts?: number;
    MaximumRecordAgeInSeconds?: number;
    StartingPosition?: string;
    DestinationConfig?: { OnFailure?: { Destination?: string } };
  };
  const fail = (property: string, problem: string): never => {
    throw new TemplateError(placeOf(resource, property), problem);
  };
  if (!properties.EventSourceArn.startsWith('arn:aws:kinesis:'))
    fail('EventSourceArn', `${properties.EventSourceArn} is no Kinesis stream`);
  const { StartingPosition } = properties;
  if (StartingPosition !== 'TRIM_HORIZON' && StartingPosition !== 'LATEST') {
    return fail('StartingPosition', `position ${StartingPosition} is not known here`);
  }
  const destination = properties.DestinationConfig?.OnFailure?.Destination;
  if (destination !== undefined && !destination.startsWith('arn:aws:s3:::')) {
    fail('DestinationConfig.OnFailure.Destination', `${destination} is no bucket`);
  }
  const unlessForever = (value: number | undefined) => (value === undefined || value < 0 ? undefined : value);
  const ageSeconds = unlessForever(properties.MaximumRecordAgeInSeconds);
  return {
    id: uuid(resource),
    streamArn: properties.EventSourceArn,
    functionName: properties.FunctionName,
    enabled: properties.Enabled ?? true,
    batchSize: properties.BatchSize ?? 100,
    windowMillis: (properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
    parallelization: properties.ParallelizationFactor ?? 1,
    bisect: properties.BisectBatchOnFunctionError ?? false,
    reportsItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    maximumRetries: unlessForever(properties.MaximumRetryAttempts),
    maximumAgeMillis: ageSeconds === undefined ? undefined : ageSeconds * 1000,
    startingPosition: StartingPosition,
    onFailureBucket: destination?.slice('arn:aws:s3:::'.length),
  };
}
