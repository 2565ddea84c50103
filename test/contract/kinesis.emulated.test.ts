import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { DeclaredResource } from '../../lib/local-cloud/emulator.ts';
import { startKinesis } from '../../lib/local-cloud/kinesis/kinesis.ts';
import { ACCOUNT_ID, emulatorOptions, OPERATOR, REGION, temporaryFolder } from '../support/emulated-aws.ts';
import { kinesisContract } from './kinesis.contract.ts';

/** Streams are declared before the start, so there is a supply of each size. */
const stream = (shards: number, index: number): DeclaredResource => ({
  logicalId: `Stream${shards}x${index}`,
  type: 'AWS::Kinesis::Stream',
  name: `stream-${shards}-${index}`,
  arn: `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/stream-${shards}-${index}`,
  properties: { ShardCount: shards },
});

kinesisContract('emulated', async () => {
  const folder = await temporaryFolder();
  const supply = [1, 2, 3].flatMap((shards) => Array.from({ length: 10 }, (_, index) => stream(shards, index)));
  const emulator = await startKinesis(emulatorOptions(folder.path, supply));
  const client = new KinesisClient({
    endpoint: emulator.url,
    region: REGION,
    credentials: OPERATOR,
    requestHandler: new NodeHttpHandler(),
  });
  return {
    client,
    makeStream: async (shards) => {
      const at = supply.findIndex(({ properties }) => properties.ShardCount === shards);
      const [taken] = supply.splice(at, 1);
      if (at < 0 || taken === undefined) throw new Error(`no stream with ${shards} shards is left`);
      return taken.name;
    },
    stop: async () => {
      client.destroy();
      await emulator.close();
      await folder.remove();
    },
  };
});
