import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { checkBudgets } from './budgets.ts';
import { check } from './check.ts';
import { ROOT, run } from './support/steps.ts';

/**
 * `npm test`: every check that needs nothing but npm. `--full`: all seeds and inputs instead of a tenth, and the engine tests where
 * engines are named by their variables. `--engines`: the engine tests alone.
 */
const { values: options } = parseArgs({
  options: { full: { type: 'boolean', default: false }, engines: { type: 'boolean', default: false } },
});

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

const failures: string[] = [];
if (!options.engines) {
  failures.push(...(await check()));
  // bundles, dashboard and template are what the tests of the whole platform run
  if (!(await run({ name: 'build', args: ['test/support/prepare.ts'] }))) failures.push('build');
  else for (const broken of checkBudgets(join(ROOT, 'dist/site'))) failures.push(`size budget: ${broken}`);
}
const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
const reportFile = join(folder, 'report.json');
const projects = options.engines
  ? ['engines']
  : ['node', 'frontend', 'infra', 'e2e', ...(options.full && process.env.OPENSEARCH_URL ? ['engines'] : [])];
const passed = await run({
  name: `tests: ${projects.join(', ')}`,
  args: [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...projects.flatMap((project) => ['--project', project]),
  ],
  env: {
    TRIBUTARY_TEST_DATA: process.env.TRIBUTARY_TEST_DATA ?? resolve(ROOT, '../shared/data'),
    ...(options.full && { TRIBUTARY_TEST_FULL: '1' }),
  },
});
if (!passed) failures.push('tests');
if (!existsSync(reportFile)) {
  process.stderr.write('\nthe test runner wrote no report\n');
  process.exit(1);
}
const report = Report.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
rmSync(folder, { recursive: true, force: true });

const skipped = report.testResults.flatMap(({ name, assertionResults }) =>
  assertionResults
    .filter(({ status }) => status === 'pending' || status === 'skipped' || status === 'todo')
    .map(({ fullName }) => `${name.replace(ROOT, '')}: ${fullName}`),
);
if (skipped.length > 0)
  process.stdout.write(
    `\nSkipped, because what they need is not here:\n${skipped.map((line) => `  ${line}\n`).join('')}`,
  );
if (failures.length > 0) process.stderr.write(`\nFailed: ${failures.join(', ')}\n`);
process.stdout.write(`\n${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped.length} skipped\n`);
if (report.numPassedTests === 0) process.stderr.write('no test was run\n');
process.exitCode = failures.length > 0 || report.numPassedTests === 0 ? 1 : 0;
