import { z } from 'zod';
import { AwsError } from '../aws-server/aws-error.ts';
import { type Operation, operation } from '../aws-server/json-service.ts';
import type { Secret, SecretValue, Version } from './secret-store.ts';
import type { NewVersion, Secrets } from './secrets.ts';

const SecretId = z.string().min(1).max(2048);
const Token = z.string().min(32).max(64).optional();
const Stage = z.string().min(1).max(256);
const Tag = z.strictObject({
  Key: z.string().min(1).max(128),
  Value: z.string().max(256),
});
const Value = {
  SecretString: z.string().min(1).optional(),
  SecretBinary: z.string().min(1).optional(),
};
const Filter = z.strictObject({
  Key: z.enum(['name', 'description', 'tag-key', 'tag-value', 'all']),
  Values: z.array(z.string().max(512)).min(1).max(10),
});

/** The operations of Secrets Manager that are known here. */
export function secretsManagerOperations(secrets: Secrets, now: () => number): Readonly<Record<string, Operation>> {
  const need = (action: string, id: string) => [{ action: `secretsmanager:${action}`, resource: secrets.arnOf(id) }];
  const on = <Shape extends z.core.$ZodShape>(
    action: string,
    shape: Shape,
    run: (input: z.output<z.ZodObject<Shape & { SecretId: typeof SecretId }, z.core.$strict>>) => object,
  ) =>
    operation(
      z.strictObject({ ...shape, SecretId }),
      (input) => need(action, (input as { SecretId: string }).SecretId),
      run as (input: unknown) => object,
    );

  return {
    CreateSecret: operation(
      z.strictObject({
        Name: z
          .string()
          .min(1)
          .max(512)
          .regex(/^[a-zA-Z0-9/_+=.@-]+$/),
        ClientRequestToken: Token,
        Description: z.string().max(2048).optional(),
        Tags: z.array(Tag).max(50).optional(),
        KmsKeyId: z.string().optional(),
        ...Value,
      }),
      ({ Name }) => need('CreateSecret', Name),
      (input) => {
        const value = toValue(input);
        const { secret, versionId } = secrets.create(
          {
            name: input.Name,
            description: input.Description,
            tags: input.Tags,
          },
          value && {
            token: input.ClientRequestToken,
            value,
            stages: ['AWSCURRENT'],
          },
        );
        return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
      },
    ),

    PutSecretValue: on(
      'PutSecretValue',
      {
        ClientRequestToken: Token,
        ...Value,
        VersionStages: z.array(Stage).min(1).max(20).default(['AWSCURRENT']),
      },
      (input) => {
        const value = toValue(input);
        if (value === undefined) throw invalidParameter('You must provide either SecretString or SecretBinary.');
        const { secret, version } = secrets.put(input.SecretId, {
          token: input.ClientRequestToken,
          value,
          stages: input.VersionStages,
        });
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          VersionStages: version.stages,
        };
      },
    ),

    UpdateSecret: on(
      'UpdateSecret',
      {
        ClientRequestToken: Token,
        Description: z.string().max(2048).optional(),
        KmsKeyId: z.string().optional(),
        ...Value,
      },
      (input) => {
        const value = toValue(input);
        const version: NewVersion | undefined = value && {
          token: input.ClientRequestToken,
          value,
          stages: ['AWSCURRENT'],
        };
        const versionId = version && secrets.put(input.SecretId, version).version.id;
        const secret = secrets.change(
          input.SecretId,
          input.Description === undefined ? {} : { description: input.Description },
        );
        return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
      },
    ),

    GetSecretValue: on(
      'GetSecretValue',
      {
        VersionId: z.string().min(32).max(64).optional(),
        VersionStage: Stage.optional(),
      },
      (input) => {
        const secret = secrets.findActive(input.SecretId);
        const version = secrets.version(secret, input.VersionId, input.VersionStage);
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: version.id,
          VersionStages: version.stages,
          CreatedDate: version.createdMillis / 1000,
          ...fromValue(version.value),
        };
      },
    ),

    DescribeSecret: on('DescribeSecret', {}, ({ SecretId }) => {
      const secret = secrets.find(SecretId);
      return {
        ...describe(secret),
        VersionIdsToStages: stagesOf(secrets.versions(secret)),
      };
    }),

    ListSecretVersionIds: on(
      'ListSecretVersionIds',
      {
        IncludeDeprecated: z.boolean().default(false),
        MaxResults: z.number().int().min(1).max(100).default(100),
        NextToken: z.string().optional(),
      },
      (input) => {
        const secret = secrets.find(input.SecretId);
        const all = secrets
          .versions(secret)
          .filter(({ stages }) => input.IncludeDeprecated || stages.length > 0)
          .map(({ id, stages, createdMillis }) => ({
            VersionId: id,
            VersionStages: stages,
            CreatedDate: createdMillis / 1000,
          }));
        const { items, NextToken } = page(all, input.MaxResults, input.NextToken);
        return {
          ARN: secret.arn,
          Name: secret.name,
          Versions: items,
          NextToken,
        };
      },
    ),

    ListSecrets: operation(
      z.strictObject({
        MaxResults: z.number().int().min(1).max(100).default(100),
        NextToken: z.string().optional(),
        IncludePlannedDeletion: z.boolean().default(false),
        Filters: z.array(Filter).max(10).default([]),
        SortOrder: z.enum(['asc', 'desc']).default('desc'),
      }),
      () => [{ action: 'secretsmanager:ListSecrets', resource: '*' }],
      ({ MaxResults, NextToken: token, IncludePlannedDeletion, Filters, SortOrder }) => {
        const all = secrets
          .list()
          .filter(
            (secret) =>
              secret.recoverableUntilMillis === undefined ||
              (IncludePlannedDeletion && secret.recoverableUntilMillis > now()),
          )
          .filter((secret) => Filters.every((filter) => passes(secret, filter)));
        if (SortOrder === 'asc') all.reverse();
        const { items, NextToken } = page(all, MaxResults, token);
        return {
          SecretList: items.map((secret) => ({
            ...describe(secret),
            SecretVersionsToStages: stagesOf(secrets.versions(secret)),
          })),
          NextToken,
        };
      },
    ),

    DeleteSecret: on(
      'DeleteSecret',
      {
        RecoveryWindowInDays: z.number().int().optional(),
        ForceDeleteWithoutRecovery: z.boolean().default(false),
      },
      (input) => {
        const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
        if (force && days !== undefined) {
          throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }
        if (days !== undefined && (days < 7 || days > 30)) {
          throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
        }
        const { secret, goneMillis } = secrets.delete(input.SecretId, force ? 0 : (days ?? 30));
        return {
          ARN: secret.arn,
          Name: secret.name,
          DeletionDate: goneMillis / 1000,
        };
      },
    ),

    RestoreSecret: on('RestoreSecret', {}, ({ SecretId }) => {
      const secret = secrets.restore(SecretId);
      return { ARN: secret.arn, Name: secret.name };
    }),

    TagResource: on('TagResource', { Tags: z.array(Tag).min(1).max(50) }, ({ SecretId, Tags }) => {
      const added = new Set(Tags.map(({ Key }) => Key));
      const kept = secrets.findActive(SecretId).tags.filter(({ Key }) => !added.has(Key));
      secrets.change(SecretId, { tags: [...kept, ...Tags] });
      return {};
    }),

    UntagResource: on('UntagResource', { TagKeys: z.array(z.string()).max(50) }, ({ SecretId, TagKeys }) => {
      secrets.change(SecretId, {
        tags: secrets.findActive(SecretId).tags.filter(({ Key }) => !TagKeys.includes(Key)),
      });
      return {};
    }),

    UpdateSecretVersionStage: on(
      'UpdateSecretVersionStage',
      {
        VersionStage: Stage,
        RemoveFromVersionId: z.string().optional(),
        MoveToVersionId: z.string().optional(),
      },
      (input) => {
        const secret = secrets.moveStage(
          input.SecretId,
          input.VersionStage,
          input.RemoveFromVersionId,
          input.MoveToVersionId,
        );
        return { ARN: secret.arn, Name: secret.name };
      },
    ),
  };
}

