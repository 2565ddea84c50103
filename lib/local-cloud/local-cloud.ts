import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connectionsApi } from './control-plane/connections-api.ts';
import { ControlServer } from './control-plane/control-server.ts';
import { domainApi } from './control-plane/domain-api.ts';
import { EventSources } from './event-sources/event-sources.ts';
import { lockFolder } from './folder-lock.ts';
import { Functions } from './functions.ts';
import { type ApiDefinition, readApis } from './gateway/api-definition.ts';
import { listDeployedFiles, publishFiles } from './gateway/bucket-deployment.ts';
import { readDistribution } from './gateway/cloudfront/distribution.ts';
import { Gateway } from './gateway/gateway.ts';
import { HttpApi } from './gateway/http-api.ts';
import { LambdaPermissions } from './gateway/lambda-permissions.ts';
import { PublicServer } from './gateway/public-server.ts';
import { SiteOrigin } from './gateway/site-origin.ts';
import { WebSocketApi } from './gateway/web-socket-api.ts';
import { type LocalHosts, replaceHosts } from './hosts.ts';
import { CredentialStore, type Credentials } from './iam/credentials.ts';
import { type Grant, GrantLedger } from './iam/grant-ledger.ts';
import { readPrincipals } from './iam/read-principals.ts';
import { placeOf } from './iam/roles.ts';
import { takeUsage, type Usage } from './iam/usage.ts';
import { sesApi } from './ses/ses.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';
import { readAssembly } from './template/assembly.ts';
import { type Deployment, type Resource, readDeployment } from './template/deployment.ts';
import { type ReadSecret, resolveReferences } from './template/dynamic-references.ts';
import { TemplateError } from './template/template-error.ts';
import type { ColdStart, InvocationResult } from './workers/function-pool.ts';
import { readFunctionSpec } from './workers/function-spec.ts';
import { LogFile } from './workers/log-file.ts';

export interface LocalCloudOptions {
  /** The synthesised cloud assembly, `cdk.out`. */
  readonly assembly: string;
  /** Folder for everything kept, in `state/`, `logs/` and `outbox/`. Made when missing. */
  readonly dataDir: string;
  /** Public port; 0 lets the system choose. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** `OPENSEARCH_URL` and `AWS_ENDPOINT_URL_<SERVICE>` of real engines that stand in for the emulators. */
  readonly env?: Readonly<Record<string, string>>;
  /** Source of one grant to leave out, so that a test can see what fails without it. */
  readonly maskGrant?: string;
  /** Longest wait between tries of a failed batch; AWS goes up to a minute. @default 5000 */
  readonly maximumBackoffMillis?: number;
  /** Unix milliseconds, for time limits, schedules and record ages of the runtime; the emulators' threads have the system's. */
  readonly now?: () => number;
  /**
   * Runs when everything works and before the public port answers anybody: for seeding.
   * @param privateUrl serves what the public URL will serve, until this resolves
   */
  readonly prepare?: (privateUrl: string, cloud: LocalCloud) => Promise<void>;
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
  /** `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>` and `OPENSEARCH_URL` as the functions see them. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly region: string;
  /** Physical name of a resource: table, stream, bucket, secret, function. @throws Error when there is none */
  nameOf(logicalId: string): string;
  /** May do everything; for seeding. */
  readonly operator: Credentials;
  /** What the function signs with. */
  credentialsFor(functionLogicalId: string): Credentials;
  /** Runs a function with an event; `answer` is its payload, parsed. */
  invoke(functionLogicalId: string, event: unknown): Promise<InvocationResult & { readonly answer: unknown }>;
  /** Fires a schedule or rule now, by logical id or name. */
  fireSchedule(logicalIdOrName: string): Promise<InvocationResult>;
  /** Starts of execution environments so far. */
  coldStarts(): readonly ColdStart[];
  /** Every statement of every role and how often it was needed since the data folder was made; lags by up to half a second. */
  grants(): readonly Grant[];
  /** Resolves with the error of an emulator that ended by itself. */
  readonly crashed: Promise<Error>;
  /** Stops within 5 s: refuses what is new, finishes what runs; what cannot finish comes again after a restart. */
  close(): Promise<void>;
}

/** How long running work may take to finish when the local cloud stops. */
const GRACE_MILLIS = 3_000;

