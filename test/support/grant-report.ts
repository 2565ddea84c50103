import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './steps.ts';

const TEMPLATE = join(ROOT, 'cdk.out/local/Tributary-local-app.template.json');
const REPORT = join(ROOT, 'dist/grants.json');

/** What the last run of the journey through every grant found. */
const Report = z.object({
  /** Of the template that was run. */
  sha256: z.string(),
  /** `<role>/<policy>/<index> <action or resource>` */
  unused: z.array(z.string()),
});

const hashOfTemplate = (): string => createHash('sha256').update(readFileSync(TEMPLATE)).digest('hex');

/** Writes down which grants nothing needed, for `npm run check`. */
export function writeReport(unused: readonly string[]): void {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(REPORT, JSON.stringify({ sha256: hashOfTemplate(), unused }, null, 2));
}

/** Which grants nothing needed when the template was last run, in words. */
export function readReport(): string {
  if (!existsSync(REPORT) || !existsSync(TEMPLATE)) return 'grants have not been looked at yet; npm test does';
  const { sha256, unused } = Report.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
  const age = sha256 === hashOfTemplate() ? '' : ' (of an earlier template; npm test looks again)';
  if (unused.length === 0) return `no unused grant${age}`;
  return `unused grants${age}:\n${unused.map((each) => `  ${each}`).join('\n')}`;
}
