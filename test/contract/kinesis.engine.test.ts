import { CreateStreamCommand, DeleteStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe } from 'vitest';
import { MOTO_CLIENT, MOTO_URL, uniqueName } from '../support/aws-engine.ts';
import { kinesisContract } from './kinesis.contract.ts';

describe.skipIf(MOTO_URL === undefined)('against moto', () => {
  kinesisContract('moto', async () => {
    const client = new KinesisClient({ ...MOTO_CLIENT, requestHandler: new NodeHttpHandler() });
    const names: string[] = [];
    return {
      client,
      makeStream: async (ShardCount) => {
        const StreamName = uniqueName('contract');
        await client.send(new CreateStreamCommand({ StreamName, ShardCount }));
        names.push(StreamName);
        return StreamName;
      },
      stop: async () => {
        for (const StreamName of names) await client.send(new DeleteStreamCommand({ StreamName }));
        client.destroy();
      },
    };
  });
});
