import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backing, refusal, uniqueName } from '../support/aws-engine.ts';

export interface SecretsManagerBacking {
  readonly client: SecretsManagerClient;
  stop(): Promise<void>;
}

/** What the two backings do differently on purpose: the emulator does as AWS does. */
const DIFFERENCES: readonly {
  readonly title: string;
  readonly run: (client: SecretsManagerClient) => Promise<unknown>;
  readonly emulated: unknown;
  readonly moto: unknown;
}[] = [
  {
    title:
      'what is read without a stage follows AWSCURRENT when it is moved; moto gives the version that was put last as current',
    run: async (client) => {
      const { ARN: SecretId, VersionId } = await client.send(
        new CreateSecretCommand({ Name: uniqueName('secret'), SecretString: 'first' }),
      );
      const token = randomUUID();
      await client.send(
        new PutSecretValueCommand({
          SecretId,
          SecretString: 'next',
          ClientRequestToken: token,
          VersionStages: ['AWSPENDING'],
        }),
      );
      await client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: token,
          RemoveFromVersionId: VersionId,
        }),
      );
      return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    },
    emulated: 'next',
    moto: 'first',
  },
];

/** What callers of Secrets Manager rely on. */
export const secretsManagerContract = (backing: Backing, start: () => Promise<SecretsManagerBacking>) =>
  describe(`secrets manager ${backing}`, () => {
    let secrets: SecretsManagerBacking;
    beforeAll(async () => {
      secrets = await start();
    });
    afterAll(() => secrets.stop());

    const create = async (SecretString = 'first') => {
      const { ARN = '', VersionId = '' } = await secrets.client.send(
        new CreateSecretCommand({ Name: uniqueName('secret'), SecretString }),
      );
      return { arn: ARN, versionId: VersionId };
    };
    const put = async (SecretId: string, SecretString: string, ClientRequestToken = randomUUID() as string) =>
      (await secrets.client.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }))).VersionId;
    const read = async (SecretId: string, which: Partial<GetSecretValueCommandInput> = {}) =>
      (await secrets.client.send(new GetSecretValueCommand({ SecretId, ...which }))).SecretString;

    it('gives back text and bytes by name, by ARN and by the ARN without its random end', async () => {
      const Name = uniqueName('secret');
      const { ARN = '', VersionId } = await secrets.client.send(
        new CreateSecretCommand({ Name, SecretString: 'päss"word' }),
      );
      expect(ARN).toMatch(new RegExp(`:secret:${Name}-[A-Za-z0-9]{6}$`));
      for (const SecretId of [Name, ARN, ARN.slice(0, -7)]) {
        expect(await secrets.client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
          ARN,
          Name,
          VersionId,
          SecretString: 'päss"word',
          VersionStages: ['AWSCURRENT'],
        });
      }
      const bytes = Buffer.from([0, 1, 255]);
      const binary = uniqueName('secret');
      await secrets.client.send(new CreateSecretCommand({ Name: binary, SecretBinary: bytes }));
      const { SecretBinary } = await secrets.client.send(new GetSecretValueCommand({ SecretId: binary }));
      expect(Buffer.from(SecretBinary ?? '')).toEqual(bytes);
    });

    it('makes a new value current and keeps the one before it', async () => {
      const { arn, versionId: first } = await create();
      const second = await put(arn, 'second');
      const third = await put(arn, 'third');
      expect(await read(arn)).toBe('third');
      expect(await read(arn, { VersionStage: 'AWSPREVIOUS' })).toBe('second');
      expect(await read(arn, { VersionId: third })).toBe('third');
      const { VersionIdsToStages } = await secrets.client.send(new DescribeSecretCommand({ SecretId: arn }));
      expect(VersionIdsToStages).toMatchObject({ [String(third)]: ['AWSCURRENT'], [String(second)]: ['AWSPREVIOUS'] });
      const { Versions } = await secrets.client.send(
        new ListSecretVersionIdsCommand({ SecretId: arn, IncludeDeprecated: true }),
      );
      expect(Versions?.map(({ VersionId }) => VersionId).sort()).toEqual([first, second, third].sort());
    });

    it('takes the same token with the same value as one request, and refuses it with another', async () => {
      const { arn } = await create();
      const token = randomUUID();
      expect(await put(arn, 'second', token)).toBe(token);
      expect(await put(arn, 'second', token)).toBe(token);
      expect((await refusal(put(arn, 'other', token))).name).toBe('ResourceExistsException');
      expect(await read(arn, { VersionStage: 'AWSPREVIOUS' })).toBe('first');
    });

    it('keeps a version under a stage of its own until it is made current', async () => {
      const { arn, versionId } = await create();
      const ClientRequestToken = randomUUID();
      await secrets.client.send(
        new PutSecretValueCommand({
          SecretId: arn,
          SecretString: 'next',
          ClientRequestToken,
          VersionStages: ['AWSPENDING'],
        }),
      );
      expect(await read(arn)).toBe('first');
      expect(await read(arn, { VersionStage: 'AWSPENDING' })).toBe('next');
      await secrets.client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: arn,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: ClientRequestToken,
          RemoveFromVersionId: versionId,
        }),
      );
      expect(await read(arn, { VersionStage: 'AWSCURRENT' })).toBe('next');
      expect(await read(arn, { VersionStage: 'AWSPREVIOUS' })).toBe('first');
    });

    it('updates description and value', async () => {
      const { arn } = await create();
      await secrets.client.send(
        new UpdateSecretCommand({ SecretId: arn, Description: 'what it is for', SecretString: 'second' }),
      );
      expect(await read(arn)).toBe('second');
      expect((await secrets.client.send(new DescribeSecretCommand({ SecretId: arn }))).Description).toBe(
        'what it is for',
      );
    });

    it('tags and lists', async () => {
      const Name = uniqueName('listed');
      const { ARN: SecretId } = await secrets.client.send(
        new CreateSecretCommand({
          Name,
          SecretString: 'x',
          Tags: [
            { Key: 'project', Value: 'one' },
            { Key: 'kind', Value: 'key' },
          ],
        }),
      );
      await secrets.client.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'project', Value: 'two' }] }));
      await secrets.client.send(new UntagResourceCommand({ SecretId, TagKeys: ['kind'] }));
      const { SecretList = [] } = await secrets.client.send(
        new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [Name] }] }),
      );
      expect(SecretList).toHaveLength(1);
      expect(SecretList[0]).toMatchObject({ Name, ARN: SecretId, Tags: [{ Key: 'project', Value: 'two' }] });
    });

    it('deletes after a window, within which it can be restored', async () => {
      const { arn } = await create();
      const { DeletionDate } = await secrets.client.send(
        new DeleteSecretCommand({ SecretId: arn, RecoveryWindowInDays: 7 }),
      );
      expect(Math.round(((DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(7);
      expect((await refusal(read(arn))).name).toBe('InvalidRequestException');
      expect((await secrets.client.send(new DescribeSecretCommand({ SecretId: arn }))).DeletedDate).toBeInstanceOf(
        Date,
      );
      await secrets.client.send(new RestoreSecretCommand({ SecretId: arn }));
      expect(await read(arn)).toBe('first');
    });

    it('deletes at once when told to', async () => {
      const { arn } = await create();
      await secrets.client.send(new DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }));
      expect((await refusal(read(arn))).name).toBe('ResourceNotFoundException');
    });

    it('refuses what is not there and what is there already', async () => {
      expect(await refusal(read('nowhere'))).toEqual({
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      });
      const { arn } = await create();
      expect((await refusal(read(arn, { VersionId: randomUUID() }))).name).toBe('ResourceNotFoundException');
      expect((await refusal(read(arn, { VersionStage: 'NEVER' }))).name).toBe('ResourceNotFoundException');
      const { Name } = await secrets.client.send(new DescribeSecretCommand({ SecretId: arn }));
      expect((await refusal(secrets.client.send(new CreateSecretCommand({ Name, SecretString: 'other' })))).name).toBe(
        'ResourceExistsException',
      );
      const both = new DeleteSecretCommand({
        SecretId: arn,
        RecoveryWindowInDays: 7,
        ForceDeleteWithoutRecovery: true,
      });
      expect((await refusal(secrets.client.send(both))).name).toBe('InvalidParameterException');
    });

    describe('differences', () => {
      it.each(DIFFERENCES)('$title', async (difference) => {
        expect(await difference.run(secrets.client)).toBe(difference[backing]);
      });
    });
  });
