import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface SealedBucketProps {
  /** How long an object can neither be deleted nor replaced, by anybody. */
  readonly retention: Duration;
}

/**
 * Objects that are written once. Object Lock in compliance mode keeps every version, even from the account's root; the policy keeps
 * another version from being put over one, and a delete marker from hiding it. @stateful
 */
export class SealedBucket extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, { retention }: SealedBucketProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(retention),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const deny = (actions: readonly string[], conditions?: Record<string, Record<string, string>>) =>
      bucket.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: [...actions],
          resources: [bucket.arnForObjects('*')],
          ...(conditions && { conditions }),
        }),
      );
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    deny(['s3:PutObject'], { Null: { 's3:if-none-match': 'true' } });
    deny([
      's3:DeleteObject',
      's3:DeleteObjectVersion',
      's3:PutObjectRetention',
      's3:PutObjectLegalHold',
      's3:BypassGovernanceRetention',
    ]);
    acknowledge(bucket, {
      'AwsSolutions-S1':
        'What is written there is the log; nobody can write it twice, and two functions reach it at all',
    });
    this.bucket = bucket;
  }
}
