import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { decodeProtectedHeader, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from '../../../functions/adapters/directory/authenticator.ts';
import { DynamoDbDirectory } from '../../../functions/adapters/directory/dynamodb.ts';
import { makePublishSigningKeys } from '../../../functions/adapters/signing-key/dynamodb.ts';
import { SecretsManagerSigningKeys } from '../../../functions/adapters/signing-key/secrets-manager.ts';
import { startSecretsManager } from '../../../lib/local-cloud/secrets-manager/secrets-manager.ts';
import { emulatorOptions, OPERATOR, REGION, temporaryFolder } from '../../support/emulated-aws.ts';
import { type Identity, startIdentity } from '../../support/identity.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf';
const MONTH = 30 * 86_400_000;

let identity: Identity;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Awaited<ReturnType<typeof startSecretsManager>>;
let client: SecretsManagerClient;
const published: unknown[][] = [];
beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
  folder = await temporaryFolder();
  const resource = { logicalId: 'Keys', type: 'AWS::SecretsManager::Secret', name: 'keys', arn: ARN, properties: {} };
  emulator = await startSecretsManager(emulatorOptions(folder.path, [resource]));
  client = new SecretsManagerClient({ endpoint: emulator.url, region: REGION, credentials: OPERATOR, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
  await folder.remove();
  await identity.tables.stop();
});

const now = () => identity.clock.now;
/** As an instance that has just begun reads them. */
const instance = () => {
  const publish = makePublishSigningKeys(identity.tables.client, 'directory');
  return new SecretsManagerSigningKeys(
    client,
    ARN,
    async (keys) => {
      published.push([...keys]);
      await publish(keys);
    },
    now,
  );
};
const authenticator = () => new Authenticator(new DynamoDbDirectory(identity.tables.client, 'directory'), now);

const sign = async (keys: SecretsManagerSigningKeys, sub: string) => signBy((await keys.current()).private, sub);
async function signBy(jwk: JWK, sub: string): Promise<string> {
  return new SignJWT({ sid: 's', name: 'ada', project: 'home', epoch: 1, change: false })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid ?? '' })
    .setSubject(sub)
    .setIssuer('tributary')
    .setAudience('tributary-api')
    .setExpirationTime(Math.floor(now() / 1000) + 1_800)
    .sign(await importJWK(jwk, 'ES256'));
}
const kidOf = (token: string) => decodeProtectedHeader(token).kid;

describe('the keys of sessions', () => {
  it('are made once, however many instances find none at the same time', async () => {
    const found = await Promise.all([instance(), instance(), instance()].map((keys) => keys.current()));
    expect(new Set(found.map((key) => key.private.kid)).size).toBe(1);
    expect(new Set(found.map((key) => key.derivation)).size).toBe(1);
    expect(JSON.stringify(published)).not.toContain(found[0]?.private.d);
  });

  it('are changed when they are old, by one of two that try, and what the old ones signed is good to its end', async () => {
    const { id } = await identity.person();
    const warm = instance();
    const believes = authenticator();
    const before = await sign(warm, id);
    await believes.session(before, undefined, 'profile');
    expect(await instance().rotate(MONTH)).toBe(false);

    identity.clock.now += MONTH;
    const still = await sign(warm, id);
    await Promise.all([instance().rotate(MONTH), instance().rotate(MONTH)]);
    const after = await sign(instance(), id);
    expect(kidOf(after)).not.toBe(kidOf(still));
    expect((await instance().current()).derivation).toBe((await warm.current()).derivation);
    // an instance that remembers the old key goes on signing with it for some minutes
    for (const token of [still, after])
      for (const each of [believes, authenticator()]) await each.session(token, undefined, 'profile');
    expect(await instance().rotate(MONTH)).toBe(false);
    expect(published.at(-1)).toHaveLength(2);
  });

  it('that were changed twice are forgotten', async () => {
    const { private: oldest } = await instance().current();
    for (let n = 0; n < 2; n++) {
      identity.clock.now += MONTH;
      expect(await instance().rotate(MONTH)).toBe(true);
    }
    const { id } = await identity.person();
    const token = await signBy(oldest, id);
    await expect(authenticator().session(token, undefined, 'profile')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await authenticator().session(await sign(instance(), id), undefined, 'profile');
  });
});
