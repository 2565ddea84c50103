import type { DeclaredResource } from './emulator.ts';
import { type EmulatorThread, startEmulators } from './emulators.ts';
import type { Principals } from './iam/principals.ts';
import type { Usage } from './iam/usage.ts';
import type { Deployment } from './template/deployment.ts';

/** Emulator by the types it holds; the names are those of `AWS_ENDPOINT_URL_<NAME>`. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  DYNAMODB: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'],
  KINESIS: ['AWS::Kinesis::Stream'],
  S3: ['AWS::S3::Bucket'],
  SECRETS_MANAGER: ['AWS::SecretsManager::Secret'],
  OPENSEARCH: ['AWS::OpenSearchService::Domain'],
};

/** The variable that tells where a service is. */
const variableOf = (service: string) => (service === 'OPENSEARCH' ? 'OPENSEARCH_URL' : `AWS_ENDPOINT_URL_${service}`);

export interface StandInOptions {
  readonly deployment: Deployment;
  readonly principals: Principals;
  /** Folder of everything durable. */
  readonly state: string;
  /** Real engines by variable; what they serve is not emulated. */
  readonly env: Readonly<Record<string, string>>;
  readonly onUsage: (usage: Usage) => void;
  readonly onCrash: (error: Error) => void;
}

export interface StandIns {
  /** `AWS_ENDPOINT_URL_<SERVICE>` and `OPENSEARCH_URL` for every service that the template declares something of. */
  readonly endpoints: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts an emulator for every service that the template uses and nothing else serves: OpenSearch in a thread of its own, the others in one. */
export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const { deployment, principals, state, env, onUsage, onCrash } = options;
  const endpoints: Record<string, string> = {};
  const emulated: string[] = [];
  for (const [service, types] of Object.entries(SERVICES)) {
    if (!deployment.resources.some(({ type }) => types.includes(type))) continue;
    const given = env[variableOf(service)];
    if (given === undefined) emulated.push(service);
    else endpoints[variableOf(service)] = given;
  }
  const { region, accountId, resources } = deployment;
  const declared = resources.map(
    ({ logicalId, type, name, arn, properties }): DeclaredResource => ({ logicalId, type, name, arn, properties }),
  );
  const threads: EmulatorThread[] = [];
  const start = async (services: readonly string[]) => {
    if (services.length === 0) return;
    const emulatorOptions = { dataDir: state, region, accountId, principals, resources: declared };
    const thread = await startEmulators({ services, options: emulatorOptions, onUsage, onCrash });
    threads.push(thread);
    for (const [service, url] of Object.entries(thread.urls)) endpoints[variableOf(service)] = url;
  };
  const close = async () => {
    await Promise.all(threads.map((thread) => thread.close()));
  };
  const [first, second] = await Promise.allSettled([
    start(emulated.filter((service) => service !== 'OPENSEARCH')),
    start(emulated.filter((service) => service === 'OPENSEARCH')),
  ]);
  const failed = [first, second].find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    await close();
    throw failed.reason;
  }
  return { endpoints, close };
}
