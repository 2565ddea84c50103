import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { listResources, readStages, templatesOf } from '../support/templates.ts';

const stages = (await readStages()).map((stage) => ({ stage, name: stage.name, size: stage.size }));
const templates = new Map(stages.map(({ stage, name }) => [name, templatesOf(stage).data]));
const templateOf = (name: string) => {
  const template = templates.get(name);
  if (template === undefined) throw new Error(`no stage ${name}`);
  return template;
};

/** What an account already holds under these ids: another id is another, empty resource. */
const STATEFUL = {
  IngestStream404D06C0: 'AWS::Kinesis::Stream',
  EventsDomain7C912BF6: 'AWS::OpenSearchService::Domain',
  DirectoryTableD64E6930: 'AWS::DynamoDB::Table',
  AuditTable18A3095C: 'AWS::DynamoDB::Table',
  LimitsTableFEDA607B: 'AWS::DynamoDB::Table',
  LedgerTable9343E4AA: 'AWS::DynamoDB::Table',
  LiveTable5E195196: 'AWS::DynamoDB::Table',
  TombstonesTable6B6E9C26: 'AWS::DynamoDB::Table',
  CacheTable0A35CF55: 'AWS::DynamoDB::Table',
  SettingsTable9DA1E611: 'AWS::DynamoDB::Table',
  Quarantine23FF09FE: 'AWS::S3::Bucket',
  ArchiveDA4CB258: 'AWS::S3::Bucket',
  AuditSegmentsBucketAC0ADA52: 'AWS::S3::Bucket',
  Exports25637AFB: 'AWS::S3::Bucket',
  Uploads4F6EB0FD: 'AWS::S3::Bucket',
  SigningKey: 'AWS::SecretsManager::Secret',
  FirstPassword57355558: 'AWS::SecretsManager::Secret',
};

describe.each(stages)('the data stack of stage $name', ({ name, size, stage }) => {
  const template = templateOf(name);

  it('holds exactly the resources that hold data, under the ids they have always had', () => {
    const kept = listResources(template).filter(({ type }) => type !== 'AWS::S3::BucketPolicy');
    expect(Object.fromEntries(kept.map(({ id, type }) => [id, type]))).toEqual(STATEFUL);
  });

  it('keeps what it holds when the stack goes, except what is expendable', () => {
    const lost = listResources(template).filter(
      ({ type, deletionPolicy }) => deletionPolicy !== 'Retain' && type !== 'AWS::S3::BucketPolicy',
    );
    expect(lost.map(({ id }) => id)).toEqual([
      'LimitsTableFEDA607B',
      'LedgerTable9343E4AA',
      'LiveTable5E195196',
      'CacheTable0A35CF55',
    ]);
  });

  it('keeps a record of the stream for three days, encrypted', () => {
    template.hasResourceProperties('AWS::Kinesis::Stream', {
      RetentionPeriodHours: 72,
      StreamEncryption: { EncryptionType: 'KMS' },
      ...(stage.streamShards === undefined
        ? { StreamModeDetails: { StreamMode: 'ON_DEMAND' } }
        : { ShardCount: stage.streamShards }),
    });
  });

  it('keeps events in an encrypted OpenSearch 2.19 that no principal is let into by its own policy', () => {
    template.hasResourceProperties('AWS::OpenSearchService::Domain', {
      EngineVersion: 'OpenSearch_2.19',
      EncryptionAtRestOptions: { Enabled: true },
      NodeToNodeEncryptionOptions: { Enabled: true },
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
      AccessPolicies: Match.absent(),
      ClusterConfig: {
        InstanceCount: size === 'small' ? 1 : 3,
        ZoneAwarenessEnabled: size === 'standard',
        ...(size === 'standard' && { ZoneAwarenessConfig: { AvailabilityZoneCount: 3 } }),
      },
    });
  });

  it('lets nobody in public into a bucket, and nobody at all without TLS', () => {
    const buckets = listResources(template, 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(5);
    for (const { id, properties } of buckets) {
      expect(properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(properties.BucketEncryption).toBeDefined();
      template.hasResourceProperties('AWS::S3::BucketPolicy', {
        Bucket: { Ref: id },
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
          ]),
        },
      });
    }
  });

  it('makes people, projects, keys and the audit trail recoverable to any second, and refuses to delete them', () => {
    for (const id of ['DirectoryTableD64E6930', 'AuditTable18A3095C']) {
      const [table] = listResources(template, 'AWS::DynamoDB::Table').filter((resource) => resource.id === id);
      expect(table?.properties).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });

  it('gives every table the same keys, ends expired items and bills by request', () => {
    const tables = listResources(template, 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(8);
    for (const { properties } of tables) {
      expect(properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      });
    }
  });

  it('keeps the archive for a year, a month of it at hand', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({
            ExpirationInDays: 365,
            Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 30 }],
            Status: 'Enabled',
          }),
        ]),
      },
    });
  });

  it('has the first password made up by CloudFormation, and the signing key empty', () => {
    const secrets = Object.fromEntries(
      listResources(template, 'AWS::SecretsManager::Secret').map(({ id, properties }) => [id, properties]),
    );
    expect(secrets.FirstPassword57355558).toMatchObject({
      GenerateSecretString: { SecretStringTemplate: '{"username":"admin"}', PasswordLength: 24 },
    });
    expect(secrets.SigningKey).not.toHaveProperty('GenerateSecretString');
    expect(secrets.SigningKey).not.toHaveProperty('SecretString');
  });
});
