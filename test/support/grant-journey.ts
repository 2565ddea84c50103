import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalFile, makeLocalFile } from '../../bin/local/seed.ts';
import { ASSEMBLY } from '../../bin/local/synthesise.ts';
import { auditKeys } from '../../functions/adapters/audit-trail/keys.ts';
import { DynamoDbJobs } from '../../functions/adapters/jobs/dynamodb.ts';
import { S3ObjectStore } from '../../functions/adapters/object-store/s3.ts';
import { DynamoDbTombstones } from '../../functions/adapters/tombstones/dynamodb.ts';
import { DynamoDbViewerRegister } from '../../functions/adapters/viewers/dynamodb.ts';
import { toDay, toIndexName } from '../../functions/core/event-id.ts';
import { encodeFrame, type Frame, type FrameHeader, packFrames } from '../../functions/core/frame.ts';
import { type ProjectId, tenantObjectPrefix } from '../../functions/core/project.ts';
import { ulid } from '../../functions/core/ulid.ts';
import { Quarantine } from '../../functions/ingest/quarantine/quarantine.ts';
import type { Grant } from '../../lib/local-cloud/iam/grant-ledger.ts';
import { type LocalCloud, startLocalCloud } from '../../lib/local-cloud/local-cloud.ts';
import { readAssembly } from '../../lib/local-cloud/template/assembly.ts';
import { type Deployment, type Resource, readDeployment } from '../../lib/local-cloud/template/deployment.ts';
import { makeAnswerCheck } from './answers.ts';
import { signedSender } from './emulated-opensearch.ts';
import { eventually, type Platform } from './platform.ts';
import { Viewer } from './viewer.ts';

const checkAnswer = makeAnswerCheck();

/** Longer than a mapping keeps trying a record. */
const TOO_OLD_MILLIS = 25 * 3_600_000;
const DENIED = /is not authorized to perform/;

/** What became of a journey: how each grant was used, and the first thing that went wrong, if any. */
export interface Outcome {
  readonly grants: readonly Grant[];
  readonly failure: string | undefined;
}

/**
 * Runs the whole platform in this process and does with it everything that a grant is for.
 * @param maskGrant source of a statement to leave out; the journey then ends at the first call that is denied or step that fails
 */
