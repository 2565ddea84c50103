import { type Identity, shortId, uuid } from './identity.ts';
import type { Shape } from './shape.ts';

/** A CloudFormation resource type as the local cloud knows it. */
export interface ResourceType {
  /** Property that holds the physical name, when the template gives one. */
  readonly nameProperty?: string;
  /** Longest name that CloudFormation would make. @default 64 */
  readonly nameLength?: number;
  readonly lowerCaseName?: boolean;
  /** CloudFormation names some without their stack: `<logical id>-<12 characters>`, and CDK takes such names apart again. */
  readonly nameWithoutStack?: boolean;
  /** Properties that are known; anything else stops the start. */
  readonly shape: Shape;
  /** What `Ref` gives. @default the physical name */
  readonly ref?: (identity: Identity) => string;
  readonly arn?: (identity: Identity) => string;
  /** Its host name, when it serves one. */
  readonly host?: (identity: Identity) => string;
  /** What `Fn::GetAtt` gives beside `Arn`. */
  readonly attributes?: Readonly<Record<string, (identity: Identity) => string>>;
}

const arn = (service: string, resource: (identity: Identity) => string) => (identity: Identity) =>
  `arn:aws:${service}:${identity.region}:${identity.accountId}:${resource(identity)}`;
const globalArn = (service: string, resource: (identity: Identity) => string) => (identity: Identity) =>
  `arn:aws:${service}::${identity.accountId}:${resource(identity)}`;

const secretArn = arn('secretsmanager', (identity) => `secret:${identity.name}-${shortId(identity, 6)}`);
const topicArn = arn('sns', ({ name }) => name);
const executeApiHost = (identity: Identity) => `${apiId(identity)}.execute-api.${identity.region}.amazonaws.com`;
const apiId = (identity: Identity) => shortId(identity, 10);
const distributionId = (identity: Identity) => `E${shortId(identity, 13).toUpperCase()}`;
const cloudFrontFunctionArn = globalArn('cloudfront', ({ name }) => `function/${name}`);
const distributionHost = (identity: Identity) => `d${shortId(identity, 13)}.cloudfront.net`;
const domainEndpoint = (identity: Identity) =>
  `search-${identity.name}-${shortId(identity, 26)}.${identity.region}.es.amazonaws.com`;

/** A type that only has meaning in an account: alarms, log retention, metadata. Whatever its properties say, nothing happens here. */
const noLocalEffect = (more: Omit<ResourceType, 'shape'> = {}): ResourceType => ({ shape: 'ignored', ...more });

const tags: Shape = 'ignored';

const behaviour: Shape = {
  AllowedMethods: 'used',
  CachedMethods: 'ignored',
  CachePolicyId: 'used',
  Compress: 'used',
  FunctionAssociations: { EventType: 'used', FunctionARN: 'used' },
  OriginRequestPolicyId: 'used',
  PathPattern: 'used',
  ResponseHeadersPolicyId: 'used',
  TargetOriginId: 'used',
  ViewerProtocolPolicy: 'ignored',
};

const policy: Shape = { PolicyName: 'used', PolicyDocument: 'used' };

const overriding = (value: string): Shape => ({
  [value]: 'used',
  Override: 'used',
});

