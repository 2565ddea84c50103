import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { z } from 'zod';
import type { AnswerCacheEnv } from '../../functions/adapters/answer-cache/env.ts';
import type { AuditSegmentsEnv, AuditTrailEnv } from '../../functions/adapters/audit-trail/env.ts';
import {
  auditKeys,
  ENTITY_INDEX,
  SEARCH_KEYS,
  SETTINGS_KEYS,
  WRITING_KEYS,
} from '../../functions/adapters/audit-trail/keys.ts';
import type { DirectoryEnv } from '../../functions/adapters/directory/env.ts';
import { directoryKeys, PROVING_KEYS } from '../../functions/adapters/directory/keys.ts';
import type { EdgeEnv } from '../../functions/adapters/edge/env.ts';
import type { ExportFilesEnv } from '../../functions/adapters/export-files/env.ts';
import type { LedgerEnv } from '../../functions/adapters/ledger/env.ts';
import type { LimiterEnv } from '../../functions/adapters/limiter/env.ts';
import type { MailEnv } from '../../functions/adapters/mail/env.ts';
import type { ArchiveEnv, QuarantineEnv, UploadsEnv } from '../../functions/adapters/object-store/env.ts';
import type { SettingsEnv } from '../../functions/adapters/saved-searches/env.ts';
import type { SigningKeyEnv } from '../../functions/adapters/signing-key/env.ts';
import type { TombstonesEnv } from '../../functions/adapters/tombstones/env.ts';
import type { LiveEnv } from '../../functions/adapters/viewers/env.ts';
import type { DeletionEnv } from '../../functions/deletion/env.ts';
import type { IdentityEnv } from '../../functions/identity/env.ts';
import type { BalanceEnv, BalanceMetrics, LogGroupsEnv } from '../../functions/ingest/env.ts';
import type { FillEnv, TailEnv } from '../../functions/live/env.ts';
import type { OperationEnv } from '../../functions/operation/env.ts';
import type { SearchEnv } from '../../functions/search/env.ts';
import { SIZES, type StageSettings } from '../config/stage.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { Alarms } from '../constructs/alarms.ts';
import {
  grantHideEvents,
  grantReadEvents,
  grantReadPoints,
  grantSearchEvents,
  grantWatchEvents,
  grantWriteEvents,
} from '../constructs/event-store.ts';
import { consumeStream, grantWriteStream } from '../constructs/ingest-stream.ts';
import { Schedule } from '../constructs/schedule.ts';
import { ServiceApi, ViewerApi } from '../constructs/service-api.ts';
import { ServiceFunction, type ServiceFunctionProps } from '../constructs/service-function.ts';
import { Site } from '../constructs/site.ts';
import { grantIndex, grantTable } from '../constructs/table.ts';
import { ARCHIVE_DAYS, type DataStack } from './data-stack.ts';

export interface AppStackProps extends StackProps {
  readonly stage: StageSettings;
  readonly data: DataStack;
}

/** Metric that the function *Balance* writes. */
const UNSETTLED_FRAMES: keyof BalanceMetrics = 'UnsettledFrames';

/** `dynamodb:LeadingKeys` of settings of ingest, of any project. */
const INGEST_SETTINGS_KEYS = 'P#*#ingest';

/** Why functions name objects by prefix. */
const OBJECT_EACH = 'Each frame, event or file is an object of its own, under the prefix of its kind';

const SEGMENT_EACH = 'Each segment of a chain is an object of its own, under its project';

/** Everything that holds no data: functions, APIs, schedules, the distribution, alarms. Can be thrown away and made again. */
export class AppStack extends Stack {
  readonly #stage: StageSettings;
  readonly #data: DataStack;
  readonly #alarms: Alarms;
  readonly #originSecret: ISecret;

