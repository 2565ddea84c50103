import { StageSettings } from '../stage.ts';

/** What `npm start` runs. */
export default StageSettings.parse({
  name: 'local',
  size: 'small',
  registration: 'open',
  mailFrom: 'tributary@tributary.invalid',
  changeFirstPassword: false,
  limitsFactor: 20,
  streamShards: 2,
  refreshSeconds: 1,
  archiveWindowSeconds: 10,
  logGroups: { '/aws/': 'default' },
});
