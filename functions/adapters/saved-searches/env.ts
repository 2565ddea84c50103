import { z } from 'zod';

export const SettingsEnv = z.object({ SETTINGS_TABLE_NAME: z.string().min(1) });
