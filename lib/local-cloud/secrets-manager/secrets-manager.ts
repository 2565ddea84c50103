import { z } from 'zod';
import { Gatekeeper } from '../aws-server/gatekeeper.ts';
import { serveJson } from '../aws-server/json-service.ts';
import type { DeclaredResource, Emulator, EmulatorOptions } from '../emulator.ts';
import { GenerateSecretString, generateSecretString } from './generate-password.ts';
import { secretsManagerOperations } from './operations.ts';
import { SecretStore } from './secret-store.ts';
import { type NewVersion, Secrets } from './secrets.ts';

/** What a template may say of an `AWS::SecretsManager::Secret` that has an effect here. */
const SecretProperties = z.object({
  Description: z.string().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: GenerateSecretString.optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
});

/** Starts Secrets Manager with the declared secrets, durable under `<dataDir>/secrets-manager/`. A generated value is made once. */
export async function startSecretsManager(options: EmulatorOptions): Promise<Emulator> {
  const { dataDir, region, accountId, resources, principals, now = Date.now } = options;
  const store = new SecretStore(dataDir);
  const secrets = new Secrets(store, `arn:aws:secretsmanager:${region}:${accountId}:secret:`, now);
  for (const resource of resources) {
    if (resource.type === 'AWS::SecretsManager::Secret') declare(secrets, store, resource, now());
  }
  return serveJson({
    targetPrefix: 'secretsmanager',
    version: '1.1',
    gatekeeper: new Gatekeeper(principals, now),
    bodyLimit: 1024 * 1024,
    operations: secretsManagerOperations(secrets, now),
    afterClose: () => store.close(),
  });
}

function declare(
  secrets: Secrets,
  store: SecretStore,
  { logicalId, name, arn, properties }: DeclaredResource,
  nowMillis: number,
): void {
  const parsed = SecretProperties.safeParse(properties);
  if (!parsed.success) throw new Error(`secret ${logicalId}: ${z.prettifyError(parsed.error)}`);
  if (store.find(name, nowMillis) !== undefined) return;
  const { Description, Tags, SecretString, GenerateSecretString: generate } = parsed.data;
  const text = SecretString ?? (generate && generateSecretString(generate));
  const version: NewVersion | undefined = text === undefined ? undefined : { value: { text }, stages: ['AWSCURRENT'] };
  secrets.create({ name, arn, description: Description, tags: Tags }, version);
}
