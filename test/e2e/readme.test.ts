import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { estimateCost } from '../../lib/config/cost.ts';
import { readStage } from '../../lib/config/read-stage.ts';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';
import { ROOT } from '../support/steps.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Blocks that are not run as they stand, with what is run for them. */
const INSTEAD: Readonly<Record<string, string>> = {
  // how the platform of this test was started, on a port and in a folder of its own
  'npm start': 'npm start -- --help',
  // what runs this test
  'npm test': 'npm pkg get scripts.test',
  // nothing here has an account: that the pinned command line knows these commands is all that can be seen
  'npx cdk bootstrap\nnpx cdk deploy --all': 'npx cdk bootstrap --help && npx cdk deploy --all --help',
};
const FOLLOWS = /tributary -- tail/;

let platform: Platform;
let environment: Record<string, string>;
beforeAll(async () => {
  platform = await startPlatform();
  environment = {
    TRIBUTARY_URL: platform.url,
    TRIBUTARY_API_KEY: platform.apiKey,
    PATH: `${join(process.execPath, '..')}:${process.env.PATH}`,
    HOME: platform.dataDir,
  };
});
afterAll(() => platform?.stop());

/** Runs a block as a person pastes it, with this platform's files in place of the ones that `npm start` leaves. */
async function run(block: string): Promise<{ code: number; output: string }> {
  const command = (INSTEAD[block] ?? block).replaceAll('./.tributary/', `${platform.dataDir}/`);
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-ec', command], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      timeout: 60_000,
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

describe('commands of the README', () => {
  it('are found, and none stands beside a block that is not run', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(9);
    for (const block of Object.keys(INSTEAD)) expect(blocks).toContain(block);
  });

  it.each(blocks.filter((block) => !FOLLOWS.test(block)))('work: %s', async (block) => {
    // what was just sent is found a moment later
    const { output } = await eventually(
      () => run(block),
      ({ code, output }) => code === 0 && (!block.includes('/logs/search') || output.includes('payment declined')),
      45,
    );
    if (block.includes('/api/v1/logs ')) expect(output).toContain('"accepted"');
    if (block.includes('tributary -- search')) expect(output).toContain('disk almost full');
    if (block.includes('/v1/ingest?')) expect(output).toContain('"accepted":2');
  });

  it.each(blocks.filter((block) => FOLLOWS.test(block)))('follow what arrives: %s', async (block) => {
    // a group of its own, so that Ctrl-C reaches all of it
    const child = spawn('bash', ['-ec', block], { cwd: ROOT, env: { ...process.env, ...environment }, detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    try {
      await eventually(
        async () => {
          await platform.call('/api/v1/logs', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({
              timestamp: new Date().toISOString(),
              level: 'ERROR',
              service: 'readme',
              message: 'seen by the tail',
            }),
          });
          await new Promise((resolve) => setTimeout(resolve, 500));
          return output;
        },
        (text) => text.includes('seen by the tail'),
      );
    } finally {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await exited;
    }
  });

  it('name scripts that there are', () => {
    const named = [...readme.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

describe('the README', () => {
  it('links to files that there are', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.includes('://'));
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
  });

  it('tells the costs that npm run cost computes', async () => {
    const stage = await readStage('production');
    const { total, perGb, perSearchableGb } = estimateCost(stage, { gbPerDay: 1, viewers: 2 });
    const idle = estimateCost(stage, { gbPerDay: 0, viewers: 0 }).lines.filter(({ service }) =>
      /OpenSearch|Kinesis/.test(service),
    );
    const standing = idle.reduce((sum, { dollars }) => sum + dollars, 0);
    expect(readme).toContain(`$${total.toFixed(0)} at 1 GB a day, of which $${standing.toFixed(0)} stand there anyway`);
    expect(readme).toContain(`costs $${perGb.toFixed(2)}; `);
    expect(readme).toContain(`on a larger disk $${perSearchableGb.toFixed(2)}`);
  });
});
