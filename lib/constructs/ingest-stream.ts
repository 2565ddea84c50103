import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { z } from 'zod';
import type { FrameStreamEnv } from '../../functions/adapters/stream/env.ts';
import type { Alarms } from './alarms.ts';
import type { ServiceFunction } from './service-function.ts';

export interface IngestStreamProps {
  /** How long a record can wait to be stored. @default Duration.days(3) */
  readonly retention?: Duration;
  /** @default on demand */
  readonly shards?: number | undefined;
}

/** Between accepting and storing: a record is accepted once it is written here. @stateful */
export class IngestStream extends Construct {
  readonly stream: IStream;

  constructor(scope: Construct, id: string, props: IngestStreamProps = {}) {
    super(scope, id);
    this.stream = new Stream(this, 'Stream', {
      retentionPeriod: props.retention ?? Duration.days(3),
      encryption: StreamEncryption.MANAGED,
      ...(props.shards === undefined ? { streamMode: StreamMode.ON_DEMAND } : { shardCount: props.shards }),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

/** Lets a function accept records, and tells it where. */
export function grantWriteStream(stream: IStream, fn: ServiceFunction): void {
  fn.addEnvironment({ STREAM_NAME: stream.streamName } satisfies z.input<typeof FrameStreamEnv>);
  fn.allow(['kinesis:PutRecords'], [stream.streamArn]);
}

export interface ConsumerProps {
  readonly stream: IStream;
  /** Where batches go that were given up: the records themselves, for the redrive. */
  readonly onFailure: IBucket;
  /** Records a batch at most; six megabytes bound it too. */
  readonly batchSize: number;
  /** How long a batch may gather. @default not at all */
  readonly window?: Duration;
  /** Batches of a shard at the same time. @default 1 */
  readonly parallelizationFactor?: number;
  /** When the function falls behind by this much, someone should look. */
  readonly lag: Duration;
  readonly alarms: Alarms;
}

/**
 * Feeds a function from the stream as the acceptance contract demands: halved on errors, retried without limit for a day (an outage
 * of the store is no poison), then into S3 for the redrive.
 */
export function consumeStream(fn: ServiceFunction, props: ConsumerProps): void {
  const { stream, onFailure, alarms } = props;
  fn.allow(
    ['kinesis:DescribeStreamSummary', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
    [stream.streamArn],
  );
  fn.allow(['s3:PutObject'], [onFailure.arnForObjects('aws/lambda/*')], {
    because: 'The mapping names the object of each batch that it gives up',
  });
  fn.allow(['s3:ListBucket'], [onFailure.bucketArn]);
  const mapping = new CfnEventSourceMapping(fn, 'Source', {
    functionName: fn.function.functionName,
    eventSourceArn: stream.streamArn,
    startingPosition: 'TRIM_HORIZON',
    batchSize: props.batchSize,
    maximumBatchingWindowInSeconds: props.window?.toSeconds() ?? 0,
    parallelizationFactor: props.parallelizationFactor ?? 1,
    bisectBatchOnFunctionError: true,
    functionResponseTypes: ['ReportBatchItemFailures'],
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: Duration.days(1).toSeconds(),
    destinationConfig: { onFailure: { destination: onFailure.bucketArn } },
  });
  // the mapping proves its rights when it is made
  mapping.node.addDependency(fn.function.role as never);
  alarms.add(fn, 'Lag', 'Stream lag', {
    metric: fn.function.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
    above: props.lag.toMilliseconds(),
    periods: 5,
  });
}
