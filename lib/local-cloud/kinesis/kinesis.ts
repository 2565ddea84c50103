import { z } from 'zod';
import { Gatekeeper } from '../aws-server/gatekeeper.ts';
import { serveJson } from '../aws-server/json-service.ts';
import type { DeclaredResource, Emulator, EmulatorOptions } from '../emulator.ts';
import { Faults } from './faults.ts';
import { kinesisOperations } from './operations.ts';
import { StreamStore } from './stream-store.ts';

const TRIM_INTERVAL_MILLIS = 60_000;

export interface KinesisOptions extends EmulatorOptions {
  /** Shards of a stream declared `ON_DEMAND`. @default 4, as AWS starts with */
  readonly onDemandShards?: number;
}

/** What a template may say of an `AWS::Kinesis::Stream` that has an effect here. */
const StreamProperties = z.object({
  ShardCount: z.coerce.number().int().min(1).max(10_000).optional(),
  RetentionPeriodHours: z.coerce.number().int().min(24).max(8760).default(24),
  MaxRecordSizeInKiB: z.coerce.number().int().min(1024).max(10_240).default(1024),
  StreamModeDetails: z.object({ StreamMode: z.enum(['ON_DEMAND', 'PROVISIONED']) }).optional(),
});

/** Starts Kinesis Data Streams with the declared streams, durable under `<dataDir>/kinesis/`. */
export async function startKinesis(options: KinesisOptions): Promise<Emulator> {
  const { dataDir, region, accountId, resources, principals, now = Date.now } = options;
  const store = new StreamStore(dataDir);
  for (const resource of resources) {
    if (resource.type === 'AWS::Kinesis::Stream') declare(store, resource, options.onDemandShards ?? 4, now());
  }
  store.trim(now());
  const faults = new Faults();
  const trimming = setInterval(() => store.trim(now()), TRIM_INTERVAL_MILLIS).unref();
  return serveJson({
    targetPrefix: 'Kinesis_20131202',
    version: '1.1',
    gatekeeper: new Gatekeeper(principals, now),
    bodyLimit: 20 * 1024 * 1024,
    operations: kinesisOperations({
      store,
      faults,
      now,
      toArn: (name) => `arn:aws:kinesis:${region}:${accountId}:stream/${name}`,
    }),
    hooks: {
      'POST /_local/faults': (body) => faults.order(body),
      'DELETE /_local/faults': () => faults.clear(),
    },
    beforeClose: () => store.stopWaiting(),
    afterClose: () => {
      clearInterval(trimming);
      store.close();
    },
  });
}

function declare(
  store: StreamStore,
  { logicalId, name, properties }: DeclaredResource,
  onDemandShards: number,
  nowMillis: number,
): void {
  const parsed = StreamProperties.safeParse(properties);
  if (!parsed.success) throw new Error(`stream ${logicalId}: ${z.prettifyError(parsed.error)}`);
  const { ShardCount, RetentionPeriodHours, MaxRecordSizeInKiB, StreamModeDetails } = parsed.data;
  const onDemand = StreamModeDetails?.StreamMode === 'ON_DEMAND';
  if (!onDemand && ShardCount === undefined) throw new Error(`stream ${logicalId}: ShardCount is missing`);
  const shards = onDemand ? onDemandShards : (ShardCount ?? 1);
  store.declare(
    {
      name,
      shards,
      onDemand,
      retentionMillis: RetentionPeriodHours * 3_600_000,
      maxRecordBytes: MaxRecordSizeInKiB * 1024,
    },
    nowMillis,
  );
}