const invalidParameter = (message: string) => new AwsError('InvalidParameterException', message);

function toValue(input: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}): SecretValue | undefined {
  const { SecretString: text, SecretBinary: base64 } = input;
  if (text !== undefined && base64 !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (text !== undefined) return { text };
  return base64 === undefined ? undefined : { bytes: Buffer.from(base64, 'base64') };
}

const fromValue = (value: SecretValue) =>
  'text' in value ? { SecretString: value.text } : { SecretBinary: Buffer.from(value.bytes).toString('base64') };

const describe = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  Description: secret.description,
  Tags: secret.tags,
  CreatedDate: secret.createdMillis / 1000,
  LastChangedDate: secret.changedMillis / 1000,
  DeletedDate: secret.deletedMillis === undefined ? undefined : secret.deletedMillis / 1000,
  RotationEnabled: false,
});

const stagesOf = (versions: readonly Version[]) =>
  Object.fromEntries(versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]));

/** Words of a filter match the start of what they look at; `!` in front negates. */
function passes(secret: Secret, { Key, Values }: z.output<typeof Filter>): boolean {
  const fields: Record<string, readonly string[]> = {
    name: [secret.name],
    description: secret.description === undefined ? [] : [secret.description],
    'tag-key': secret.tags.map((tag) => tag.Key),
    'tag-value': secret.tags.map((tag) => tag.Value),
  };
  const texts = Key === 'all' ? Object.values(fields).flat() : (fields[Key] ?? []);
  return Values.some((value) =>
    value.startsWith('!')
      ? texts.every((text) => !text.startsWith(value.slice(1)))
      : texts.some((text) => text.startsWith(value)),
  );
}

function page<T>(
  all: readonly T[],
  limit: number,
  token: string | undefined,
): { items: readonly T[]; NextToken: string | undefined } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
  }
  const end = start + limit;
  return {
    items: all.slice(start, end),
    NextToken: end < all.length ? String(end) : undefined,
  };
}
