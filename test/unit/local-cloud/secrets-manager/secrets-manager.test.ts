import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../../../lib/local-cloud/emulator.ts';
import type { PolicyStatement } from '../../../../lib/local-cloud/iam/principals.ts';
import { startSecretsManager } from '../../../../lib/local-cloud/secrets-manager/secrets-manager.ts';
import { allow } from '../../../support/allow.ts';
import { refusal } from '../../../support/aws-engine.ts';
import { emulatorOptions, LIMITED, OPERATOR, REGION, temporaryFolder } from '../../../support/emulated-aws.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-AbCdEf';
const secret = (properties: object) => ({
  logicalId: 'Secret',
  type: 'AWS::SecretsManager::Secret',
  name: 'admin',
  arn: ARN,
  properties: { ...properties },
});

describe('the local Secrets Manager', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let emulator: Emulator;
  let clients: SecretsManagerClient[] = [];
  let nowMillis = Date.UTC(2026, 0, 1);
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients = [];
    await emulator.close();
    await folder.remove();
  });

  const start = async (properties: object = {}, limited: readonly PolicyStatement[] = []) => {
    emulator = await startSecretsManager({
      ...emulatorOptions(folder.path, [secret(properties)], limited),
      now: () => nowMillis,
    });
  };
  const client = (credentials = OPERATOR) => {
    const made = new SecretsManagerClient({ endpoint: emulator.url, region: REGION, credentials, maxAttempts: 1 });
    clients.push(made);
    return made;
  };
  const read = async (SecretId = ARN, by = client()) =>
    (await by.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';

  it('makes the value that the template wants once, and keeps it over restarts', async () => {
    const properties = {
      GenerateSecretString: {
        SecretStringTemplate: '{"username":"admin"}',
        GenerateStringKey: 'password',
        PasswordLength: 40,
        ExcludePunctuation: true,
        ExcludeCharacters: 'abcABC012',
      },
    };
    await start(properties);
    const value = JSON.parse(await read());
    expect(value).toEqual({ username: 'admin', password: expect.stringMatching(/^[d-zD-Z3-9]{40}$/) });
    await emulator.close();
    await start(properties);
    expect(JSON.parse(await read())).toEqual(value);
  });

  it('gives every password one of each kind of character', async () => {
    await start({ GenerateSecretString: { PasswordLength: 5, IncludeSpace: true } });
    const password = await read();
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, / /, /[^a-zA-Z\d ]/]) expect(password).toMatch(kind);
  });

  it('has no value where the template gives none, and takes one', async () => {
    await start();
    expect((await refusal(read())).name).toBe('ResourceNotFoundException');
    await client().send(new PutSecretValueCommand({ SecretId: 'admin', SecretString: 'x' }));
    expect(await read()).toBe('x');
  });

  it('frees a name when the recovery window is over', async () => {
    await start();
    const create = () => client().send(new CreateSecretCommand({ Name: 'other', SecretString: 'x' }));
    const { ARN: first } = await create();
    await client().send(new DeleteSecretCommand({ SecretId: 'other', RecoveryWindowInDays: 7 }));
    expect((await refusal(create())).name).toBe('InvalidRequestException');
    expect((await client().send(new ListSecretsCommand({}))).SecretList?.map(({ Name }) => Name)).toEqual(['admin']);
    nowMillis += 7 * 86_400_000;
    const { ARN: second } = await create();
    expect(second).not.toBe(first);
  });

  it('lets two writers with one token agree on one value', async () => {
    await start();
    const ClientRequestToken = 'signing-key-of-2026-00000000000000';
    const put = (SecretString: string) =>
      client()
        .send(new PutSecretValueCommand({ SecretId: 'admin', SecretString, ClientRequestToken }))
        .then(
          () => SecretString,
          ({ name }: Error) => name,
        );
    const outcomes = await Promise.all(['one', 'two', 'three'].map(put));
    expect(outcomes.filter((outcome) => outcome === 'ResourceExistsException')).toHaveLength(2);
    expect(outcomes).toContain(await read());
  });

  it('asks for rights by the ARN of the secret, and for the name of one that is to be', async () => {
    await start({ SecretString: 'x' }, [
      allow(
        ['secretsmanager:getsecretvalue'],
        ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin-??????'],
      ),
      allow(['secretsmanager:createsecret'], ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:connections/*']),
    ]);
    expect(await read('admin', client(LIMITED))).toBe('x');
    expect(
      (await refusal(client(LIMITED).send(new PutSecretValueCommand({ SecretId: 'admin', SecretString: 'y' }))))
        .message,
    ).toContain(`is not authorized to perform: secretsmanager:PutSecretValue on resource: ${ARN}`);
    await client(LIMITED).send(new CreateSecretCommand({ Name: 'connections/1', SecretString: 'x' }));
    expect(
      (await refusal(client(LIMITED).send(new CreateSecretCommand({ Name: 'other', SecretString: 'x' })))).name,
    ).toBe('AccessDeniedException');
  });
});
