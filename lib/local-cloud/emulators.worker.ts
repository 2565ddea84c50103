/** A thread that runs some of the emulators, so that the gateway's event loop stays free. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { takeUsage, type Usage } from './iam/usage.ts';

/** Services by the name that `AWS_ENDPOINT_URL_<NAME>` uses. */
const START: Readonly<Record<string, (options: EmulatorOptions) => Promise<Emulator>>> = {
  DYNAMODB: async (options) => (await import('./dynamodb/dynamodb.ts')).startDynamoDb(options),
  KINESIS: async (options) => (await import('./kinesis/kinesis.ts')).startKinesis(options),
  S3: async (options) => (await import('./s3/s3.ts')).startS3(options),
  SECRETS_MANAGER: async (options) =>
    (await import('./secrets-manager/secrets-manager.ts')).startSecretsManager(options),
  OPENSEARCH: async (options) => (await import('./opensearch/opensearch.ts')).startOpenSearch(options),
};

/** What the thread is started with. */
export interface EmulatorSetup {
  readonly services: readonly string[];
  readonly options: EmulatorOptions;
}

/** What it reports: the URLs by service when all run, what became of calls since the last report, the end. */
export type EmulatorReport =
  | {
      readonly kind: 'started';
      readonly urls: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'usage'; readonly usage: Usage }
  | { readonly kind: 'closed' };

const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread only');
const report = (message: EmulatorReport) => port.postMessage(message);
const reportUsage = () => {
  const usage = takeUsage();
  if (usage.uses.size > 0 || usage.denials.size > 0) report({ kind: 'usage', usage });
};

const { services, options } = workerData as EmulatorSetup;
const running = new Map<string, Emulator>();
for (const service of services) {
  const start = START[service];
  if (start === undefined) throw new Error(`there is no emulator ${service}`);
  running.set(service, await start(options));
}
const timer = setInterval(reportUsage, 500);
// to close is all that is ever asked
port.on('message', async () => {
  clearInterval(timer);
  await Promise.all([...running.values()].map((emulator) => emulator.close()));
  reportUsage();
  report({ kind: 'closed' });
  port.close();
});
report({
  kind: 'started',
  urls: Object.fromEntries([...running].map(([service, { url }]) => [service, url])),
});
