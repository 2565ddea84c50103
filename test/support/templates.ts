import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readStage } from '../../lib/config/read-stage.ts';
import { StageSettings } from '../../lib/config/stage.ts';
import { AppStack } from '../../lib/stacks/app-stack.ts';
import { DataStack } from '../../lib/stacks/data-stack.ts';

/** Both stacks of a stage in an app of their own, as `bin/app.ts` makes them. */
export interface StageApp {
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

/** Makes the stacks of a stage with the context of `cdk.json`. @param options `nag`: its findings fail the synthesis */
export function makeStageApp(stage: StageSettings, options: { readonly nag?: boolean } = {}): StageApp {
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), 'tributary-synth-')),
    context: JSON.parse(readFileSync(fileURLToPath(CDK_JSON), 'utf8')).context,
    analyticsReporting: false,
  });
  if (options.nag) Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
  const dataStack = new DataStack(app, 'data', { stage });
  const appStack = new AppStack(app, 'app', { stage, data: dataStack });
  return { app, dataStack, appStack };
}

/** Synthesises a stage. @returns its templates */
export function synthStage(stage: StageSettings): StageTemplates {
  const { dataStack, appStack } = makeStageApp(stage);
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

/** The stages that the infrastructure is checked in. */
export async function readStages(): Promise<readonly StageSettings[]> {
  return [await readStage('local'), await readStage('production'), STANDARD_STAGE];
}
