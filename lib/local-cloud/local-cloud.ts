import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeclaredResource, EmulatorOptions } from './emulator.ts';
import { type EmulatorThread, startEmulators } from './emulators.ts';
import { readApis } from './gateway/api-definition.ts';
import { HttpApi } from './gateway/http-api.ts';
import { LambdaPermissions } from './gateway/lambda-permissions.ts';
import { messageResponse } from './gateway/message.ts';
import { PublicServer } from './gateway/public-server.ts';
import { type LocalHosts, replaceHosts } from './hosts.ts';
import { authorize } from './iam/authorize.ts';
import { CredentialStore, type Credentials } from './iam/credentials.ts';
import { type Grant, GrantLedger } from './iam/grant-ledger.ts';
import { readPrincipals } from './iam/read-principals.ts';
import { takeUses } from './iam/usage.ts';
import { readAssembly } from './template/assembly.ts';
import { readDeployment } from './template/deployment.ts';
import { functionEnvironment } from './workers/function-environment.ts';
import { type ColdStart, FunctionPool, type InvocationResult } from './workers/function-pool.ts';
import { readFunctionSpec } from './workers/function-spec.ts';
import { LogFile } from './workers/log-file.ts';

export interface LocalCloudOptions {
  /** The synthesised cloud assembly, `cdk.out`. */
  readonly assembly: string;
  /** Folder for everything kept: state, logs, uploads. Made when missing. */
  readonly dataDir: string;
  /** Public port; 0 lets the system choose. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** `OPENSEARCH_URL` and `AWS_ENDPOINT_URL_<SERVICE>` of real engines that stand in for the emulators. */
  readonly env?: Readonly<Record<string, string>>;
  /** Source of one grant to leave out, so that a test can see what fails without it. */
  readonly maskGrant?: string;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** What an operator should read. @default writes to standard error */
  readonly log?: (message: string) => void;
}

/** A running local cloud. */
export interface LocalCloud {
  /** Base URL of the public port, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** URL of the WebSocket API with its stage, undefined when the template has none. */
  readonly webSocketUrl: string | undefined;
  /** By stack name and output name, with URLs of this machine. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `AWS_ENDPOINT_URL_<SERVICE>` and `OPENSEARCH_URL` as the functions see them. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** May do everything; for seeding. */
  readonly operator: Credentials;
  /** What the function signs with. */
  credentialsFor(functionLogicalId: string): Credentials;
  /** Runs a function with an event; the answer is parsed JSON. */
  invoke(functionLogicalId: string, event: unknown): Promise<InvocationResult & { readonly answer: unknown }>;
  /** Starts of execution environments so far. */
  coldStarts(): readonly ColdStart[];
  /** Every statement of every role and how often it was needed, since the data folder was made. */
  grants(): Promise<readonly Grant[]>;
  /** Resolves with the error of an emulator that ended by itself. */
  readonly crashed: Promise<Error>;
  /** Stops within 5 s: refuses what is new, finishes what runs. */
  close(): Promise<void>;
}

/** Emulator by the types it holds. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  DYNAMODB: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
  KINESIS: ['AWS::Kinesis::Stream'],
  S3: ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy'],
  SECRETS_MANAGER: ['AWS::SecretsManager::Secret'],
  OPENSEARCH: ['AWS::OpenSearchService::Domain'],
};

const variableOf = (service: string) => (service === 'OPENSEARCH' ? 'OPENSEARCH_URL' : `AWS_ENDPOINT_URL_${service}`);

/** How long running requests may take to finish when the local cloud stops. */
const GRACE_MILLIS = 3_500;

