import { rmSync } from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type LocalCloud, startLocalCloud } from '../lib/local-cloud/local-cloud.ts';
import { banner } from './local/banner.ts';
import { readOptions, USAGE } from './local/options.ts';
import { fillDemo, type LocalFile, makeLocalFile, readLocalFile } from './local/seed.ts';
import { ASSEMBLY, synthesise } from './local/synthesise.ts';

/** Engines that stand in for emulators when the shell names them. */
const STAND_INS = /^(OPENSEARCH_URL|AWS_ENDPOINT_URL_[A-Z_]+)$/;

async function main(): Promise<void> {
  const startedAt = performance.now();
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const { port, dataDir, fresh, demo } = options;
  if (fresh) rmSync(dataDir, { recursive: true, force: true });
  synthesise();

  let file: LocalFile | undefined;
  const cloud = await startLocalCloud({
    assembly: ASSEMBLY,
    dataDir,
    port,
    env: Object.fromEntries(
      Object.entries(process.env).filter(
        (entry): entry is [string, string] => STAND_INS.test(entry[0]) && entry[1] !== undefined,
      ),
    ),
    // local.json is complete before anybody is answered
    prepare: async (privateUrl, prepared) => {
      file = await makeLocalFile(dataDir, {
        url: privateUrl,
        publicUrl: prepared.url,
        webSocketUrl: prepared.webSocketUrl ?? '',
        password: await readFirstPassword(prepared),
      });
    },
  });
  stopOnSignal(cloud);
  if (file === undefined) throw new Error('the local platform was started without being prepared');
  if (demo) await fillDemo(dataDir, file);
  process.stdout.write(banner(readLocalFile(dataDir) ?? file, (performance.now() - startedAt) / 1000));
  const crash = await cloud.crashed;
  process.stderr.write(`the local platform cannot go on: ${crash.message}\n`);
  await cloud.close();
  process.exit(1);
}

async function readFirstPassword({ endpoints, operator, outputs }: LocalCloud): Promise<string> {
  const secret = Object.values(outputs).find((stack) => stack.FirstPasswordSecret !== undefined)?.FirstPasswordSecret;
  const client = new SecretsManagerClient({
    region: 'us-east-1',
    endpoint: endpoints.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? '',
    credentials: { accessKeyId: operator.accessKeyId, secretAccessKey: operator.secretAccessKey },
  });
  const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
  client.destroy();
  return String(JSON.parse(SecretString).password);
}

function stopOnSignal(cloud: LocalCloud): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    process.stderr.write('\nStopping …\n');
    await cloud.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`npm start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