export async function runJourney(maskGrant?: string): Promise<Outcome> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-grants-'));
  const messages: string[] = [];
  const clock = { offset: 0 };
  let starting: Promise<LocalCloud> | undefined;
  let file: LocalFile | undefined;
  const stop = new AbortController();
  /** The cloud once it is up: a call can be denied while it still starts. */
  const running = () => starting?.catch(() => undefined);
  try {
    const travel = async () => {
      starting = startLocalCloud({
        assembly: ASSEMBLY,
        dataDir,
        port: 0,
        now: () => Date.now() + clock.offset,
        log: (message) => messages.push(message),
        ...(maskGrant !== undefined && { maskGrant }),
        prepare: async (privateUrl, prepared) => {
          const clients = new Operator(prepared);
          file = await makeLocalFile(dataDir, {
            url: privateUrl,
            publicUrl: prepared.url,
            webSocketUrl: prepared.webSocketUrl ?? '',
            password: await clients.firstPassword(),
          });
          clients.close();
        },
      });
      const cloud = await starting;
      if (file === undefined) throw new Error('the cloud was not prepared');
      await new Journey(cloud, file, clock, dataDir).run(stop.signal);
      await sleep(1_000); // uses and denials are told twice a second
    };
    const denied = async () => {
      for (; !stop.signal.aborted; await sleep(200)) {
        const denial = messages.find((each) => DENIED.test(each));
        if (denial !== undefined) throw new Error(denial);
      }
    };
    const failure = await Promise.race([travel(), denied()]).then(
      () => undefined,
      async (error: unknown) => {
        // a step can fail before the denial that made it fail is told
        await sleep(1_000);
        return [String(error), ...messages.filter((each) => DENIED.test(each)).slice(0, 1), ...messages.slice(-5)].join(
          '\n',
        );
      },
    );
    const cloud = await running();
    return { grants: cloud?.grants() ?? [], failure };
  } finally {
    stop.abort();
    await (await running())?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** AWS clients that may do everything. */
class Operator {
  readonly #cloud: LocalCloud;
  readonly #deployment: Deployment = readDeployment(readAssembly(ASSEMBLY));
  readonly documents: DynamoDBDocumentClient;
  readonly #s3: S3Client;
  readonly #kinesis: KinesisClient;

  constructor(cloud: LocalCloud) {
    this.#cloud = cloud;
    this.documents = DynamoDBDocumentClient.from(new DynamoDBClient(this.#options('DYNAMODB')));
    this.#s3 = new S3Client({ ...this.#options('S3'), forcePathStyle: true });
    this.#kinesis = new KinesisClient({ ...this.#options('KINESIS'), requestHandler: new NodeHttpHandler() });
  }

  /** Physical name of the resource of a type whose logical id begins so. */
  name(type: string, beginning: string): string {
    return this.#find(type, beginning).name;
  }

  #find(type: string, beginning: string): Resource {
    const found = this.#deployment.resources.find((each) => each.type === type && each.logicalId.startsWith(beginning));
    if (found === undefined) throw new Error(`the template has no ${type} ${beginning}…`);
    return found;
  }

  /** Logical id of the resource of a type that begins so. */
  logicalId(type: string, beginning: string): string {
    return this.#find(type, beginning).logicalId;
  }

  count(type: string): number {
    return this.#deployment.resources.filter((each) => each.type === type).length;
  }

  async firstPassword(): Promise<string> {
    const secrets = new SecretsManagerClient(this.#options('SECRETS_MANAGER'));
    const { SecretString = '{}' } = await secrets.send(
      new GetSecretValueCommand({ SecretId: this.name('AWS::SecretsManager::Secret', 'FirstPassword') }),
    );
    secrets.destroy();
    return String(JSON.parse(SecretString).password);
  }

  async ageSigningKey(): Promise<void> {
    const secrets = new SecretsManagerClient(this.#options('SECRETS_MANAGER'));
    const SecretId = this.name('AWS::SecretsManager::Secret', 'SigningKey');
    const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    const aged = { ...JSON.parse(SecretString), created_at: 0 };
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(aged) }));
    secrets.destroy();
  }

  async keys(bucket: string, prefix: string): Promise<readonly string[]> {
    const { Contents = [] } = await this.#s3.send(
      new ListObjectsV2Command({ Bucket: this.name('AWS::S3::Bucket', bucket), Prefix: prefix }),
    );
    return Contents.map(({ Key = '' }) => Key);
  }

  async put(bucket: string, key: string, body: string): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket: this.name('AWS::S3::Bucket', bucket), Key: key, Body: body }));
  }

  async items(table: string): Promise<readonly Record<string, unknown>[]> {
    const { Items = [] } = await this.documents.send(
      new ScanCommand({ TableName: this.name('AWS::DynamoDB::Table', table) }),
    );
    return Items;
  }

  /** Sets a member of all items of a table that have it. */
  async backdate(table: string, member: string, value: number): Promise<void> {
    for (const { pk, sk, [member]: known } of await this.items(table)) {
      if (known === undefined) continue;
      await this.documents.send(
        new UpdateCommand({
          TableName: this.name('AWS::DynamoDB::Table', table),
          Key: { pk, sk },
          UpdateExpression: 'SET #member = :value',
          ExpressionAttributeNames: { '#member': member },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    }
  }

  putJunk(): Promise<void> {
    return this.putRecord(randomBytes(500));
  }

  async putQuarantined(header: FrameHeader, refused: Parameters<Quarantine['events']>[1]): Promise<void> {
    await new Quarantine(new S3ObjectStore(this.#s3, this.name('AWS::S3::Bucket', 'Quarantine'))).events(
      header,
      refused,
    );
  }

  async removeTemplate(): Promise<void> {
    const { accessKeyId, secretAccessKey } = this.#cloud.operator;
    const send = signedSender(this.#cloud.endpoints.OPENSEARCH_URL ?? '', accessKeyId, secretAccessKey);
    const { status } = await send('DELETE', '/_index_template/logs');
    if (status !== 200) throw new Error(`the template was not removed: ${status}`);
  }

  async putRecord(Data: Buffer): Promise<void> {
    const Records = [{ Data, PartitionKey: 'junk' }];
    await this.#kinesis.send(
      new PutRecordsCommand({ StreamName: this.name('AWS::Kinesis::Stream', 'IngestStream'), Records }),
    );
  }

  /** While `work` runs, the stream takes one record and no more. */
  async whileStreamRefuses(work: () => Promise<void>): Promise<void> {
    const url = `${this.#cloud.endpoints.AWS_ENDPOINT_URL_KINESIS}/_local/faults`;
    const stream = this.name('AWS::Kinesis::Stream', 'IngestStream');
    await fetch(url, { method: 'POST', body: JSON.stringify({ stream, after: 1 }) });
    try {
      await work();
    } finally {
      await fetch(url, { method: 'DELETE' });
    }
  }

  close(): void {
    this.documents.destroy();
    this.#s3.destroy();
    this.#kinesis.destroy();
  }

  #options(service: string) {
    const { accessKeyId, secretAccessKey } = this.#cloud.operator;
    return {
      region: this.#cloud.region,
      endpoint: this.#cloud.endpoints[`AWS_ENDPOINT_URL_${service}`] ?? '',
      credentials: { accessKeyId, secretAccessKey },
    };
  }
}

/** What people, shippers and schedules do with the platform. */
class Journey {
  readonly #cloud: LocalCloud;
  readonly #dataDir: string;
  readonly #file: LocalFile;
  readonly #clock: { offset: number };
  readonly #operator: Operator;
  readonly #platform: Pick<Platform, 'call' | 'url'>;
  /** Of the administrator. */
  #token = '';
  /** Of the user's own project; may delete. */
  #key: string;

  constructor(cloud: LocalCloud, file: LocalFile, clock: { offset: number }, dataDir: string) {
    this.#cloud = cloud;
    this.#dataDir = dataDir;
    this.#file = file;
    this.#key = file.apiKey;
    this.#clock = clock;
    this.#operator = new Operator(cloud);
    this.#platform = { url: cloud.url, call: (path, init) => this.#call(path, init) };
  }

  async run(signal: AbortSignal): Promise<void> {
    const steps: readonly [string, () => Promise<void>][] = [
      ['page', () => this.#page()],
      ['people', () => this.#people()],
      ['record searches', () => this.#recordSearches()],
      ['health', () => this.#health()],
      ['ingest', () => this.#ingest()],
      ['live', () => this.#live()],
      ['team', () => this.#team()],
      ['rotation', () => this.#rotation()],
      ['large event', () => this.#large()],
      ['gone viewer', () => this.#goneViewer()],
      ['reads', () => this.#reads()],
      ['saved searches', () => this.#savedSearches()],
      ['ingest settings', () => this.#ingestSettings()],
      ['audit', () => this.#audit()],
      ['recorded searches', () => this.#recordedSearches()],
      ['late viewers', () => this.#lateViewers()],
      ['unreadable record', () => this.#junk()],
      ['quarantine', () => this.#quarantine()],
      ['exports', () => this.#exports()],
      ['archive and ledger', () => this.#archive()],
      ['suspicious record', () => this.#suspect()],
      ['spill and redrive', () => this.#spill()],
      ['deletion', () => this.#deletion()],
      ['replay', () => this.#replay()],
      ['upload', () => this.#upload()],
      ['log events of the account', () => this.#subscription()],
      ['given up batches', () => this.#giveUp()],
    ];
    try {
      for (const [name, step] of steps) {
        signal.throwIfAborted();
        await step().catch((error: unknown) => {
          throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
    } finally {
      this.#operator.close();
    }
  }

  async #page(): Promise<void> {
    await this.#expect('/logs', 200, { headers: { accept: 'text/html' } });
  }

  async #people(): Promise<void> {
    const person = { username: 'grants', password: 'a long enough passphrase 1', email: 'grants@example.com' };
    await this.#send('/api/v1/auth/register', 201, person);
    const form = new URLSearchParams({ username: person.username, password: person.password });
    const login = await this.#expect('/api/v1/auth/login', 200, { method: 'POST', body: form });
    const own = { authorization: `Bearer ${((await login.json()) as { access_token: string }).access_token}` };
    await this.#expect('/api/v1/auth/me', 200, { headers: own });
    const change = { full_name: 'Grants', email: 'other@example.com', current_password: person.password };
    await this.#send('/api/v1/auth/me', 200, change, own, 'PUT');
    await this.#send('/api/v1/projects', 201, { name: 'More' }, own);
    await this.#expect('/api/v1/projects', 200, { headers: own });
    const made = await this.#send('/api/v1/keys', 201, { name: 'short-lived' }, own);
    await this.#expect('/api/v1/keys', 200, { headers: own });
    const { id } = (await made.json()) as { id: string };
    await this.#expect(`/api/v1/keys/${id}`, 204, { method: 'DELETE', headers: own });
    await this.#changePassword(person);
    const { username, password } = this.#file;
    const admin = await this.#expect('/api/v1/auth/login', 200, {
      method: 'POST',
      body: new URLSearchParams({ username, password }),
    });
    this.#token = ((await admin.json()) as { access_token: string }).access_token;
    const scopes = ['ingest', 'read', 'write'];
    const key = await this.#send('/api/v1/keys', 201, { name: 'deletes', scopes }, this.#session());
    this.#key = ((await key.json()) as { key: string }).key;
  }

  /** A new password is the only one that signs in from then on. */
  async #changePassword({
    username,
    password,
  }: {
    readonly username: string;
    readonly password: string;
  }): Promise<void> {
    const form = new URLSearchParams({ username, password });
    const login = await this.#expect('/api/v1/auth/login', 200, { method: 'POST', body: form });
    const own = { authorization: `Bearer ${((await login.json()) as { access_token: string }).access_token}` };
    const change = { password: 'another long passphrase 2', current_password: password };
    await this.#send('/api/v1/auth/me', 200, change, own, 'PUT');
    await this.#expect('/api/v1/auth/login', 401, { method: 'POST', body: form });
  }

  /** Somebody is invited by mail, comes by a reset password, watches and works, and is disabled. */
  async #team(): Promise<void> {
    const admin = this.#session();
    const path = `/api/v1/projects/${this.#file.project}`;
    await this.#send(`${path}/invitations`, 201, { email: 'other@example.com', role: 'admin' }, admin);
    await this.#expect(`${path}/invitations`, 200, { headers: admin });
    const invitation = await this.#mailed(/\?token=([\w-]+)/);
    await this.#send('/api/v1/auth/password-reset', 202, { email: 'other@example.com' });
    const reset = await this.#mailed(/reset\?token=([\w-]+)/);
    const password = 'a third long passphrase 3';
    await this.#send('/api/v1/auth/password-reset/confirm', 204, { token: reset, password });
    const form = new URLSearchParams({ username: 'grants', password });
    const wrong = new URLSearchParams({ username: 'grants', password: 'wrong' });
    await this.#expect('/api/v1/auth/login', 401, { method: 'POST', body: wrong });
    const login = await this.#expect('/api/v1/auth/login', 200, { method: 'POST', body: form });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const own = { authorization: `Bearer ${token}`, 'x-project-id': this.#file.project };
    await this.#send('/api/v1/auth/invitations/accept', 200, { token: invitation }, own);
    const made = await this.#send('/api/v1/keys', 201, { name: 'to rotate' }, own);
    const { id } = (await made.json()) as { id: string };
    await this.#send(`/api/v1/keys/${id}/rotate`, 201, {}, own);
    await this.#expect('/api/v1/auth/sessions', 200, { headers: own });
    await this.#expect('/api/v1/auth/sessions', 200, { method: 'DELETE', headers: own });
    const socket = new URL(`/api/v1/live-logs/ws/${this.#file.project}?token=${token}`, this.#cloud.url);
    socket.protocol = 'ws';
    const viewer = await Viewer.open(socket);
    const users = await this.#expect('/api/v1/auth/users?q=grants', 200, { headers: admin });
    const [user] = ((await users.json()) as { items: { id: string }[] }).items;
    await this.#expect(`${path}/members`, 200, { headers: admin });
    await this.#send(`${path}/members/${user?.id}`, 200, { role: 'viewer' }, admin, 'PUT');
    await this.#send(`/api/v1/auth/users/${user?.id}`, 200, { disabled: true }, admin, 'PUT');
    await viewer.closed;
    await this.#expect('/api/v1/rate-limits/status', 200, { headers: admin });
    const limits = `/api/v1/rate-limits/projects/${this.#file.project}`;
    await this.#send(limits, 200, { limits: { search: 5_000 } }, admin, 'PUT');
    await this.#expect(limits, 200, { headers: admin });
    await this.#expect('/api/v1/rate-limits/reset-all', 200, { method: 'DELETE', headers: admin });
  }

  /** What the last mail has in this place. */
  async #mailed(pattern: RegExp): Promise<string> {
    const folder = join(this.#dataDir, 'outbox');
    const last = readdirSync(folder).sort().at(-1) ?? '';
    const [, found] = pattern.exec(readFileSync(join(folder, last), 'utf8')) ?? [];
    if (found === undefined) throw new Error(`the mail ${last} has no ${pattern}`);
    return found;
  }

  /** As if the keys of sessions were a month old: tokens of before are still good, new ones have the new key. */
  async #rotation(): Promise<void> {
    await this.#operator.ageSigningKey();
    await this.#fire('RotateSchedule');
    await this.#expect('/api/v1/auth/me', 200, { headers: this.#session() });
  }

  async #health(): Promise<void> {
    const ready = await this.#expect('/health/ready', 200);
    if (((await ready.json()) as { status: string }).status !== 'ready') throw new Error('not ready');
    const health = await this.#expect('/health', 200);
    if (((await health.json()) as { status: string }).status !== 'healthy') throw new Error('not healthy');
    await this.#expect('/api/v1/status', 200);
  }

  async #ingest(): Promise<void> {
    await this.#send('/api/v1/logs', 201, entry('one'));
    await this.#send('/api/v1/logs/batch', 202, [entry('two'), entry('three')]);
    await this.#send('/api/v1/logs/generate', 202, { events: 20 });
    await this.#send('/api/v1/logs/batch', 202, [entry('by session')], this.#session());
    await this.#found('one', 1);
  }

  async #live(): Promise<void> {
    const first = await Viewer.withTicket(this.#platform as Platform, 'service:grants');
    const url = new URL(
      `/api/v1/live-logs/ws/${this.#file.project}?token=${this.#token}`,
      this.#cloud.url.replace(/^http/, 'ws'),
    );
    const second = await Viewer.open(url);
    await this.#send('/api/v1/live-logs/tickets', 201, { query: '' }, this.#session());
    await this.#until(first, 'seen');
    first.send({ action: 'ping' });
    await first.until('pong');
    const { cursor } = await first.until('logs');
    await first.close();
    await this.#send('/api/v1/logs', 201, entry('missed'));
    const again = await Viewer.withTicket(this.#platform as Platform, 'service:grants');
    again.send({ action: 'subscribe', query: 'service:grants', cursor });
    await again.until(
      'logs',
      ({ resumed, logs }) => resumed === true && logs.some((each) => each.message === 'missed'),
    );
    await again.close();
    await second.close();
  }

  /** An event that fits no frame: its lines are put beside the stream, and read by the index and by the tail of a watched project. */
  async #large(): Promise<void> {
    const viewer = await Viewer.withTicket(this.#platform as Platform);
    await this.#until(viewer, 'before large');
    const line = `hugeevent ${randomBytes(1_500_000).toString('base64')}`;
    const values = [[`${Date.now()}000000`, line]];
    await this.#send('/loki/api/v1/push', 204, { streams: [{ stream: { service_name: 'grants' }, values }] });
    await viewer.until('logs', ({ logs }) => logs.some((each) => each.message.startsWith('hugeevent')), 60);
    await viewer.close();
    await this.#found('hugeevent', 1);
  }

  async #goneViewer(): Promise<void> {
    const register = new DynamoDbViewerRegister(
      this.#operator.documents,
      this.#operator.name('AWS::DynamoDB::Table', 'LiveTable'),
    );
    const project = this.#file.project as ProjectId;
    await register.subscribe(project, { connectionId: 'gone', query: 'service:grants' });
    await eventually(
      async () => {
        await this.#send('/api/v1/logs', 201, entry('to nobody'));
        return register.list(project);
      },
      (left) => left.length === 0,
      60,
    );
  }

  async #reads(): Promise<void> {
    const search = await this.#expect('/api/v1/logs/search?query=one', 200);
    const { logs } = (await search.json()) as { logs: { id: string }[] };
    const id = logs[0]?.id ?? '';
    for (const path of [
      `/api/v1/logs/${id}`,
      `/api/v1/logs/${id}/context`,
      '/api/v1/logs/recent',
      '/api/v1/logs/histogram',
      '/api/v1/logs/facets?fields=service',
      '/api/v1/logs/fields',
      '/api/v1/metrics/overview',
      '/api/v1/metrics/timeseries',
      '/api/v1/cache/stats',
    ]) {
      await this.#expect(path, 200);
      await this.#expect(path, 200, { headers: this.#session() });
    }
    await this.#expect('/api/v1/cache/clear', 200, { method: 'DELETE', headers: this.#session() });
  }

  async #savedSearches(): Promise<void> {
    const headers = this.#session();
    const made = await this.#send('/api/v1/saved-searches', 201, { name: 'grants', query: 'service:grants' }, headers);
    const { id } = (await made.json()) as { id: string };
    const path = `/api/v1/saved-searches/${id}`;
    await this.#expect('/api/v1/saved-searches', 200, { headers });
    await this.#expect(path, 200, { headers });
    await this.#send(path, 200, { name: 'grants', query: 'one' }, headers, 'PUT');
    await this.#expect(path, 204, { method: 'DELETE', headers });
  }

  /** One export whose run was interrupted and which is finished, one that is cancelled in the midst. */
  async #exports(): Promise<void> {
    const large = await this.#send('/api/v1/exports', 202, { query: 'service:grants', format: 'ndjson' });
    const { id } = (await large.json()) as { id: string };
    const rest = `exports/project=${this.#file.project}/${id}/rest-0`;
    await this.#operator.put('Exports', rest, '');
    await this.#setProgress(id, 'rest', rest);
    await this.#fire('ExportSchedule');
    await this.#expect('/api/v1/exports', 200);
    const done = await this.#expect(`/api/v1/exports/${id}`, 200, { headers: this.#session() });
    const { status, download } = (await done.json()) as { status: string; download: { url: string } | null };
    const file = await fetch(download?.url ?? 'about:blank');
    if (status !== 'completed' || file.status !== 200)
      throw new Error(`an export is ${status}, its file ${file.status} ${await file.text()}`);
    await file.body?.cancel();

    const begun = await this.#send('/api/v1/exports', 202, { query: 'service:grants' }, this.#session());
    const gone = ((await begun.json()) as { id: string }).id;
    await this.#setProgress(gone, 'upload', 'begun');
    await this.#expect(`/api/v1/exports/${gone}`, 200, { method: 'DELETE', headers: this.#session() });
    await this.#fire('ExportSchedule');
  }

  /** As if a run had come so far. */
  async #setProgress(id: string, member: string, value: string): Promise<void> {
    const item = (await this.#operator.items('SettingsTable')).find(({ sk }) => sk === id);
    await this.#operator.documents.send(
      new UpdateCommand({
        TableName: this.#operator.name('AWS::DynamoDB::Table', 'SettingsTable'),
        Key: { pk: item?.pk, sk: id },
        UpdateExpression: 'SET progress.#member = :value',
        ExpressionAttributeNames: { '#member': member },
        ExpressionAttributeValues: { ':value': value },
      }),
    );
  }

  async #ingestSettings(): Promise<void> {
    const headers = this.#session();
    const path = '/api/v1/ingest/settings';
    await this.#expect(path, 200, { headers });
    await this.#send(path, 200, { sanitising: { rules: { password: 'hash' } } }, headers, 'PUT');
    await this.#send('/api/v1/ingest/sanitise/preview', 200, { sample: 'password=hunter2' }, headers);
    await this.#expect('/api/v1/ingest/quota', 200, { headers });
  }

  async #junk(): Promise<void> {
    await this.#operator.putJunk();
    await this.#stored('Quarantine', 'quarantine/records/');
  }

  /** A frame whose lines are gone stays; of events, one is refused, and one was deleted before it is stored. */
  async #quarantine(): Promise<void> {
    const path = '/api/v1/ingest/quarantine';
    const header: FrameHeader = {
      v: 1,
      id: ulid(Date.now()),
      project: this.#file.project as ProjectId,
      index: toIndexName('30d', toDay(Date.now())),
      events: 2,
      dropped: 0,
      bytes: 2,
      received: Date.now(),
    };
    const object = `${tenantObjectPrefix('large', header.project)}gone`;
    await this.#operator.putRecord(encodeFrame({ header: { ...header, object }, body: Buffer.alloc(0) }));
    await this.#stored('Quarantine', 'quarantine/project=');
    const list = (await (await this.#expect(path, 200)).json()) as { items: { id: string }[] };
    await this.#expect(`${path}/${list.items[0]?.id}`, 200);
    const created = await this.#send('/api/v1/logs', 201, entry('quarantined'));
    const { id } = (await created.json()) as { id: string };
    await this.#found('quarantined', 1);
    await this.#expect(`/api/v1/logs/${id}`, 200, { method: 'DELETE' });
    await this.#operator.putQuarantined(header, [
      { line: JSON.stringify(recordOf(id)), reason: 'test' },
      { line: 'no record', reason: 'test' },
    ]);
    // as after a loss of the store
    await this.#operator.removeTemplate();
    for (const headers of [{}, this.#session()]) await this.#send(`${path}/redrive`, 200, { from: '-1h' }, headers);
    await this.#operator.putQuarantined(header, [{ line: JSON.stringify(recordOf(id)), reason: 'test' }]);
    await this.#send(`${path}/${header.id}-events/redrive`, 200, {});
    await this.#found('quarantined', 0);
  }

  async #archive(): Promise<void> {
    await this.#stored('Archive', 'frames/');
    await this.#balanced();
    const countOpen = async () =>
      (await this.#operator.items('LedgerTable')).filter(({ opened_at }) => opened_at !== undefined).length;
    await eventually(
      async () => {
        // whoever writes meanwhile opens a minute again
        await this.#operator.backdate('LedgerTable', 'opened_at', Date.now() - 600_000);
        const before = await countOpen();
        await this.#fire('BalanceSchedule');
        return before - (await countOpen());
      },
      (closed) => closed > 0,
      60,
    );
  }

  /** Waits until the archive and the index have told the ledger of all that was accepted. */
  async #balanced(): Promise<void> {
    await eventually(
      async () => {
        const answer = await this.#expect('/api/v1/ingest/ledger', 200);
        return (await answer.json()) as { totals: { accepted: number }; open_frames_total: number };
      },
      ({ totals, open_frames_total }) => totals.accepted > 0 && open_frames_total === 0,
      60,
    );
  }

  /** A record that is alone in its batch and minutes old may have ended the function before: its attempts are counted. */
  async #suspect(): Promise<void> {
    await this.#deliver('suspect', randomBytes(500), Date.now() - 120_000);
    const counted = (await this.#operator.items('LedgerTable')).some(({ pk }) => String(pk).startsWith('A#'));
    if (!counted) throw new Error('attempts were not counted');
  }

  /** Events of two days are two frames; the one that the stream does not take goes to S3, and comes back by the schedule. */
  async #spill(): Promise<void> {
    const yesterday = Date.now() - 20 * 3_600_000;
    const earlier =
      new Date(yesterday).getUTCDate() === new Date().getUTCDate() ? yesterday - 4 * 3_600_000 : yesterday;
    await this.#operator.whileStreamRefuses(async () => {
      const both = [entry('spilled'), { ...entry('spilled'), timestamp: earlier }];
      await this.#send('/api/v1/logs/batch', 202, both);
    });
    if ((await this.#operator.keys('Quarantine', 'spill/')).length !== 1) throw new Error('nothing lies under spill/');
    await this.#fire('RedriveSchedule');
    if ((await this.#operator.keys('Quarantine', 'spill/')).length > 0) throw new Error('spill/ was not drained');
    await this.#found('spilled', 2);
  }

  async #deletion(): Promise<void> {
    const created = await this.#send('/api/v1/logs', 201, entry('doomed'));
    const { id } = (await created.json()) as { id: string };
    await this.#found('doomed', 1);
    for (const headers of [{}, this.#session()]) {
      await this.#expect(`/api/v1/logs/${id}`, 200, { method: 'DELETE', headers });
      await this.#found('doomed', 0);
      await this.#send(`/api/v1/logs/${id}/restore`, 200, {}, headers);
      await this.#found('doomed', 1);
    }
    await this.#expect(`/api/v1/logs/${id}`, 200, { method: 'DELETE' });
    // the stream may deliver again what was deleted meanwhile; it has it too, so that the ledger hears both sides
    const again = encodeFrame(this.#frameOf([JSON.stringify(recordOf(id))]));
    await this.#deliver('again', again);
    await this.#operator.putRecord(again);
    await this.#lookNow();
    await this.#fire('PurgeSchedule');
    await this.#endGrace(id);
    await this.#lookNow();
    await this.#fire('PurgeSchedule');
    const tombstones = await this.#operator.items('TombstonesTable');
    if (!tombstones.some(({ sk, state }) => sk === id && state === 'purged')) throw new Error('nothing was purged');
  }

  /** A chain that is read before and after it is sealed; a second sealing that finds its segment there reads it. */
  async #audit(): Promise<void> {
    const headers = this.#session();
    const event = { action: 'content.created', entity_type: 'content', entity_id: 'c-1' };
    const created = await this.#send('/api/v1/audit', 201, event, headers);
    const { id } = (await created.json()) as { id: string };
    await this.#expect(`/api/v1/audit/${id}`, 200, { headers });
    await this.#expect('/api/v1/audit?action=content.*', 200, { headers });
    const trail = await this.#expect('/api/v1/audit/entity/content/c-1', 200, { headers });
    if (((await trail.json()) as { items: unknown[] }).items.length !== 1) throw new Error('the entity has no trail');
    await this.#fire('SealSchedule');
    await this.#forgetSealed();
    await this.#fire('SealSchedule');
    const verified = await this.#expect('/api/v1/audit/verify', 200, { headers });
    const { intact, sealed_seq } = (await verified.json()) as { intact: boolean; sealed_seq: number };
    if (!intact || sealed_seq === 0) throw new Error(`intact: ${intact}, sealed up to ${sealed_seq}`);
  }

  /** From the first search on: an instance asks for the setting once a minute. */
  async #recordSearches(): Promise<void> {
    const headers = this.#session();
    await this.#send('/api/v1/audit/settings', 200, { record_searches: true }, headers, 'PUT');
    await this.#expect('/api/v1/audit/settings', 200);
  }

  async #recordedSearches(): Promise<void> {
    const list = await this.#expect('/api/v1/audit?chain=none&limit=200', 200, { headers: this.#session() });
    const { items } = (await list.json()) as { items: { action: string }[] };
    const told = new Set(items.map(({ action }) => action));
    for (const action of ['read.search_logs', 'read.recent_logs', 'read.get_log', 'read.live_tail'])
      if (!told.has(action)) throw new Error(`${action} was not recorded`);
  }

  /** Viewers whose token has ended: one is found when it says something, the other when something is posted to it. */
  async #lateViewers(): Promise<void> {
    for (const say of [true, false]) {
      const viewer = await Viewer.open(
        new URL(
          `/api/v1/live-logs/ws/${this.#file.project}?token=${this.#token}`,
          this.#cloud.url.replace(/^http/, 'ws'),
        ),
      );
      await this.#operator.backdate('LiveTable', 'ends_at', 1);
      if (say) viewer.send({ action: 'ping' });
      else await this.#send('/api/v1/logs', 201, entry('too late'));
      await viewer.until('ended');
      await viewer.closed;
    }
  }

  /** As if the sealing function had ended between writing segments and noting them. */
  async #forgetSealed(): Promise<void> {
    const TableName = this.#operator.name('AWS::DynamoDB::Table', 'AuditTable');
    for (const { pk, sk } of (await this.#operator.items('AuditTable')).filter((item) => item.pk === auditKeys.sealed))
      await this.#operator.documents.send(new DeleteCommand({ TableName, Key: { pk, sk } }));
  }

  /** As if the time to restore an event were over. */
  async #endGrace(id: string): Promise<void> {
    const table = this.#operator.name('AWS::DynamoDB::Table', 'TombstonesTable');
    const tombstone = (await this.#operator.items('TombstonesTable')).find(({ sk }) => sk === id);
    await this.#operator.documents.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk: tombstone?.pk, sk: id },
        UpdateExpression: 'SET purge_at = :now',
        ExpressionAttributeValues: { ':now': Date.now() - 1_000 },
      }),
    );
  }

  /** As if each look at a deleted event were due. */
  async #lookNow(): Promise<void> {
    const table = this.#operator.name('AWS::DynamoDB::Table', 'TombstonesTable');
    const tombstones = new DynamoDbTombstones(this.#operator.documents, table);
    for (const due of await tombstones.listDue(Date.now() + 365 * 86_400_000, 100)) {
      await tombstones.settle(due, Date.now() - 1_000);
    }
  }

  /** Everything so far comes from the archive again: large events, deleted ones, and one that is refused. */
  async #replay(): Promise<void> {
    const frame = this.#frameOf(['no record']);
    await this.#operator.putRecord(encodeFrame(frame));
    await this.#stored('Quarantine', `${tenantObjectPrefix('quarantine', frame.header.project)}${frame.header.id}`);
    await this.#balanced();
    // as after a loss of the store
    await this.#operator.removeTemplate();
    const headers = this.#session();
    const path = '/api/v1/ingest/replays';
    const started = await this.#send(path, 202, { from: '-1h' }, headers);
    const { id } = (await started.json()) as { id: string };
    await this.#fire('JobsSchedule');
    const replay = (await (await this.#expect(`${path}/${id}`, 200)).json()) as { status: string; events: number };
    // the frame whose lines are gone is told of
    if (replay.status !== 'incomplete' || replay.events === 0) throw new Error(`replay: ${JSON.stringify(replay)}`);
    await this.#expect(path, 200);
  }

  /** A file with events of two days, of which the stream takes one frame, and with a line that fits none. */
  async #upload(): Promise<void> {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const file = [
      `${yesterday} INFO uploaded yesterday`,
      `uploaded ${randomBytes(1_100_000).toString('base64')}`,
      `${new Date().toISOString()} INFO uploaded today`,
    ].join('\n');
    const created = await this.#send('/api/v1/uploads', 201, { name: 'grants.log', size: file.length });
    const { id, put } = (await created.json()) as { id: string; put: { url: string } };
    const path = `/api/v1/uploads/${id}`;
    await this.#send(`${path}/complete`, 409, {});
    const longer = await fetch(put.url, { method: 'PUT', body: `${file}\nmore` });
    if (longer.status !== 403) throw new Error(`a file of another length was taken: ${longer.status}`);
    const answer = await fetch(put.url, { method: 'PUT', body: file });
    if (answer.status !== 200) throw new Error(`the file was not put: ${answer.status} ${await answer.text()}`);
    await this.#send(`${path}/complete`, 202, {});
    // nobody else begins it: a run that finds it taken reads it and goes on
    const jobs = new DynamoDbJobs(this.#operator.documents, this.#operator.name('AWS::DynamoDB::Table', 'Ledger'));
    const other = await jobs.lease({ project: this.#file.project as ProjectId, kind: 'upload', id });
    await this.#fire('JobsSchedule');
    await this.#operator.whileStreamRefuses(async () => {
      await other?.release();
      await this.#fire('JobsSchedule');
    });
    const upload = (await (await this.#expect(path, 200)).json()) as { status: string; accepted: number };
    if (upload.status !== 'completed' || upload.accepted !== 3) throw new Error(`upload: ${JSON.stringify(upload)}`);
    await this.#expect('/api/v1/uploads', 200);
    await this.#fire('RedriveSchedule');
    await this.#found('uploaded', 3);
  }

  /** Deliveries of a log group: of one the stream takes a part, of one nothing. */
  async #subscription(): Promise<void> {
    const deliver = async (...messages: string[]) => {
      const logEvents = messages.map((message, id) => ({
        id: `${id}`,
        timestamp: Date.now() - id * 86_400_000,
        message,
      }));
      const named = { owner: '0', logGroup: '/aws/lambda/grants', logStream: 'grants' };
      const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', ...named, logEvents }));
      const name = this.#operator.logicalId('AWS::Lambda::Function', 'CloudWatch');
      const { error } = await this.#cloud.invoke(name, { awslogs: { data: data.toString('base64') } });
      if (error !== undefined) throw new Error(error.errorMessage);
    };
    const large = `subscribed ${randomBytes(1_100_000).toString('base64')}`;
    await this.#operator.whileStreamRefuses(async () => {
      await deliver('subscribed today', 'subscribed yesterday', large);
      await deliver('subscribed later');
    });
    if ((await this.#operator.keys('Quarantine', 'cloudwatch/')).length !== 1) throw new Error('nothing was kept');
    await this.#fire('CloudWatchSchedule');
    await this.#fire('RedriveSchedule');
  }

  /** A record that is too old for its mappings goes to S3, and from there into the stream again; one deleted meanwhile stays hidden. */
  async #giveUp(): Promise<void> {
    this.#clock.offset = TOO_OLD_MILLIS;
    // every schedule is due at once; what the redrive among them would drain is sent after it
    await sleep(5_000);
    const created = await this.#send('/api/v1/logs', 201, entry('abandoned'));
    const { id } = (await created.json()) as { id: string };
    const mappings = this.#operator.count('AWS::Lambda::EventSourceMapping');
    // a redrive that is still at work takes away what was given up
    const seen = new Set<string | undefined>();
    await eventually(
      async () => {
        for (const key of await this.#operator.keys('Quarantine', 'aws/lambda/')) seen.add(key.split('/')[2]);
        return seen.size;
      },
      (size) => size === mappings,
      60,
    );
    this.#clock.offset = 0;
    await this.#expect(`/api/v1/logs/${id}`, 202, { method: 'DELETE' });
    await this.#fire('RedriveSchedule');
    if ((await this.#operator.keys('Quarantine', 'aws/lambda/')).length > 0)
      throw new Error('aws/lambda/ was not drained');
    await eventually(
      () => this.#call(`/api/v1/logs/${id}/restore`, json({})),
      ({ status }) => status === 200,
      60,
    );
    await this.#found('abandoned', 1);
  }

  /** Of the user's own project, in the index of today. */
  #frameOf(lines: readonly string[]): Frame {
    const settings = {
      project: this.#file.project as ProjectId,
      index: toIndexName('30d', toDay(Date.now())),
      received: Date.now(),
    };
    const [frame] = packFrames(settings, lines, () => ulid(settings.received));
    if (frame === undefined) throw new Error('no frame was packed');
    return frame;
  }

  /** Calls *index* with a record as its mapping would. */
  async #deliver(partitionKey: string, data: Buffer, arrived = Date.now()): Promise<void> {
    const kinesis = {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber: '1',
      data: data.toString('base64'),
      approximateArrivalTimestamp: arrived / 1000,
    };
    const index = this.#operator.logicalId('AWS::Lambda::Function', 'IndexFunction');
    const { error } = await this.#cloud.invoke(index, { Records: [{ eventID: 'shardId-000000000009:1', kinesis }] });
    if (error !== undefined) throw new Error(error.errorMessage);
  }

  async #fire(beginning: string): Promise<void> {
    const { error } = await this.#cloud.fireSchedule(this.#operator.name('AWS::Scheduler::Schedule', beginning));
    if (error !== undefined) throw new Error(`${beginning}: ${error.errorMessage}`);
  }

  async #stored(bucket: string, prefix: string): Promise<void> {
    await eventually(
      () => this.#operator.keys(bucket, prefix),
      (keys) => keys.length > 0,
      60,
    );
  }

  async #found(word: string, count: number): Promise<void> {
    await eventually(
      async () => {
        const answer = await this.#expect(`/api/v1/logs/search?query=${word}&limit=10`, 200);
        return ((await answer.json()) as { total: number }).total;
      },
      (total) => total === count,
      60,
    );
  }

  /** Sends until a viewer sees it: the tail takes notice of a viewer within two seconds. */
  async #until(viewer: Viewer, message: string): Promise<void> {
    await eventually(
      async () => {
        await this.#send('/api/v1/logs', 201, entry(message));
        return viewer.events();
      },
      (events) => events.some((event) => event.message === message),
      60,
    );
  }

  #session(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}`, 'x-project-id': this.#file.project };
  }

  #send(path: string, status: number, body: unknown, headers = {}, method = 'POST'): Promise<Response> {
    return this.#expect(path, status, json(body, headers, method));
  }

  async #expect(path: string, status: number, init: RequestInit = {}): Promise<Response> {
    const answer = await this.#call(path, init);
    await (await checkAnswer)(init.method ?? 'GET', path, answer);
    if (answer.status === status) return answer;
    throw new Error(
      `${init.method ?? 'GET'} ${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`,
    );
  }

  /** With the key of the user's own project, unless a token is given. */
  #call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.delete('x-api-key');
    if (!headers.has('authorization') && !path.startsWith('/api/v1/auth')) headers.set('x-api-key', this.#key);
    return fetch(new URL(path, this.#cloud.url), { ...init, headers });
  }
}

const entry = (message: string) => ({ timestamp: Date.now(), level: 'INFO', service: 'grants', message });
/** An event as *accept* would have written it. */
const recordOf = (id: string) => ({
  id,
  timeUnixNano: `${Date.now()}000000`,
  observedTimeUnixNano: `${Date.now()}000000`,
  severityNumber: 9,
  body: 'quarantined',
  attributes: {},
  resource: { 'service.name': 'grants' },
  source: { protocol: 'test' },
});
const json = (body: unknown, headers = {}, method = 'POST'): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
