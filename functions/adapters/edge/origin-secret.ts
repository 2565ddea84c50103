import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { cached } from '../../core/cached.ts';
import { log } from '../../core/log.ts';

const FRESH_MILLIS = 10 * 60_000;

/** What our distribution proves itself with. While it cannot be read nobody is believed, so the gateway's address counts. */
export function makeOriginSecret(arn: string): () => Promise<string | undefined> {
  const client = new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 },
  });
  const read = cached(async () => (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString, {
    ttlMillis: FRESH_MILLIS,
    staleMillis: Number.POSITIVE_INFINITY,
  });
  return () =>
    read('').catch((error: unknown) => {
      log('warn', "secret of the distribution cannot be read, the gateway's address counts", {}, error);
      return undefined;
    });
}