/**
 * Runs what a cloud assembly declares on this machine.
 * @throws TemplateError for a resource, property or intrinsic that is not known here; Error when the port is taken
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { assembly, dataDir, port, host = '127.0.0.1', env = {}, maskGrant, now = Date.now } = options;
  const log = options.log ?? ((message: string) => process.stderr.write(`${message}\n`));
  const deployment = readDeployment(readAssembly(assembly));
  const { region, accountId, resources } = deployment;
  const specs = resources
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map((resource) => readFunctionSpec(resource, deployment));
  const apis = readApis(deployment);
  const permissions = new LambdaPermissions(deployment);
  const state = join(dataDir, 'state');
  const logs = join(dataDir, 'logs');
  mkdirSync(state, { recursive: true });
  mkdirSync(logs, { recursive: true });
  const { principals, credentials, operator } = readPrincipals(
    deployment,
    new CredentialStore(join(state, 'credentials')),
    maskGrant,
  );
  const ledger = new GrantLedger(join(state, 'grants.json'), principals);
  const accessLog = new LogFile(join(logs, 'access.log'));

  const [httpDefinition, otherHttp] = apis.filter(({ protocol }) => protocol === 'HTTP');
  if (otherHttp !== undefined)
    throw new Error(`one HTTP API can own the public port, ${otherHttp.logicalId} is the second`);
  const ready = Promise.withResolvers<HttpApi | undefined>();
  const server = new PublicServer({
    host,
    port,
    handle: async (request) => (await ready.promise)?.handle(request) ?? messageResponse(404, 'Not Found'),
    upgrade: (_request, socket) => socket.destroy(),
  });
  const url = `http://${host}:${await server.listen()}`;

  const crashed = Promise.withResolvers<Error>();
  const threads: EmulatorThread[] = [];
  const endpoints: Record<string, string> = {};
  const emulatorOptions: EmulatorOptions = {
    dataDir: state,
    region,
    accountId,
    principals,
    resources: resources.map(
      ({ logicalId, type, name, arn, properties }): DeclaredResource => ({
        logicalId,
        type,
        name,
        arn,
        properties,
      }),
    ),
  };
  const needed = Object.keys(SERVICES).filter((service) =>
    resources.some(({ type }) => SERVICES[service]?.includes(type)),
  );
  for (const service of needed) {
    const given = env[variableOf(service)];
    if (given !== undefined) endpoints[variableOf(service)] = given;
  }
  const emulated = needed.filter((service) => endpoints[variableOf(service)] === undefined);
  const groups = [
    emulated.filter((service) => service !== 'OPENSEARCH'),
    emulated.filter((service) => service === 'OPENSEARCH'),
  ];
  try {
    const started = await Promise.all(
      groups
        .filter((services) => services.length > 0)
        .map((services) =>
          startEmulators({
            services,
            options: emulatorOptions,
            onUses: (uses) => ledger.add(uses),
            onCrash: (error) => {
              log(`the emulators ${services.join(', ')} ended: ${error.stack ?? error.message}`);
              crashed.resolve(error);
            },
          }),
        ),
    );
    threads.push(...started);
  } catch (error) {
    await server.close(0);
    throw error;
  }
  for (const { urls } of threads) {
    for (const [service, serviceUrl] of Object.entries(urls)) endpoints[variableOf(service)] = serviceUrl;
  }

  const hosts: LocalHosts = { https: new Map(), wss: new Map() };
  const coldStarts: ColdStart[] = [];
  const pools = new Map<string, FunctionPool>();
  for (const spec of specs) {
    const own = credentials.get(spec.arn);
    if (own === undefined) throw new Error(`function ${spec.logicalId} has no credentials`);
    const mayLog = authorize(principals, {
      accessKeyId: own.accessKeyId,
      action: 'logs:PutLogEvents',
      resource: `arn:aws:logs:${region}:${accountId}:log-group:${spec.logGroupName}:log-stream:local`,
    });
    if (!mayLog.allowed) log(`function ${spec.logicalId} may not write logs: ${mayLog.message}`);
    const variables = Object.fromEntries(
      Object.entries(spec.variables).map(([name, value]) => [name, replaceHosts(value, hosts)]),
    );
    pools.set(
      spec.arn,
      new FunctionPool({
        spec,
        environment: functionEnvironment(spec, variables, own, region, endpoints),
        log: mayLog.allowed ? new LogFile(join(logs, `${spec.logicalId}.log`)) : undefined,
        onColdStart: (coldStart) => coldStarts.push(coldStart),
      }),
    );
  }
  const invoke = (functionArn: string, event: string) => {
    const pool = pools.get(functionArn);
    if (pool === undefined) throw new Error(`there is no function ${functionArn}`);
    return pool.invoke(event);
  };
  const surroundings = {
    region,
    accountId,
    invoke,
    permissions,
    writeAccessLog: (line: string) => accessLog.write(line),
    log,
    now,
  };
  ready.resolve(httpDefinition === undefined ? undefined : new HttpApi(httpDefinition, surroundings));

  const collect = setInterval(() => {
    ledger.add(takeUses());
    ledger.save();
  }, 1_000).unref();
  const byLogicalId = (logicalId: string) => {
    const spec = specs.find((each) => each.logicalId === logicalId);
    if (spec === undefined) throw new Error(`there is no function ${logicalId}`);
    return spec;
  };
  return {
    url,
    webSocketUrl: undefined,
    outputs: deployment.outputs,
    endpoints,
    operator,
    credentialsFor: (logicalId) => credentials.get(byLogicalId(logicalId).arn) ?? operator,
    async invoke(logicalId, event) {
      const result = await invoke(byLogicalId(logicalId).arn, JSON.stringify(event));
      return { ...result, answer: JSON.parse(result.payload) };
    },
    coldStarts: () => coldStarts,
    async grants() {
      ledger.add(takeUses());
      return ledger.grants();
    },
    crashed: crashed.promise,
    async close() {
      clearInterval(collect);
      await server.close(GRACE_MILLIS);
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      await Promise.all(threads.map((thread) => thread.close()));
      ledger.add(takeUses());
      ledger.save();
      await accessLog.close();
    },
  };
}
