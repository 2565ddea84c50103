import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startSecretsManager } from '../../lib/local-cloud/secrets-manager/secrets-manager.ts';
import { emulatorOptions, OPERATOR, REGION, temporaryFolder } from '../support/emulated-aws.ts';
import { secretsManagerContract } from './secrets-manager.contract.ts';

secretsManagerContract('emulated', async () => {
  const folder = await temporaryFolder();
  const emulator = await startSecretsManager(emulatorOptions(folder.path, []));
  const client = new SecretsManagerClient({ endpoint: emulator.url, region: REGION, credentials: OPERATOR });
  return {
    client,
    stop: async () => {
      client.destroy();
      await emulator.close();
      await folder.remove();
    },
  };
});
