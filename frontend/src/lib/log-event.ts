export type { LogEvent } from '../../../functions/search/api.ts';
