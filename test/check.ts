import { readReport } from './support/grant-report.ts';
import { run, type Step } from './support/steps.ts';

/** What needs no test run: types, lint and format, unused code and packages. Import directions are a test of their own. */
const STEPS: readonly Step[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint and format', args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.'] },
  { name: 'unused code and packages', args: ['node_modules/knip/bin/knip.js', '--config', '.knip.json'] },
];

/** @returns names of the steps that failed */
export async function check(): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const step of STEPS) if (!(await run(step))) failed.push(step.name);
  process.stdout.write(`\n── grants: ${readReport()}\n`);
  return failed;
}

if (import.meta.main) {
  const failed = await check();
  if (failed.length > 0) process.stderr.write(`\ncheck failed: ${failed.join(', ')}\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
