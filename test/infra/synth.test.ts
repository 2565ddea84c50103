import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readStage } from '../../lib/config/read-stage.ts';
import { makeStageApp, readStages, synthStage, templatesOf } from '../support/templates.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const stages = (await readStages()).map((stage) => ({ stage, name: stage.name }));
const folder = mkdtempSync(join(tmpdir(), 'tributary-synth-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run synth', () => {
  it('needs no account and no network', () => {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_|NODE_OPTIONS$|VITEST|TRIBUTARY_)/.test(name)),
    );
    const output = join(folder, 'cdk.out');
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'bin/node24.mjs'), ...readScript('synth'), '--output', output],
      {
        cwd: ROOT,
        encoding: 'utf8',
        env: {
          ...env,
          HOME: folder, // no profile of a person's
          AWS_EC2_METADATA_DISABLED: 'true',
          NODE_OPTIONS: `--import ${join(ROOT, 'test/support/no-network.mjs')}`,
          TRIBUTARY_KEEP_SITE: '1',
        },
      },
    );
    expect(stderr).not.toMatch(/error|warning/i);
    expect(status).toBe(0);
    expect(readdirSync(output)).toEqual(
      expect.arrayContaining(['Tributary-production-data.template.json', 'Tributary-production-app.template.json']),
    );
  });
});

/** Arguments of a script of `package.json` after `node bin/node24.mjs`. */
function readScript(name: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const [, , ...args] = scripts[name].split(' ');
  return args;
}

describe('templates', () => {
  it.each(stages)('of stage $name come out the same each time', ({ stage }) => {
    const [first, second] = [templatesOf(stage), synthStage(stage)];
    expect(second.data.toJSON()).toEqual(first.data.toJSON());
    expect(second.app.toJSON()).toEqual(first.app.toJSON());
  });

  it('name no account and no region, so that one assembly fits all', async () => {
    for (const template of Object.values(templatesOf(await readStage('production')))) {
      const text = JSON.stringify(template.toJSON());
      expect(text).not.toMatch(/\b\d{12}\b/);
      expect(text).not.toMatch(/\b(us|eu|ap)-[a-z]+-\d\b/);
    }
  });

  it('protect the stack that holds data from being deleted', async () => {
    using stageApp = makeStageApp(await readStage('production'));
    const { dataStack, appStack } = stageApp;
    expect(dataStack.terminationProtection).toBe(true);
    expect(appStack.terminationProtection).toBe(false);
  });
});