/**
 * Runs what a cloud assembly declares on this machine.
 * @throws TemplateError for a resource, property or intrinsic that is not known here; Error when the port is taken
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { dataDir, host = '127.0.0.1', env = {}, now = Date.now, maximumBackoffMillis = 5_000 } = options;
  const log = options.log ?? ((message: string) => process.stderr.write(`${message}\n`));

  // everything that can be wrong with the template is found before anything starts
  const deployment = readDeployment(readAssembly(options.assembly));
  const { region, accountId, resources } = deployment;
  const specs = ofType(deployment, 'AWS::Lambda::Function').map((resource) => readFunctionSpec(resource, deployment));
  const httpDefinition = onlyApi(deployment, 'HTTP');
  const webSocketDefinition = onlyApi(deployment, 'WEBSOCKET');
  const distributionResource = only(ofType(deployment, 'AWS::CloudFront::Distribution'));
  if (distributionResource !== undefined) {
    readDistribution(distributionResource, distributionResource.properties.DistributionConfig, deployment);
  }
  checkReferences(deployment);
  const permissions = new LambdaPermissions(deployment);
  const files = await listDeployedFiles(deployment);
  const state = join(dataDir, 'state');
  const logs = join(dataDir, 'logs');
  mkdirSync(state, { recursive: true });
  mkdirSync(logs, { recursive: true });
  const identities = readPrincipals(deployment, new CredentialStore(join(state, 'credentials')), options.maskGrant);
  const { principals, credentials, operator } = identities;
  const ledger = new GrantLedger(join(state, 'grants.json'), principals);

  const closing: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const step of closing.reverse()) await step();
    closing.length = 0;
  };
  try {
    return await start();
  } catch (error) {
    await close();
    throw error;
  }

  async function start(): Promise<LocalCloud> {
    closing.push(lockFolder(state));
    const accessLog = new LogFile(join(logs, 'access.log'));
    closing.push(() => accessLog.close());
    const note = ({ uses, denials }: Usage) => {
      ledger.add(uses);
      for (const denial of denials) log(`a call was denied: ${denial}`);
    };
    const saveUsage = () => {
      note(takeUsage());
      ledger.save();
    };
    const saving = setInterval(saveUsage, 1_000).unref();
    closing.push(saveUsage, () => clearInterval(saving));

    const ready = Promise.withResolvers<Gateway>();
    const server = new PublicServer({
      host,
      port: options.port,
      handle: async (request) => (await ready.promise).handle(request),
      upgrade: async (request, socket, head) => (await ready.promise).upgrade(request, socket, head),
    });
    const port = await server.listen();
    closing.push(() => server.close(GRACE_MILLIS));
    const url = `http://${reachableHost(host)}:${port}`;
    const webSocketUrl = webSocketDefinition && `${url.replace(/^http/, 'ws')}/${webSocketDefinition.stage}`;
    const control = new ControlServer(principals);
    const controlUrl = await control.listen();
    closing.push(() => control.close());
    const outbox = join(dataDir, 'outbox');
    control.serve(
      sesApi({ identities: ofType(deployment, 'AWS::SES::EmailIdentity'), outbox, region, accountId, now }),
    );
    control.serve(domainApi(ofType(deployment, 'AWS::OpenSearchService::Domain'), region, accountId));

    const crashed = Promise.withResolvers<Error>();
    const standIns = await startStandIns({
      deployment,
      principals,
      state,
      env,
      onUsage: note,
      onCrash: (error) => {
        log(`an emulator ended: ${error.stack ?? error.message}`);
        crashed.resolve(error);
      },
    });
    closing.push(() => standIns.close());
    const endpoints: Readonly<Record<string, string>> = {
      // wherever nothing stands in, the SDK's call ends here and not in an account
      AWS_ENDPOINT_URL: controlUrl,
      ...standIns.endpoints,
      ...(webSocketDefinition && {
        AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${controlUrl}/${webSocketDefinition.stage}`,
      }),
    };
    const hosts = localHosts({ deployment, url, controlUrl, endpoints, httpDefinition, webSocketDefinition });
    const resolveAll = referenceResolver(standIns, region, operator);

    const variables = new Map(
      await Promise.all(
        specs.map(async (spec) => {
          const place = { stack: '', logicalId: spec.logicalId, path: 'Properties.Environment.Variables' };
          const resolved = (await resolveAll(spec.variables, place)) as Record<string, string>;
          return [
            spec.arn,
            Object.fromEntries(Object.entries(resolved).map(([name, value]) => [name, replaceHosts(value, hosts)])),
          ] as const;
        }),
      ),
    );
    const functions = new Functions({
      specs,
      variables,
      identities,
      region,
      accountId,
      endpoints,
      logs,
      log,
    });
    closing.push(() => functions.close());
    const invoke = (functionArn: string, event: string) => functions.invoke(functionArn, event);

    const surroundings = {
      region,
      accountId,
      invoke,
      permissions,
      writeAccessLog: (line: string) => accessLog.write(line),
      log,
      now,
    };
    const webSocketApi = webSocketDefinition && new WebSocketApi(webSocketDefinition, surroundings);
    if (webSocketApi !== undefined) control.serve(connectionsApi(webSocketApi, region, accountId));
    const distribution =
      distributionResource &&
      readDistribution(
        distributionResource,
        await resolveAll(
          distributionResource.properties.DistributionConfig,
          placeOf(distributionResource, 'DistributionConfig'),
        ),
        withLocalHeaders(deployment, hosts),
      );
    const s3 = endpoints.AWS_ENDPOINT_URL_S3;
    const siteCredentials = distribution && credentials.get(distribution.arn);
    if (s3 !== undefined) {
      const localise = (text: string) => replaceHosts(text, hosts);
      await publishFiles(files, { endpoint: s3, region, credentials: operator, localise });
    }
    const gateway = new Gateway({
      httpApi: httpDefinition && new HttpApi(httpDefinition, surroundings),
      webSocketApi,
      distribution,
      site:
        s3 !== undefined && siteCredentials !== undefined
          ? new SiteOrigin({ endpoint: s3, region, credentials: siteCredentials })
          : undefined,
      siteFiles: new Set(files.map(({ key }) => `/${key}`)),
      log,
    });
    const eventSources = new EventSources({
      deployment,
      identities,
      permissions,
      endpoints,
      state,
      invoke,
      warm: (functionArn) => functions.warm(functionArn),
      maximumBackoffMillis,
      now,
      log,
    });
    await eventSources.start();
    // all three at once, so that the whole stays within five seconds
    closing.push(async () => {
      const finished = Promise.all([server.close(GRACE_MILLIS), webSocketApi?.close(), eventSources.close()]);
      await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, GRACE_MILLIS).unref())]);
    });

    const specOf = (logicalId: string) => {
      const spec = specs.find((each) => each.logicalId === logicalId);
      if (spec === undefined) throw new Error(`there is no function ${logicalId}`);
      return spec;
    };
    const cloud: LocalCloud = {
      url,
      webSocketUrl,
      outputs: localOutputs(deployment, hosts),
      endpoints,
      region,
      nameOf(logicalId) {
        const resource = resources.find((each) => each.logicalId === logicalId);
        if (resource === undefined) throw new Error(`there is no resource ${logicalId}`);
        return resource.name;
      },
      operator,
      credentialsFor: (logicalId) => credentials.get(specOf(logicalId).arn) ?? operator,
      async invoke(logicalId, event) {
        const result = await invoke(specOf(logicalId).arn, JSON.stringify(event));
        return { ...result, answer: JSON.parse(result.payload) };
      },
      fireSchedule: (logicalIdOrName) => eventSources.fire(logicalIdOrName),
      coldStarts: () => functions.coldStarts,
      grants() {
        note(takeUsage());
        return ledger.grants();
      },
      crashed: crashed.promise,
      close,
    };
    if (options.prepare !== undefined) await prepare(options.prepare, gateway, cloud);
    ready.resolve(gateway);
    return cloud;
  }
}

/** What a browser of this machine can open: no wildcard address, and IPv6 in brackets. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

async function prepare(
  work: NonNullable<LocalCloudOptions['prepare']>,
  gateway: Gateway,
  cloud: LocalCloud,
): Promise<void> {
  const server = new PublicServer({
    host: '127.0.0.1',
    port: 0,
    handle: (request) => gateway.handle(request),
    upgrade: (request, socket, head) => gateway.upgrade(request, socket, head),
  });
  const port = await server.listen();
  try {
    await work(`http://127.0.0.1:${port}`, cloud);
  } finally {
    await server.close(0);
  }
}

const ofType = ({ resources }: Deployment, wanted: string) => resources.filter(({ type }) => type === wanted);

function only(resources: readonly Resource[]): Resource | undefined {
  const [first, second] = resources;
  if (second !== undefined)
    throw new TemplateError({ stack: second.stack, logicalId: second.logicalId }, `there is one ${second.type} here`);
  return first;
}

function onlyApi(deployment: Deployment, protocol: ApiDefinition['protocol']): ApiDefinition | undefined {
  const [first, second] = readApis(deployment).filter((api) => api.protocol === protocol);
  if (second !== undefined)
    throw new Error(`one ${protocol} API can own the public port, ${second.logicalId} is the second`);
  return first;
}

/** Types whose dynamic references are resolved. */
const WITH_REFERENCES = ['AWS::Lambda::Function', 'AWS::CloudFront::Distribution'];

