import { existsSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { buildFunctions, buildSite, SITE_FOLDER } from '../lib/bundles.ts';
import { readStage } from '../lib/config/read-stage.ts';
import { AppStack } from '../lib/stacks/app-stack.ts';
import { DataStack } from '../lib/stacks/data-stack.ts';

// bundles first, because the stacks make assets of them
await buildFunctions();
if (process.env.TRIBUTARY_KEEP_SITE === undefined || !existsSync(SITE_FOLDER)) await buildSite();

const app = new App();
const stage = await readStage(app.node.tryGetContext('stage') ?? 'production');
const data = new DataStack(app, `Tributary-${stage.name}-data`, { stage, description: 'Tributary: what holds data' });
new AppStack(app, `Tributary-${stage.name}-app`, { stage, data, description: 'Tributary: functions, APIs, dashboard' });
app.synth();
