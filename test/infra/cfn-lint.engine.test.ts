import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readStages, templatesOf } from '../support/templates.ts';

const { CFN_LINT } = process.env;
const stages = (await readStages()).map((stage) => ({ stage, name: stage.name }));
const folder = mkdtempSync(join(tmpdir(), 'tributary-cfn-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rules that the CDK itself goes against. */
const NOT_OURS = [
  'W3005', // it writes DependsOn beside a reference that says the same
];

describe.skipIf(CFN_LINT === undefined)('cfn-lint', () => {
  it.each(stages)('finds nothing in the templates of stage $name', ({ stage }) => {
    const files = Object.entries(templatesOf(stage)).map(([name, template]) => {
      const file = join(folder, `${stage.name}-${name}.template.json`);
      writeFileSync(file, JSON.stringify(template.toJSON(), null, 1));
      return file;
    });
    const { status, stdout, error } = spawnSync(
      CFN_LINT ?? '',
      ['--ignore-checks', ...NOT_OURS, '--template', ...files],
      {
        encoding: 'utf8',
      },
    );
    expect(error).toBeUndefined();
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