function checkReferences({ resources }: Deployment): void {
  for (const { type, stack, logicalId, properties } of resources) {
    if (!WITH_REFERENCES.includes(type) && JSON.stringify(properties).includes('{{resolve:')) {
      throw new TemplateError(
        { stack, logicalId, path: 'Properties' },
        `a dynamic reference in ${type} is not known here`,
      );
    }
  }
}

function referenceResolver(standIns: StandIns, region: string, credentials: Credentials) {
  const endpoint = standIns.endpoints.AWS_ENDPOINT_URL_SECRETS_MANAGER;
  const client = endpoint === undefined ? undefined : new SecretsManagerClient({ endpoint, region, credentials });
  const read: ReadSecret = async (SecretId, key) => {
    if (client === undefined) throw new Error(`nothing stands in for Secrets Manager, which has ${SecretId}`);
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    if (key === undefined) return SecretString;
    const value = (JSON.parse(SecretString) as Record<string, unknown>)[key];
    if (value === undefined) throw new Error(`secret ${SecretId} has no member ${key}`);
    return String(value);
  };
  return (value: unknown, place: Parameters<typeof resolveReferences>[2]) => resolveReferences(value, read, place);
}

interface HostsOptions {
  readonly deployment: Deployment;
  readonly url: string;
  readonly controlUrl: string;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly httpDefinition: ApiDefinition | undefined;
  readonly webSocketDefinition: ApiDefinition | undefined;
}

