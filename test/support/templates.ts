import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readStage } from '../../lib/config/read-stage.ts';
import { StageSettings } from '../../lib/config/stage.ts';
import { AppStack } from '../../lib/stacks/app-stack.ts';
import { DataStack } from '../../lib/stacks/data-stack.ts';

/** Both stacks of a stage in an app of their own, as `bin/app.ts` makes them. What it synthesises is gone when it is disposed of. */
export interface StageApp extends Disposable {
  readonly app: App;
  readonly dataStack: DataStack;
  readonly appStack: AppStack;
}

/** Both templates of a stage. */
export interface StageTemplates {
  readonly data: Template;
  readonly app: Template;
}

const CDK_JSON = new URL('../../cdk.json', import.meta.url);

/** Makes the stacks of a stage with the context of `cdk.json`. Assets are named, not copied. */
export function makeStageApp(stage: StageSettings): StageApp {
  const outdir = mkdtempSync(join(tmpdir(), 'tributary-synth-'));
  const { context } = JSON.parse(readFileSync(CDK_JSON, 'utf8'));
  const app = new App({ outdir, context: { ...context, 'aws:cdk:disable-asset-staging': true } });
  const dataStack = new DataStack(app, 'data', { stage });
  const appStack = new AppStack(app, 'app', { stage, data: dataStack });
  return { app, dataStack, appStack, [Symbol.dispose]: () => rmSync(outdir, { recursive: true, force: true }) };
}

const known = new Map<string, StageTemplates>();

/** Templates of a stage, synthesised once for all tests of a worker: they look and change nothing. */
export function templatesOf(stage: StageSettings): StageTemplates {
  const templates = known.get(stage.name) ?? synthStage(stage);
  known.set(stage.name, templates);
  return templates;
}

/** Synthesises a stage. @returns its templates */
export function synthStage(stage: StageSettings): StageTemplates {
  using stageApp = makeStageApp(stage);
  const { dataStack, appStack } = stageApp;
  return { data: Template.fromStack(dataStack), app: Template.fromStack(appStack) };
}

/** A stage of size `standard` with everything switched on that settings can switch on. */
export const STANDARD_STAGE: StageSettings = StageSettings.parse({
  name: 'standard',
  size: 'standard',
  alarmEmail: 'operations@example.com',
  domain: {
    name: 'logs.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000',
  },
});

/** One resource of a template. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties are CloudFormation's, checked by what a test expects of them
  readonly properties: any;
  readonly deletionPolicy: string | undefined;
  readonly dependsOn: readonly string[];
}

/** Resources of one type, or all. */
export function listResources(template: Template, type?: string): readonly Resource[] {
  const { Resources } = template.toJSON() as { Resources: Record<string, Record<string, unknown>> };
  return Object.entries(Resources)
    .map(([id, resource]) => ({
      id,
      type: resource.Type as string,
      properties: resource.Properties ?? {},
      deletionPolicy: resource.DeletionPolicy as string | undefined,
      dependsOn: [resource.DependsOn ?? []].flat() as string[],
    }))
    .filter((resource) => type === undefined || resource.type === type);
}

/** The stages that the infrastructure is checked in. */
export async function readStages(): Promise<readonly StageSettings[]> {
  return [await readStage('local'), await readStage('production'), STANDARD_STAGE];
}