/** Everything the local cloud can run; what stands nowhere here stops the start with its name and place. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::Kinesis::Stream': {
    nameProperty: 'Name',
    nameLength: 128,
    arn: arn('kinesis', ({ name }) => `stream/${name}`),
    shape: {
      Name: 'used',
      RetentionPeriodHours: 'used',
      ShardCount: 'used',
      StreamModeDetails: { StreamMode: 'used' },
      StreamEncryption: 'ignored',
      DesiredShardLevelMetrics: 'ignored',
      MaxRecordSizeInKiB: 'used',
      Tags: tags,
    },
  },
  'AWS::OpenSearchService::Domain': {
    nameProperty: 'DomainName',
    nameLength: 28,
    lowerCaseName: true,
    arn: arn('es', ({ name }) => `domain/${name}`),
    host: domainEndpoint,
    attributes: {
      DomainEndpoint: domainEndpoint,
      DomainArn: arn('es', ({ name }) => `domain/${name}`),
      Id: (identity) => `${identity.accountId}/${identity.name}`,
    },
    shape: {
      DomainName: 'used',
      EngineVersion: 'used',
      AccessPolicies: 'ignored',
      AdvancedOptions: 'ignored',
      AdvancedSecurityOptions: 'ignored',
      AIMLOptions: 'ignored',
      ClusterConfig: 'ignored',
      DomainEndpointOptions: 'ignored',
      EBSOptions: 'ignored',
      EncryptionAtRestOptions: 'ignored',
      IPAddressType: 'ignored',
      LogPublishingOptions: 'ignored',
      NodeToNodeEncryptionOptions: 'ignored',
      OffPeakWindowOptions: 'ignored',
      SnapshotOptions: 'ignored',
      SoftwareUpdateOptions: 'ignored',
      Tags: tags,
    },
  },
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    nameLength: 255,
    arn: arn('dynamodb', ({ name }) => `table/${name}`),
    shape: {
      TableName: 'used',
      AttributeDefinitions: 'used',
      KeySchema: 'used',
      GlobalSecondaryIndexes: 'used',
      LocalSecondaryIndexes: 'used',
      TimeToLiveSpecification: 'used',
      BillingMode: 'ignored',
      ContributorInsightsSpecification: 'ignored',
      DeletionProtectionEnabled: 'ignored',
      OnDemandThroughput: 'ignored',
      PointInTimeRecoverySpecification: 'ignored',
      ProvisionedThroughput: 'ignored',
      SSESpecification: 'ignored',
      TableClass: 'ignored',
      Tags: tags,
    },
  },
  'AWS::DynamoDB::GlobalTable': {
    nameProperty: 'TableName',
    nameLength: 255,
    arn: arn('dynamodb', ({ name }) => `table/${name}`),
    shape: {
      TableName: 'used',
      AttributeDefinitions: 'used',
      KeySchema: 'used',
      GlobalSecondaryIndexes: 'used',
      LocalSecondaryIndexes: 'used',
      TimeToLiveSpecification: 'used',
      BillingMode: 'ignored',
      // one region is all there is here; per-replica settings are about cost, backup and encryption
      Replicas: 'ignored',
      SSESpecification: 'ignored',
      WriteOnDemandThroughputSettings: 'ignored',
      WriteProvisionedThroughputSettings: 'ignored',
    },
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    nameLength: 63,
    lowerCaseName: true,
    arn: ({ name }) => `arn:aws:s3:::${name}`,
    attributes: {
      DomainName: ({ name }) => `${name}.s3.amazonaws.com`,
      RegionalDomainName: ({ name, region }) => `${name}.s3.${region}.amazonaws.com`,
    },
    shape: {
      BucketName: 'used',
      VersioningConfiguration: 'used',
      LifecycleConfiguration: 'used',
      ObjectLockConfiguration: 'used',
      ObjectLockEnabled: 'used',
      BucketEncryption: 'ignored',
      CorsConfiguration: 'used',
      LoggingConfiguration: 'ignored',
      MetricsConfigurations: 'ignored',
      OwnershipControls: 'ignored',
      PublicAccessBlockConfiguration: 'ignored',
      Tags: tags,
    },
  },
  'AWS::S3::BucketPolicy': {
    shape: { Bucket: 'used', PolicyDocument: 'used' },
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    nameLength: 64,
    nameWithoutStack: true,
    ref: secretArn,
    arn: secretArn,
    attributes: { Id: secretArn },
    shape: {
      Name: 'used',
      GenerateSecretString: 'used',
      SecretString: 'used',
      Description: 'ignored',
      KmsKeyId: 'ignored',
      Tags: tags,
    },
  },
  'AWS::SES::EmailIdentity': {
    nameProperty: 'EmailIdentity',
    nameLength: 320,
    arn: arn('ses', ({ name }) => `identity/${name}`),
    shape: { EmailIdentity: 'used', Tags: tags },
  },
  'AWS::KMS::Key': noLocalEffect({
    ref: uuid,
    arn: arn('kms', (identity) => `key/${uuid(identity)}`),
    attributes: { KeyId: uuid },
  }),
  'AWS::KMS::Alias': noLocalEffect({
    nameProperty: 'AliasName',
    arn: arn('kms', ({ name }) => name),
  }),
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    nameLength: 64,
    arn: arn('lambda', ({ name }) => `function:${name}`),
    shape: {
      FunctionName: 'used',
      Code: { S3Bucket: 'used', S3Key: 'used' },
      Environment: { Variables: 'used' },
      Handler: 'used',
      LoggingConfig: {
        LogGroup: 'used',
        LogFormat: 'ignored',
        ApplicationLogLevel: 'ignored',
        SystemLogLevel: 'ignored',
      },
      MemorySize: 'used',
      ReservedConcurrentExecutions: 'used',
      Role: 'used',
      Runtime: 'used',
      Timeout: 'used',
      Architectures: 'ignored',
      Description: 'ignored',
      EphemeralStorage: 'ignored',
      KmsKeyArn: 'ignored',
      RecursiveLoop: 'ignored',
      TracingConfig: 'ignored',
      Tags: tags,
    },
  },
  'AWS::Lambda::Permission': {
    shape: {
      Action: 'used',
      FunctionName: 'used',
      Principal: 'used',
      SourceArn: 'used',
      SourceAccount: 'used',
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    ref: uuid,
    arn: arn('lambda', (identity) => `event-source-mapping:${uuid(identity)}`),
    attributes: { Id: uuid },
    shape: {
      BatchSize: 'used',
      BisectBatchOnFunctionError: 'used',
      DestinationConfig: { OnFailure: { Destination: 'used' } },
      Enabled: 'used',
      EventSourceArn: 'used',
      FunctionName: 'used',
      FunctionResponseTypes: 'used',
      MaximumBatchingWindowInSeconds: 'used',
      MaximumRecordAgeInSeconds: 'used',
      MaximumRetryAttempts: 'used',
      ParallelizationFactor: 'used',
      StartingPosition: 'used',
      Tags: tags,
    },
  },
  'AWS::Lambda::EventInvokeConfig': {
    shape: {
      FunctionName: 'used',
      Qualifier: 'used',
      MaximumEventAgeInSeconds: 'used',
      MaximumRetryAttempts: 'used',
      DestinationConfig: { OnFailure: { Destination: 'used' } },
    },
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    nameLength: 64,
    arn: globalArn('iam', ({ name }) => `role/${name}`),
    attributes: {
      RoleId: (identity) => `AROA${shortId(identity, 17).toUpperCase()}`,
    },
    shape: {
      RoleName: 'used',
      Policies: policy,
      ManagedPolicyArns: 'used',
      AssumeRolePolicyDocument: 'used',
      Description: 'ignored',
      MaxSessionDuration: 'ignored',
      Tags: tags,
    },
  },
  'AWS::IAM::Policy': {
    nameProperty: 'PolicyName',
    nameLength: 128,
    shape: { ...policy, Roles: 'used' },
  },
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    nameLength: 128,
    ref: globalArn('iam', ({ name }) => `policy/${name}`),
    arn: globalArn('iam', ({ name }) => `policy/${name}`),
    shape: {
      ManagedPolicyName: 'used',
      PolicyDocument: 'used',
      Roles: 'used',
      Path: 'ignored',
      Description: 'ignored',
    },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    nameLength: 512,
    arn: arn('logs', ({ name }) => `log-group:${name}:*`),
    shape: {
      LogGroupName: 'used',
      RetentionInDays: 'ignored',
      KmsKeyId: 'ignored',
      LogGroupClass: 'ignored',
      DeletionProtectionEnabled: 'ignored',
      Tags: tags,
    },
  },
  'AWS::Logs::ResourcePolicy': noLocalEffect(),
  'AWS::Logs::MetricFilter': noLocalEffect(),
  'AWS::Logs::QueryDefinition': noLocalEffect(),
  'AWS::ApiGatewayV2::Api': {
    ref: apiId,
    arn: (identity) => `arn:aws:apigateway:${identity.region}::/apis/${apiId(identity)}`,
    attributes: {
      ApiId: apiId,
      ApiEndpoint: (identity) => `https://${executeApiHost(identity)}`,
    },
    shape: {
      Name: 'used',
      ProtocolType: 'used',
      RouteSelectionExpression: 'used',
      Description: 'ignored',
      // both hosts are one here
      DisableExecuteApiEndpoint: 'ignored',
      IpAddressType: 'ignored',
      Tags: tags,
    },
  },
  'AWS::ApiGatewayV2::Stage': {
    nameProperty: 'StageName',
    shape: {
      ApiId: 'used',
      StageName: 'used',
      AccessLogSettings: { DestinationArn: 'used', Format: 'used' },
      DefaultRouteSettings: {
        ThrottlingBurstLimit: 'used',
        ThrottlingRateLimit: 'used',
        DetailedMetricsEnabled: 'ignored',
        LoggingLevel: 'ignored',
        DataTraceEnabled: 'ignored',
      },
      AutoDeploy: 'ignored',
      Description: 'ignored',
      Tags: tags,
    },
  },
  'AWS::ApiGatewayV2::Route': {
    ref: (identity) => shortId(identity, 7),
    attributes: { RouteId: (identity) => shortId(identity, 7) },
    shape: {
      ApiId: 'used',
      RouteKey: 'used',
      Target: 'used',
      AuthorizationType: 'used',
      OperationName: 'ignored',
    },
  },
  'AWS::ApiGatewayV2::Integration': {
    ref: (identity) => shortId(identity, 7),
    attributes: { IntegrationId: (identity) => shortId(identity, 7) },
    shape: {
      ApiId: 'used',
      IntegrationType: 'used',
      IntegrationUri: 'used',
      // a Lambda proxy integration is always invoked by POST
      IntegrationMethod: 'ignored',
      PayloadFormatVersion: 'used',
      TimeoutInMillis: 'used',
      Description: 'ignored',
    },
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    nameLength: 64,
    arn: arn('scheduler', ({ name }) => `schedule/default/${name}`),
    shape: {
      Name: 'used',
      ScheduleExpression: 'used',
      ScheduleExpressionTimezone: 'used',
      State: 'used',
      Target: {
        Arn: 'used',
        Input: 'used',
        RoleArn: 'used',
        RetryPolicy: {
          MaximumEventAgeInSeconds: 'ignored',
          MaximumRetryAttempts: 'ignored',
        },
      },
      // within the window any moment will do, so the first one
      FlexibleTimeWindow: 'ignored',
      GroupName: 'ignored',
      Description: 'ignored',
      KmsKeyArn: 'ignored',
    },
  },
  'AWS::Scheduler::ScheduleGroup': noLocalEffect({
    nameProperty: 'Name',
    arn: arn('scheduler', ({ name }) => `schedule-group/${name}`),
  }),
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    nameLength: 64,
    arn: arn('events', ({ name }) => `rule/${name}`),
    shape: {
      Name: 'used',
      ScheduleExpression: 'used',
      State: 'used',
      Targets: {
        Arn: 'used',
        Id: 'used',
        Input: 'used',
        RetryPolicy: 'ignored',
      },
      Description: 'ignored',
      Tags: tags,
    },
  },
  'AWS::CloudFront::Distribution': {
    ref: distributionId,
    host: distributionHost,
    arn: globalArn('cloudfront', (identity) => `distribution/${distributionId(identity)}`),
    attributes: {
      Id: distributionId,
      DomainName: distributionHost,
    },
    shape: {
      DistributionConfig: {
        CacheBehaviors: behaviour,
        DefaultCacheBehavior: behaviour,
        CustomErrorResponses: {
          ErrorCode: 'used',
          ResponseCode: 'used',
          ResponsePagePath: 'used',
          ErrorCachingMinTTL: 'ignored',
        },
        DefaultRootObject: 'used',
        Enabled: 'used',
        Origins: {
          Id: 'used',
          DomainName: 'used',
          OriginPath: 'used',
          OriginAccessControlId: 'used',
          OriginCustomHeaders: { HeaderName: 'used', HeaderValue: 'used' },
          S3OriginConfig: 'ignored',
          CustomOriginConfig: 'ignored',
          ConnectionAttempts: 'ignored',
          ConnectionTimeout: 'ignored',
        },
        Comment: 'ignored',
        HttpVersion: 'ignored',
        IPV6Enabled: 'ignored',
        Logging: 'ignored',
        PriceClass: 'ignored',
        Restrictions: 'ignored',
        ViewerCertificate: 'ignored',
      },
      Tags: tags,
    },
  },
  'AWS::CloudFront::Function': {
    nameProperty: 'Name',
    nameLength: 64,
    ref: cloudFrontFunctionArn,
    arn: cloudFrontFunctionArn,
    attributes: {
      FunctionARN: cloudFrontFunctionArn,
      'FunctionMetadata.FunctionARN': cloudFrontFunctionArn,
    },
    shape: {
      Name: 'used',
      FunctionCode: 'used',
      FunctionConfig: { Runtime: 'used', Comment: 'ignored' },
      AutoPublish: 'ignored',
      Tags: tags,
    },
  },
  'AWS::CloudFront::OriginAccessControl': {
    ref: uuid,
    attributes: { Id: uuid },
    shape: {
      OriginAccessControlConfig: {
        Name: 'ignored',
        Description: 'ignored',
        OriginAccessControlOriginType: 'used',
        SigningBehavior: 'used',
        SigningProtocol: 'used',
      },
    },
  },
  'AWS::CloudFront::ResponseHeadersPolicy': {
    ref: uuid,
    attributes: { Id: uuid },
    shape: {
      ResponseHeadersPolicyConfig: {
        Name: 'ignored',
        Comment: 'ignored',
        SecurityHeadersConfig: {
          ContentSecurityPolicy: overriding('ContentSecurityPolicy'),
          ContentTypeOptions: { Override: 'used' },
          FrameOptions: overriding('FrameOption'),
          ReferrerPolicy: overriding('ReferrerPolicy'),
          StrictTransportSecurity: {
            AccessControlMaxAgeSec: 'used',
            IncludeSubdomains: 'used',
            Override: 'used',
            Preload: 'used',
          },
        },
        CustomHeadersConfig: {
          Items: { Header: 'used', Value: 'used', Override: 'used' },
        },
        RemoveHeadersConfig: { Items: { Header: 'used' } },
      },
    },
  },
  'AWS::CloudFront::CachePolicy': {
    ref: uuid,
    attributes: { Id: uuid },
    shape: {
      CachePolicyConfig: {
        Name: 'ignored',
        Comment: 'ignored',
        // nothing is cached here
        DefaultTTL: 'ignored',
        MaxTTL: 'ignored',
        MinTTL: 'ignored',
        ParametersInCacheKeyAndForwardedToOrigin: {
          CookiesConfig: { CookieBehavior: 'used', Cookies: 'used' },
          EnableAcceptEncodingBrotli: 'used',
          EnableAcceptEncodingGzip: 'used',
          HeadersConfig: { HeaderBehavior: 'used', Headers: 'used' },
          QueryStringsConfig: {
            QueryStringBehavior: 'used',
            QueryStrings: 'used',
          },
        },
      },
    },
  },
  'AWS::CloudFront::OriginRequestPolicy': {
    ref: uuid,
    attributes: { Id: uuid },
    shape: {
      OriginRequestPolicyConfig: {
        Name: 'ignored',
        Comment: 'ignored',
        CookiesConfig: { CookieBehavior: 'used', Cookies: 'used' },
        HeadersConfig: { HeaderBehavior: 'used', Headers: 'used' },
        QueryStringsConfig: {
          QueryStringBehavior: 'used',
          QueryStrings: 'used',
        },
      },
    },
  },
  'AWS::CloudWatch::Alarm': noLocalEffect({
    nameProperty: 'AlarmName',
    arn: arn('cloudwatch', ({ name }) => `alarm:${name}`),
  }),
  'AWS::CloudWatch::CompositeAlarm': noLocalEffect({
    nameProperty: 'AlarmName',
    arn: arn('cloudwatch', ({ name }) => `alarm:${name}`),
  }),
  'AWS::CloudWatch::Dashboard': noLocalEffect({
    nameProperty: 'DashboardName',
  }),
  'AWS::SNS::Topic': noLocalEffect({
    nameProperty: 'TopicName',
    ref: topicArn,
    arn: topicArn,
    attributes: { TopicArn: topicArn, TopicName: ({ name }) => name },
  }),
  'AWS::SNS::TopicPolicy': noLocalEffect(),
  'AWS::SNS::Subscription': noLocalEffect(),
  'AWS::Lambda::LayerVersion': noLocalEffect({
    ref: arn('lambda', ({ name }) => `layer:${name}:1`),
  }),
  'AWS::CDK::Metadata': noLocalEffect(),
  'Custom::CDKBucketDeployment': {
    shape: {
      ServiceToken: 'ignored',
      SourceBucketNames: 'used',
      SourceObjectKeys: 'used',
      SourceMarkers: 'used',
      SourceMarkersConfig: 'used',
      DestinationBucketName: 'used',
      DestinationBucketKeyPrefix: 'used',
      Prune: 'used',
      Extract: 'used',
      Include: 'used',
      Exclude: 'used',
      SystemMetadata: 'used',
      UserMetadata: 'used',
      // there is no cache to invalidate
      DistributionId: 'ignored',
      DistributionPaths: 'ignored',
      WaitForDistributionInvalidation: 'ignored',
      RetainOnDelete: 'ignored',
      OutputObjectKeys: 'ignored',
    },
  },
};

/**
 * The parts that CDK adds for `Custom::CDKBucketDeployment`: the command line layer, the Python function and its role. The local
 * cloud does that work itself, so these are known by name and skipped.
 */
export function isBucketDeploymentHelper(logicalId: string, type: string): boolean {
  return (
    (logicalId.startsWith('CustomCDKBucketDeployment') && /^AWS::(Lambda::Function|IAM::(Role|Policy))$/.test(type)) ||
    (type === 'AWS::Lambda::LayerVersion' && /AwsCliLayer[0-9A-F]{8}$/.test(logicalId))
  );
}