function localHosts({
  deployment,
  url,
  controlUrl,
  endpoints,
  httpDefinition,
  webSocketDefinition,
}: HostsOptions): LocalHosts {
  const executeApi = ({ apiId }: ApiDefinition) => `${apiId}.execute-api.${deployment.region}.amazonaws.com`;
  const https = new Map<string, string>();
  const wss = new Map<string, string>();
  if (httpDefinition !== undefined) https.set(executeApi(httpDefinition), url);
  if (webSocketDefinition !== undefined) {
    https.set(executeApi(webSocketDefinition), controlUrl);
    wss.set(executeApi(webSocketDefinition), url.replace(/^http/, 'ws'));
  }
  for (const { hosts } of ofType(deployment, 'AWS::CloudFront::Distribution'))
    for (const name of hosts) https.set(name, url);
  for (const { hosts } of ofType(deployment, 'AWS::OpenSearchService::Domain')) {
    for (const name of hosts) https.set(name, endpoints.OPENSEARCH_URL ?? '');
  }
  for (const { name } of ofType(deployment, 'AWS::S3::Bucket'))
    https.set(`${name}.s3.${deployment.region}.amazonaws.com`, endpoints.AWS_ENDPOINT_URL_S3 ?? '');
  return { https, wss };
}

/** The deployment with this machine's hosts in its response headers: a content security policy names them. */
function withLocalHeaders(deployment: Deployment, hosts: LocalHosts): Deployment {
  return {
    ...deployment,
    resources: deployment.resources.map((resource) =>
      resource.type === 'AWS::CloudFront::ResponseHeadersPolicy'
        ? { ...resource, properties: JSON.parse(replaceHosts(JSON.stringify(resource.properties), hosts)) }
        : resource,
    ),
  };
}

function localOutputs({ outputs }: Deployment, hosts: LocalHosts): LocalCloud['outputs'] {
  return Object.fromEntries(
    Object.entries(outputs).map(([stack, values]) => [
      stack,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, replaceHosts(value, hosts)])),
    ]),
  );
}
