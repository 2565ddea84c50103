import type { StreamRecord } from './stream-record.ts';

export interface KinesisEventContext {
  readonly shardId: string;
  readonly streamArn: string;
  readonly region: string;
  /** ARN of the role that reads. */
  readonly roleArn: string;
}

/** The event of a Kinesis batch (https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html). */
export function toKinesisEvent(records: readonly StreamRecord[], context: KinesisEventContext) {
  return {
    Records: records.map(({ sequenceNumber, partitionKey, data, arrivedAt }) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey,
        sequenceNumber,
        data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
        approximateArrivalTimestamp: arrivedAt / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${context.shardId}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: context.roleArn,
      awsRegion: context.region,
      eventSourceARN: context.streamArn,
    })),
  };
}