  constructor(scope: Construct, id: string, { stage, data, ...props }: AppStackProps) {
    super(scope, id, props);
    this.#stage = stage;
    this.#data = data;
    this.#alarms = new Alarms(this.#alarmTopic());
    this.#originSecret = new Secret(this, 'OriginSecret', {
      description: 'What the distribution proves itself to the API with',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(this.#originSecret, {
      'AwsSolutions-SMG4':
        'The distribution reads it when it is deployed, so only a deployment can change it for both sides at once',
    });
    const api = new ServiceApi(this, 'Http', { logRetention: stage.logRetentionDays as RetentionDays });
    const viewers = this.#live(api);
    this.#ingest(api);
    this.#ingestSettings(api);
    this.#pipeline(api);
    this.#search(api);
    this.#deletion(api);
    this.#searches(api);
    this.#audit(api);
    const site = new Site(this, 'Site', {
      api: api.api,
      viewers: viewers.api,
      uploads: this.#data.uploads,
      originSecret: this.#originSecret,
      logRetention: stage.logRetentionDays as RetentionDays,
      domain: stage.domain,
    });
    const dashboardUrl = `https://${stage.domain?.name ?? site.distribution.distributionDomainName}`;
    this.#identity(api, viewers, dashboardUrl);
    this.#operation(api);
    this.#alarms.add(this, 'ServerErrors', 'API server errors', {
      metric: api.api.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      above: 0,
    });
    new CfnOutput(this, 'DashboardUrl', { value: dashboardUrl });
    new CfnOutput(this, 'IngestUrl', { value: api.api.apiEndpoint });
  }

  #ingest(api: ServiceApi): void {
    const { stream, quarantine, archive } = this.#data;
    const accept = this.#function('Accept', {
      handler: 'accept',
      description: 'Takes events and writes them to the stream',
      memorySize: 1024,
      timeout: Duration.seconds(30),
      // searches and viewers cannot take what accepting needs
      reservedConcurrentExecutions: SIZES[this.#stage.size].reserved?.accept,
    });
    this.#grantEdge(accept);
    this.#accepting(accept);
    api.route(accept, 'Accept', [
      'POST /api/v1/logs',
      'POST /api/v1/logs/batch',
      'POST /api/v1/logs/generate',
      'POST /api/v1/trace/log',
      'POST /api/logs',
      'POST /api/logs/batch',
      // shippers append paths of theirs to any prefix of their users'
      '$default',
    ]);

    const index = this.#function('Index', {
      handler: 'index',
      description: 'Stores events of the stream in OpenSearch',
      memorySize: 1024,
      timeout: Duration.minutes(2),
      reservedConcurrentExecutions: SIZES[this.#stage.size].reserved?.index,
    });
    this.#consume(index, { batchSize: 500, parallelizationFactor: 2, lag: Duration.minutes(5) });
    this.#storeAgain(index);
    index.allow(['s3:PutObject'], [quarantine.arnForObjects('quarantine/*')], { because: OBJECT_EACH });
    this.#ledger(index, ['PutItem', 'UpdateItem']);

    const archiver = this.#function('Archive', {
      handler: 'archive',
      description: 'Keeps every frame of the stream in S3',
      memorySize: 512,
      timeout: Duration.minutes(2),
    });
    this.#consume(archiver, {
      batchSize: 10_000,
      window: Duration.seconds(this.#stage.archiveWindowSeconds),
      lag: Duration.minutes(30),
    });
    archiver.addEnvironment({ ARCHIVE_BUCKET_NAME: archive.bucketName } satisfies z.input<typeof ArchiveEnv>);
    archiver.allow(['s3:PutObject'], [archive.arnForObjects('frames/*')], { because: OBJECT_EACH });
    this.#ledger(archiver, ['PutItem']);

    const redrive = this.#function('Redrive', {
      handler: 'redrive',
      description: 'Puts back into the stream what did not get there',
      memorySize: 512,
      timeout: Duration.minutes(5),
    });
    this.#quarantine(redrive);
    grantWriteStream(stream, redrive);
    redrive.allow(['s3:ListBucket'], [quarantine.bucketArn]);
    redrive.allow(
      ['s3:GetObject', 's3:DeleteObject'],
      [quarantine.arnForObjects('spill/*'), quarantine.arnForObjects('aws/lambda/*')],
      { because: OBJECT_EACH },
    );
    new Schedule(this, 'RedriveSchedule', redrive, {
      every: Duration.minutes(5),
      description: 'Drains what was put aside for the stream',
    });
    this.#alarms.add(redrive, 'Quarantined', 'Quarantine not empty', {
      metric: redrive.countLines('QuarantineNotEmpty', 'quarantine is not empty', Duration.minutes(15)),
      above: 0,
    });
  }

  /** What looks after events once they are accepted. */
  #pipeline(api: ServiceApi): void {
    const { archive, quarantine, uploads } = this.#data;
    const pipeline = this.#function('Pipeline', {
      handler: 'pipeline',
      description: 'Tells what became of accepted events',
      memorySize: 512,
      timeout: Duration.seconds(29),
    });
    this.#grantEdge(pipeline);
    this.#ledger(pipeline, ['Query', 'GetItem', 'PutItem', 'UpdateItem']);
    this.#storeAgain(pipeline);
    this.#recordAudit(pipeline);
    pipeline.allow(['s3:ListBucket'], [quarantine.bucketArn]);
    pipeline.allow(
      ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      [quarantine.arnForObjects('quarantine/project=*')],
      { because: OBJECT_EACH },
    );
    api.route(pipeline, 'Pipeline', [
      'GET /api/v1/ingest/ledger',
      'GET /api/v1/ingest/quarantine',
      'ANY /api/v1/ingest/quarantine/{proxy+}',
      'ANY /api/v1/ingest/replays',
      'GET /api/v1/ingest/replays/{id}',
      'ANY /api/v1/uploads',
      'ANY /api/v1/uploads/{proxy+}',
    ]);

    const jobs = this.#function('Jobs', {
      handler: 'jobs',
      description: 'Reads uploaded files, brings events back from the archive',
      memorySize: 1024,
      timeout: Duration.minutes(5),
    });
    new Schedule(this, 'JobsSchedule', jobs, {
      every: Duration.minutes(1),
      description: 'Goes on with what is done in the background',
    });
    this.#ledger(jobs, ['Query', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']);
    this.#storeAgain(jobs);
    jobs.allow(['s3:PutObject'], [quarantine.arnForObjects('quarantine/project=*')], { because: OBJECT_EACH });
    jobs.addEnvironment({ ARCHIVE_BUCKET_NAME: archive.bucketName } satisfies z.input<typeof ArchiveEnv>);
    // without it S3 says of an object that is gone that it is forbidden
    jobs.allow(['s3:ListBucket'], [archive.bucketArn, quarantine.bucketArn]);
    jobs.allow(['s3:GetObject'], [archive.arnForObjects('frames/*')], { because: OBJECT_EACH });
    this.#accepting(jobs);
    this.#limiting(jobs);
    for (const fn of [pipeline, jobs]) {
      fn.addEnvironment({ UPLOADS_BUCKET_NAME: uploads.bucketName } satisfies z.input<typeof UploadsEnv>);
      fn.allow(['s3:GetObject'], [uploads.arnForObjects('uploads/*')], { because: OBJECT_EACH });
    }
    // what its links may put is what it may put
    pipeline.allow(['s3:PutObject'], [uploads.arnForObjects('uploads/*')], { because: OBJECT_EACH });
    pipeline.allow(['s3:ListBucket'], [uploads.bucketArn]);

    const cloudWatch = this.#function('CloudWatch', {
      handler: 'cloudwatch',
      description: 'Takes log events that subscription filters of this account send',
      memorySize: 512,
      timeout: Duration.minutes(1),
    });
    cloudWatch.addEnvironment({ LOG_GROUP_PROJECTS: JSON.stringify(this.#stage.logGroups) } satisfies z.input<
      typeof LogGroupsEnv
    >);
    this.#accepting(cloudWatch);
    this.#limiting(cloudWatch);
    cloudWatch.allow(['s3:ListBucket'], [quarantine.bucketArn]);
    cloudWatch.allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], [quarantine.arnForObjects('cloudwatch/*')], {
      because: OBJECT_EACH,
    });
    cloudWatch.function.addPermission('Logs', {
      principal: new ServicePrincipal('logs.amazonaws.com'),
      sourceAccount: this.account,
      sourceArn: `arn:${this.partition}:logs:${this.region}:${this.account}:log-group:*`,
    });
    new Schedule(this, 'CloudWatchSchedule', cloudWatch, {
      every: Duration.minutes(5),
      description: 'Accepts log events that could not be accepted when they came',
    });
    new CfnOutput(this, 'LogEventsFunction', { value: cloudWatch.function.functionArn });

    const balance = this.#function('Balance', {
      handler: 'balance',
      description: 'Finds frames that were accepted and not stored, or stored and not archived',
      memorySize: 512,
      timeout: Duration.minutes(1),
    });
    balance.addEnvironment({ METRICS_NAMESPACE: this.stackName } satisfies z.input<typeof BalanceEnv>);
    this.#ledger(balance, ['Query', 'DeleteItem']);
    new Schedule(this, 'BalanceSchedule', balance, {
      every: Duration.minutes(1),
      description: 'Compares both sides of the ledger',
    });
    this.#alarms.add(balance, 'Unsettled', 'Ledger does not balance', {
      metric: new Metric({
        namespace: this.stackName,
        metricName: UNSETTLED_FRAMES,
        statistic: 'Maximum',
        period: Duration.minutes(5),
      }),
      above: 0,
    });
  }

  /** What a project says about events that come in. */
  #ingestSettings(api: ServiceApi): void {
    const { settings, limits } = this.#data;
    const fn = this.#function('Settings', {
      handler: 'settings',
      description: 'How events are sanitised, dropped and metered',
      memorySize: 1024,
      timeout: Duration.seconds(15),
    });
    this.#grantEdge(fn);
    fn.addEnvironment({ SETTINGS_TABLE_NAME: settings.tableName } satisfies z.input<typeof SettingsEnv>);
    grantTable(settings, fn, ['Query', 'PutItem'], [INGEST_SETTINGS_KEYS]);
    // a quota is shown from where it is counted
    grantTable(limits, fn, ['GetItem']);
    this.#recordAudit(fn);
    api.route(fn, 'Settings', [
      'GET /api/v1/ingest/settings',
      'PUT /api/v1/ingest/settings',
      'POST /api/v1/ingest/sanitise/preview',
      'GET /api/v1/ingest/quota',
    ]);
  }

  /** Lets a function create events that are not in the store, and bring nothing back that was deleted. */
  #storeAgain(fn: ServiceFunction): void {
    grantWriteEvents(this.#data.domain, fn, this.#eventStoreSettings());
    grantHideEvents(this.#data.domain, fn, this.#eventStoreSettings());
    this.#tombstones(fn, ['Query']);
    this.#quarantine(fn);
    fn.allow(['s3:GetObject'], [this.#data.quarantine.arnForObjects('large/*')], { because: OBJECT_EACH });
  }

  /** What taking events for good needs: the project's policy, its quota, the stream, and a place for what the stream does not take. */
  #accepting(fn: ServiceFunction): void {
    const { stream, quarantine, settings } = this.#data;
    grantWriteStream(stream, fn);
    this.#quarantine(fn);
    fn.allow(['s3:PutObject'], [quarantine.arnForObjects('spill/*'), quarantine.arnForObjects('large/*')], {
      because: OBJECT_EACH,
    });
    fn.addEnvironment({ SETTINGS_TABLE_NAME: settings.tableName } satisfies z.input<typeof SettingsEnv>);
    grantTable(settings, fn, ['Query'], [INGEST_SETTINGS_KEYS]);
  }

  #search(api: ServiceApi): void {
    const search = this.#function('Search', {
      handler: 'search',
      description: 'Reads events and their numbers',
      memorySize: 1024,
      timeout: Duration.seconds(29),
    });
    this.#grantEdge(search);
    grantReadEvents(this.#data.domain, search, this.#eventStoreSettings());
    this.#cache(search, ['GetItem', 'PutItem', 'UpdateItem', 'Query']);
    search.addEnvironment({ SEARCH_PLACES: String(SIZES[this.#stage.size].searchNodes) } satisfies z.input<
      typeof SearchEnv
    >);
    this.#recordAudit(search);
    this.#recordSearches(search);
    api.route(search, 'Search', [
      'GET /api/v1/logs',
      'GET /api/v1/logs/{proxy+}',
      'GET /api/logs',
      'GET /api/logs/{proxy+}',
      'GET /api/search',
      'GET /api/v1/metrics/{proxy+}',
      'GET /api/v1/analytics',
      'GET /api/analytics',
      'GET /api/v1/trace/{proxy+}',
      'GET /api/v1/correlation/{proxy+}',
      'GET /api/v1/cache/stats',
      'DELETE /api/v1/cache/clear',
    ]);
  }

  #deletion(api: ServiceApi): void {
    const { domain } = this.#data;
    const deletion = this.#function('Deletion', {
      handler: 'deletion',
      description: 'Deletes and restores events',
      memorySize: 512,
      timeout: Duration.seconds(29),
    });
    this.#grantEdge(deletion);
    deletion.addEnvironment({
      DELETION_GRACE_DAYS: String(this.#stage.deletionGraceDays),
      ARCHIVE_DAYS: String(ARCHIVE_DAYS),
    } satisfies z.input<typeof DeletionEnv>);
    api.route(deletion, 'Deletion', [
      'DELETE /api/v1/logs/{id}',
      'DELETE /api/logs/{id}',
      'POST /api/v1/logs/{id}/restore',
      'POST /api/logs/{id}/restore',
    ]);
    const purge = this.#function('Purge', {
      handler: 'purge',
      description: 'Makes events agree with their deletion, removes those whose grace period is over',
      memorySize: 512,
      timeout: Duration.minutes(1),
    });
    new Schedule(this, 'PurgeSchedule', purge, {
      every: Duration.minutes(1),
      description: 'Looks at deleted events that are due',
    });
    for (const fn of [deletion, purge]) {
      grantHideEvents(domain, fn, this.#eventStoreSettings());
      this.#recordAudit(fn);
    }
    this.#tombstones(deletion, ['GetItem', 'PutItem', 'UpdateItem']);
    this.#cache(deletion, ['UpdateItem']);
    this.#tombstones(purge, ['Query', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']);
  }

  #searches(api: ServiceApi): void {
    const { settings } = this.#data;
    const searches = this.#function('Searches', {
      handler: 'searches',
      description: 'Saved searches and exports',
      memorySize: 512,
      timeout: Duration.seconds(15),
    });
    this.#grantEdge(searches);
    searches.addEnvironment({ SETTINGS_TABLE_NAME: settings.tableName } satisfies z.input<typeof SettingsEnv>);
    grantTable(settings, searches, ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem']);
    this.#recordAudit(searches);
    // what its links may read is what it may read
    this.#exports(searches, ['s3:GetObject']);
    api.route(searches, 'Searches', [
      'ANY /api/v1/saved-searches',
      'ANY /api/v1/saved-searches/{id}',
      'ANY /api/v1/exports',
      'ANY /api/v1/exports/{id}',
    ]);

    const writer = this.#function('Export', {
      handler: 'export',
      description: 'Writes the files that were asked for',
      memorySize: 1024,
      timeout: Duration.minutes(5),
    });
    new Schedule(this, 'ExportSchedule', writer, {
      every: Duration.minutes(1),
      description: 'Looks at exports that are not finished',
    });
    grantReadPoints(this.#data.domain, writer, this.#eventStoreSettings());
    writer.addEnvironment({ SETTINGS_TABLE_NAME: settings.tableName } satisfies z.input<typeof SettingsEnv>);
    grantTable(settings, writer, ['GetItem', 'Query', 'UpdateItem', 'DeleteItem']);
    this.#recordAudit(writer);
    this.#exports(writer, ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:AbortMultipartUpload']);
  }

  #exports(fn: ServiceFunction, actions: readonly string[]): void {
    const { exports } = this.#data;
    fn.addEnvironment({ EXPORTS_BUCKET_NAME: exports.bucketName } satisfies z.input<typeof ExportFilesEnv>);
    fn.allow(actions, [exports.arnForObjects('exports/*')], { because: OBJECT_EACH });
  }

  /** Lets a function add entries to the audit trail: never change or remove one. */
  #recordAudit(fn: ServiceFunction): void {
    const { audit } = this.#data;
    fn.addEnvironment({ AUDIT_TABLE_NAME: audit.tableName } satisfies z.input<typeof AuditTrailEnv>);
    grantTable(audit, fn, ['PutItem'], WRITING_KEYS);
    grantTable(audit, fn, ['GetItem'], [auditKeys.heads]);
  }

  /** Lets a function tell of reads of events, where their project asks for it. */
  #recordSearches(fn: ServiceFunction): void {
    const { audit } = this.#data;
    fn.addEnvironment({ AUDIT_TABLE_NAME: audit.tableName } satisfies z.input<typeof AuditTrailEnv>);
    grantTable(audit, fn, ['GetItem'], SETTINGS_KEYS);
    grantTable(audit, fn, ['PutItem'], SEARCH_KEYS);
    this.#alarms.add(fn, 'NotRecorded', 'Searches not recorded', {
      metric: fn.countLines(`${fn.node.id}NotRecorded`, 'search was not recorded', Duration.minutes(5)),
      above: 0,
    });
  }

  #cache(fn: ServiceFunction, operations: readonly string[]): void {
    fn.addEnvironment({ CACHE_TABLE_NAME: this.#data.cache.tableName } satisfies z.input<typeof AnswerCacheEnv>);
    grantTable(this.#data.cache, fn, operations);
  }

  #tombstones(fn: ServiceFunction, operations: readonly string[]): void {
    fn.addEnvironment({ TOMBSTONES_TABLE_NAME: this.#data.tombstones.tableName } satisfies z.input<
      typeof TombstonesEnv
    >);
    grantTable(this.#data.tombstones, fn, operations);
  }

  #identity(api: ServiceApi, viewers: ViewerApi, dashboardUrl: string): void {
    const { directory, limits, signingKey, firstPassword } = this.#data;
    const identity = this.#function('Identity', {
      handler: 'identity',
      description: 'Users, projects and keys',
      memorySize: 1024,
      timeout: Duration.seconds(15),
    });
    // callers are proved from the directory, all of which is its own
    this.#grantPublicEdge(identity);
    identity.addEnvironment({
      SIGNING_KEY_SECRET_ARN: signingKey.secretArn,
      FIRST_PASSWORD_SECRET_ARN: firstPassword.secretArn,
      CHANGE_FIRST_PASSWORD: String(this.#stage.changeFirstPassword),
      REGISTRATION: this.#stage.registration,
      DASHBOARD_URL: dashboardUrl,
      STAGE: this.#stage.name,
    } satisfies z.input<typeof SigningKeyEnv> & z.input<typeof IdentityEnv>);
    const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];
    grantTable(directory, identity, ['GetItem', 'BatchGetItem', 'Query', ...writes]);
    grantTable(limits, identity, ['GetItem', 'BatchGetItem', 'Scan', 'DeleteItem']);
    this.#liveTable(identity, ['GetItem', 'Query', 'DeleteItem']);
    viewers.grantClose(identity);
    this.#mail(identity);
    this.#recordAudit(identity);
    identity.allow(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], [signingKey.secretArn]);
    identity.allow(['secretsmanager:GetSecretValue'], [firstPassword.secretArn]);
    api.route(identity, 'Identity', [
      'ANY /api/v1/auth/{proxy+}',
      'ANY /api/v1/keys',
      'ANY /api/v1/keys/{proxy+}',
      'ANY /api/v1/projects',
      'ANY /api/v1/projects/{proxy+}',
      'ANY /api/v1/rate-limits/{proxy+}',
    ]);
    const rotate = this.#function('Rotate', {
      handler: 'rotate',
      description: 'Makes a new pair of keys for sessions each month',
      memorySize: 256,
      timeout: Duration.seconds(30),
    });
    rotate.addEnvironment({
      DIRECTORY_TABLE_NAME: directory.tableName,
      SIGNING_KEY_SECRET_ARN: signingKey.secretArn,
    } satisfies z.input<typeof DirectoryEnv> & z.input<typeof SigningKeyEnv>);
    grantTable(directory, rotate, ['PutItem'], [directoryKeys.signingKeys]);
    rotate.allow(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], [signingKey.secretArn]);
    new Schedule(this, 'RotateSchedule', rotate, {
      every: Duration.days(1),
      description: 'Looks whether the keys of sessions are due',
    });
  }

  /** Lets a function send mail, where the stage has a sender. */
  #mail(fn: ServiceFunction): void {
    const from = this.#stage.mailFrom;
    if (from === undefined) return;
    const identity = new EmailIdentity(this, 'Sender', { identity: Identity.email(from) });
    fn.addEnvironment({ MAIL_FROM: from } satisfies z.input<typeof MailEnv>);
    fn.allow(['ses:SendEmail'], [identity.emailIdentityArn]);
  }

  #audit(api: ServiceApi): void {
    const { audit, auditSegments } = this.#data;
    const segments = { AUDIT_SEGMENTS_BUCKET_NAME: auditSegments.bucketName } satisfies z.input<
      typeof AuditSegmentsEnv
    >;
    const reader = this.#function('Audit', {
      handler: 'audit',
      description: 'Business events, the audit trail and its verification',
      memorySize: 1024,
      timeout: Duration.seconds(29),
    });
    this.#grantEdge(reader);
    this.#recordAudit(reader);
    reader.addEnvironment(segments);
    grantTable(audit, reader, ['GetItem', 'Query'], ['P#*#chain', 'P#*#open', auditKeys.sealed]);
    grantTable(audit, reader, ['Query'], SEARCH_KEYS);
    grantTable(audit, reader, ['GetItem', 'PutItem'], SETTINGS_KEYS);
    grantIndex(audit, ENTITY_INDEX, reader, ['P#*#entity#*']);
    reader.allow(['s3:ListBucket'], [auditSegments.bucketArn]);
    reader.allow(['s3:GetObject'], [auditSegments.arnForObjects('segments/*')], { because: SEGMENT_EACH });
    api.route(reader, 'Audit', [
      'ANY /api/v1/audit',
      'ANY /api/v1/audit/{proxy+}',
      'ANY /api/audit',
      'ANY /api/audit/{proxy+}',
    ]);

    const seal = this.#function('Seal', {
      handler: 'seal',
      description: 'Seals what was added to the audit trail',
      memorySize: 512,
      timeout: Duration.minutes(1),
    });
    seal.addEnvironment({
      ...segments,
      AUDIT_TABLE_NAME: audit.tableName,
    } satisfies z.input<typeof AuditSegmentsEnv> & z.input<typeof AuditTrailEnv>);
    grantTable(audit, seal, ['Query'], ['P#*#chain', auditKeys.heads]);
    grantTable(audit, seal, ['GetItem', 'PutItem'], [auditKeys.sealed]);
    seal.allow(['s3:PutObject', 's3:GetObject'], [auditSegments.arnForObjects('segments/*')], {
      because: SEGMENT_EACH,
    });
    new Schedule(this, 'SealSchedule', seal, {
      every: Duration.minutes(2),
      description: 'Seals what was added to the audit trail',
    });
    this.#alarms.add(seal, 'Broken', 'Audit chain broken', {
      metric: seal.countLines('AuditChainBroken', 'audit chain is broken', Duration.minutes(5)),
      above: 0,
    });
    this.#alarms.add(seal, 'NotSealed', 'Audit chain not sealed', {
      metric: seal.countLines('AuditChainNotSealed', 'audit chain could not be sealed', Duration.minutes(5)),
      above: 0,
    });
  }

  #live(api: ServiceApi): ViewerApi {
    const logRetention = this.#stage.logRetentionDays as RetentionDays;
    const tickets = this.#function('Live', {
      handler: 'live',
      description: 'Tickets for live viewers',
      memorySize: 512,
      timeout: Duration.seconds(15),
    });
    this.#grantEdge(tickets);
    this.#liveTable(tickets, ['PutItem']);
    api.route(tickets, 'Live', ['ANY /api/v1/live-logs/{proxy+}']);

    const socket = this.#function('Socket', {
      handler: 'socket',
      description: 'Connections of live viewers',
      memorySize: 512,
      timeout: Duration.seconds(29),
    });
    const viewers = new ViewerApi(this, 'Viewers', socket, { logRetention });
    viewers.grantPost(socket);
    viewers.grantClose(socket);
    this.#recordSearches(socket);
    this.#grantProving(socket);
    this.#liveTable(socket, ['GetItem', 'PutItem', 'DeleteItem']);
    socket.addEnvironment({ LIVE_SETTLE_SECONDS: String(this.#stage.refreshSeconds + 2) } satisfies z.input<
      typeof FillEnv
    >);
    grantSearchEvents(this.#data.domain, socket, this.#eventStoreSettings());

    const tail = this.#function('Tail', {
      handler: 'tail',
      description: 'Posts matching events to live viewers',
      memorySize: 1024,
      timeout: Duration.minutes(1),
    });
    this.#consume(tail, { batchSize: 500, lag: Duration.minutes(2) });
    viewers.grantPost(tail);
    viewers.grantClose(tail);
    this.#liveTable(tail, ['Query', 'DeleteItem']);
    tail.addEnvironment({ LIVE_POSTS_PER_SECOND: String(this.#stage.livePostsPerSecond) } satisfies z.input<
      typeof TailEnv
    >);
    this.#quarantine(tail);
    this.#tombstones(tail, ['Query']);
    tail.allow(['s3:GetObject'], [this.#data.quarantine.arnForObjects('large/*')], { because: OBJECT_EACH });
    return viewers;
  }

  #operation(api: ServiceApi): void {
    const { directory, stream } = this.#data;
    const operation = this.#function('Operation', {
      handler: 'operation',
      description: 'Health and status',
      memorySize: 512,
      timeout: Duration.seconds(15),
    });
    this.#grantPublicEdge(operation);
    grantWatchEvents(this.#data.domain, operation, this.#eventStoreSettings());
    operation.addEnvironment({
      STREAM_NAME: stream.streamName,
      OPENSEARCH_DOMAIN_NAME: this.#data.domain.domainName,
      INGEST_URL: api.api.apiEndpoint,
      STAGE: this.#stage.name,
      REGISTRATION: this.#stage.registration,
      SENDS_MAIL: String(this.#stage.mailFrom !== undefined),
    } satisfies z.input<typeof OperationEnv>);
    operation.allow(['dynamodb:DescribeTable'], [directory.tableArn]);
    operation.allow(['kinesis:DescribeStreamSummary'], [stream.streamArn]);
    api.route(operation, 'Operation', ['GET /health', 'GET /health/{proxy+}', 'GET /api/v1/status']);
  }

  #function(id: string, props: Omit<ServiceFunctionProps, 'logRetention' | 'alarms'>): ServiceFunction {
    return new ServiceFunction(this, id, {
      ...props,
      logRetention: this.#stage.logRetentionDays as RetentionDays,
      alarms: this.#alarms,
    });
  }

  /** What proves callers, counts their requests and knows their address. */
  #grantEdge(fn: ServiceFunction): void {
    this.#grantPublicEdge(fn);
    this.#grantProving(fn);
  }

  /** What counts requests and knows the address they come from, for routes that prove nobody. */
  #grantPublicEdge(fn: ServiceFunction): void {
    this.#limiting(fn);
    fn.addEnvironment({
      DIRECTORY_TABLE_NAME: this.#data.directory.tableName,
      ORIGIN_SECRET_ARN: this.#originSecret.secretArn,
    } satisfies Omit<z.input<typeof EdgeEnv>, keyof z.input<typeof LimiterEnv>>);
    fn.allow(['secretsmanager:GetSecretValue'], [this.#originSecret.secretArn]);
  }

  #limiting(fn: ServiceFunction): void {
    const { limits } = this.#data;
    fn.addEnvironment({
      LIMITS_TABLE_NAME: limits.tableName,
      LIMITS_FACTOR: String(this.#stage.limitsFactor),
      LIMITS_UNITS: JSON.stringify(this.#stage.limits satisfies z.output<typeof LimiterEnv>['LIMITS_UNITS']),
    } satisfies z.input<typeof LimiterEnv>);
    grantTable(limits, fn, ['UpdateItem']);
  }

  #grantProving(fn: ServiceFunction): void {
    fn.addEnvironment({ DIRECTORY_TABLE_NAME: this.#data.directory.tableName });
    grantTable(this.#data.directory, fn, ['GetItem', 'Query'], PROVING_KEYS);
  }

  #consume(
    fn: ServiceFunction,
    props: { batchSize: number; parallelizationFactor?: number; window?: Duration; lag: Duration },
  ): void {
    consumeStream(fn, { stream: this.#data.stream, onFailure: this.#data.quarantine, alarms: this.#alarms, ...props });
  }

  #quarantine(fn: ServiceFunction): void {
    fn.addEnvironment({ QUARANTINE_BUCKET_NAME: this.#data.quarantine.bucketName } satisfies z.input<
      typeof QuarantineEnv
    >);
  }

  #ledger(fn: ServiceFunction, operations: readonly string[]): void {
    fn.addEnvironment({ LEDGER_TABLE_NAME: this.#data.ledger.tableName } satisfies z.input<typeof LedgerEnv>);
    grantTable(this.#data.ledger, fn, operations);
  }

  #liveTable(fn: ServiceFunction, operations: readonly string[]): void {
    fn.addEnvironment({ LIVE_TABLE_NAME: this.#data.live.tableName } satisfies z.input<typeof LiveEnv>);
    grantTable(this.#data.live, fn, operations);
  }

  #eventStoreSettings() {
    return { refreshSeconds: this.#stage.refreshSeconds, replicas: SIZES[this.#stage.size].searchNodes > 1 ? 1 : 0 };
  }

  #alarmTopic(): Topic | undefined {
    if (this.#stage.alarmEmail === undefined) return undefined;
    const topic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(this.#stage.alarmEmail));
    return topic;
  }
}
