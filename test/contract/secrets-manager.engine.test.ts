import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe } from 'vitest';
import { MOTO_CLIENT, MOTO_URL } from '../support/aws-engine.ts';
import { secretsManagerContract } from './secrets-manager.contract.ts';

describe.skipIf(MOTO_URL === undefined)('against moto', () => {
  secretsManagerContract('moto', async () => {
    const client = new SecretsManagerClient(MOTO_CLIENT);
    return { client, stop: async () => client.destroy() };
  });
});
