import { type App, type PolicyValidationPluginReport, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { makeStageApp, readStages } from '../support/templates.ts';

const stages = await readStages();

/** Synthesises under the rules of AWS Solutions. @returns what was found and nobody gave a reason for */
function check(app: App): readonly string[] {
  const checks = new AwsSolutionsChecks(app);
  const validate = vi.spyOn(checks, 'validate');
  Validations.of(app).addPlugins(checks);
  app.synth();
  const { value: report } = validate.mock.results[0] as { value: PolicyValidationPluginReport };
  return toFindings(report).map(({ rule, path }) => `${rule} ${path}`);
}

interface Finding {
  readonly rule: string;
  /** Of the construct. */
  readonly path: string;
}

const toFindings = ({ violations }: PolicyValidationPluginReport): readonly Finding[] =>
  violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => ({ rule: ruleName, path: constructPath ?? '' })),
  );

/** What the rules find in a synthesised app where no reason counts. */
function findWithoutReasons(app: App): readonly Finding[] {
  // the pack keeps this to itself; where it no longer asks it, nothing is found and a test fails
  const checks = new AwsSolutionsChecks();
  Object.defineProperty(checks, 'isAcknowledged', { value: () => false });
  return toFindings(checks.validateScope(app));
}

/** All reasons given in a tree: rule, path and the sentence. */
function listReasons(scope: IConstruct): { rule: string; path: string; reason: string }[] {
  return scope.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]) => ({ rule: id.replace(/^annotation::/i, ''), path: node.path, reason })),
  );
}

describe.each(stages)('the rules of AWS Solutions, in stage $name', (stage) => {
  const stageApp = makeStageApp(stage);
  const { app } = stageApp;
  const kept = check(app);
  afterAll(() => stageApp[Symbol.dispose]());

  it('are kept, or the reason stands beside the resource', () => expect(kept).toEqual([]));

  it('find each thing that a reason is given for', () => {
    const found = findWithoutReasons(app);
    const reasons = listReasons(app);
    expect(reasons.length).toBeGreaterThan(0);
    const unused = reasons.filter(
      ({ rule, path }) =>
        !found.some(
          (finding) => finding.rule === rule && (finding.path === path || finding.path.startsWith(`${path}/`)),
        ),
    );
    expect(unused.map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
    for (const { reason } of reasons) expect(reason).toMatch(/^[A-Z].{30,}$/);
  });
});
