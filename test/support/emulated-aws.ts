import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeclaredResource, EmulatorOptions } from '../../lib/local-cloud/emulator.ts';
import type { PolicyStatement, Principal } from '../../lib/local-cloud/iam/principals.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT_ID = '123456789012';

/** Credentials of a caller who may do everything, and of one with the statements that a test gives. */
export const OPERATOR = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'operator-secret' };
export const LIMITED = { accessKeyId: 'AKIALIMITED', secretAccessKey: 'limited-secret' };

const EVERYTHING: PolicyStatement = {
  effect: 'Allow',
  actions: ['*'],
  resources: ['*'],
  conditions: {},
  source: 'Operator/0',
};

const principal = (name: string, secretAccessKey: string, statements: readonly PolicyStatement[]): Principal => ({
  arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${name}/${name}`,
  secretAccessKey,
  statements,
});

/** Options of an emulator with its data in `dataDir`. `limited` are the statements of the `LIMITED` caller. */
export function emulatorOptions(
  dataDir: string,
  resources: readonly DeclaredResource[],
  limited: readonly PolicyStatement[] = [],
): EmulatorOptions {
  return {
    dataDir,
    region: REGION,
    accountId: ACCOUNT_ID,
    resources,
    principals: {
      [OPERATOR.accessKeyId]: principal('operator', OPERATOR.secretAccessKey, [EVERYTHING]),
      [LIMITED.accessKeyId]: principal('limited', LIMITED.secretAccessKey, limited),
    },
  };
}

/** A folder that is gone after the test file. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
