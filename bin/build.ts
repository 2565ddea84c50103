import { buildFunctions, buildSite } from '../lib/bundles.ts';

await Promise.all([buildFunctions(), buildSite()]);
