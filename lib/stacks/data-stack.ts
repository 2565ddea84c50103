import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDomain } from 'aws-cdk-lib/aws-opensearchservice';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  HttpMethods,
  type IBucket,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { CfnSecret, type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ENTITY_INDEX } from '../../functions/adapters/audit-trail/keys.ts';
import type { StageSettings } from '../config/stage.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { EventStore } from '../constructs/event-store.ts';
import { IngestStream } from '../constructs/ingest-stream.ts';
import { SealedBucket } from '../constructs/sealed-bucket.ts';
import { KeyedTable } from '../constructs/table.ts';

/** How long the archive keeps what was accepted. */
export const ARCHIVE_DAYS = 365;

/** How long an uploaded file can be read, from when it was put. */
const UPLOAD_DAYS = 3;

/** How long a file that was asked for can be fetched. */
const EXPORT_DAYS = 7;

export interface DataStackProps extends StackProps {
  readonly stage: StageSettings;
}

/** What holds data: kept when the stack goes, protected, and never replaced, because its logical ids are pinned by a test. @stateful */
export class DataStack extends Stack {
  readonly stream: IStream;
  readonly domain: IDomain;
  /** Users, projects, keys. */
  readonly directory: ITable;
  readonly audit: ITable;
  readonly limits: ITable;
  readonly ledger: ITable;
  /** Tickets, connections and subscriptions of live viewers. */
  readonly live: ITable;
  /** Answers that many ask for. */
  readonly cache: ITable;
  /** Saved searches. */
  readonly settings: ITable;
  /** What was deleted: nothing brings it back as long as this is kept. */
  readonly tombstones: ITable;
  /** What could not be stored, and what the stream did not take. */
  readonly quarantine: IBucket;
  readonly archive: IBucket;
  /** Sealed segments of the audit trail: nobody can change or delete one before its time. */
  readonly auditSegments: IBucket;
  /** Files that somebody asked for, until they are fetched. */
  readonly exports: IBucket;
  /** Files whose events are to be accepted. */
  readonly uploads: IBucket;
  readonly signingKey: ISecret;
  readonly firstPassword: ISecret;

  constructor(scope: Construct, id: string, { stage, ...props }: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    this.stream = new IngestStream(this, 'Ingest', { shards: stage.streamShards }).stream;
    this.domain = new EventStore(this, 'Events', { size: stage.size }).domain;
    this.directory = new KeyedTable(this, 'Directory').table;
    this.audit = new KeyedTable(this, 'Audit', { index: { name: ENTITY_INDEX, attribute: 'entity' } }).table;
    this.limits = new KeyedTable(this, 'Limits', {
      expendable: 'counts of running windows, gone within the day, and when keys were last used',
    }).table;
    this.ledger = new KeyedTable(this, 'Ledger', {
      expendable: 'counts of what the stream and the archive still hold, from which they can be taken again',
    }).table;
    this.live = new KeyedTable(this, 'Live', { expendable: 'viewers who are cut off connect again' }).table;
    this.cache = new KeyedTable(this, 'Cache', { expendable: 'answers that can be counted again' }).table;
    this.settings = new KeyedTable(this, 'Settings').table;
    this.tombstones = new KeyedTable(this, 'Tombstones').table;
    this.quarantine = this.#bucket('Quarantine', [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }]);
    this.archive = this.#bucket('Archive', [
      {
        abortIncompleteMultipartUploadAfter: Duration.days(1),
        transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(30) }],
        expiration: Duration.days(ARCHIVE_DAYS),
      },
    ]);
    this.auditSegments = new SealedBucket(this, 'AuditSegments', {
      retention: Duration.days(stage.auditRetentionDays),
    }).bucket;
    this.exports = this.#bucket('Exports', [
      { abortIncompleteMultipartUploadAfter: Duration.days(2), expiration: Duration.days(EXPORT_DAYS) },
    ]);
    this.uploads = this.#bucket('Uploads', [{ expiration: Duration.days(UPLOAD_DAYS) }], {
      // whoever has a link may put that one object; the link itself is what is checked
      cors: [{ allowedOrigins: ['*'], allowedMethods: [HttpMethods.PUT], allowedHeaders: ['*'], maxAge: 3600 }],
    });
    this.signingKey = this.#emptySecret('SigningKey', 'Key pair that sessions are signed with; made at first use');
    this.firstPassword = new Secret(this, 'FirstPassword', {
      description: 'Password of the first administrator, user "admin"',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'admin' }),
        generateStringKey: 'password',
        passwordLength: 24,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(this.firstPassword, {
      'AwsSolutions-SMG4':
        'It counts until the administrator has chosen a password of their own, which the first use asks for',
    });
    new CfnOutput(this, 'FirstPasswordSecret', { value: this.firstPassword.secretName });
  }

  #bucket(
    id: string,
    lifecycleRules: NonNullable<BucketProps['lifecycleRules']>,
    more: Pick<BucketProps, 'cors'> = {},
  ): IBucket {
    const bucket = new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: false,
      lifecycleRules,
      ...more,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1':
        'Only functions of this app reach it, each by a role of its own; a log of their calls would hold nothing but their own keys',
    });
    return bucket;
  }

  /** A secret without a value: the library's own always makes one up. */
  #emptySecret(id: string, description: string): ISecret {
    const secret = new CfnSecret(this, id, { description });
    acknowledge(secret, {
      'AwsSolutions-SMG4':
        'A new pair must be known to every function before it signs: rotation adds a key id, which a schedule of the secret cannot do',
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return Secret.fromSecretCompleteArn(this, `${id}Reference`, secret.ref);
  }
}
