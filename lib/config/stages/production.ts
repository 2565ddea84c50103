import { StageSettings } from '../stage.ts';

/** What `npx cdk deploy --all` deploys unless another stage is named. */
export default StageSettings.parse({ name: 'production', size: 'small' });
