import { z } from 'zod';

export const LedgerEnv = z.object({ LEDGER_TABLE_NAME: z.string().min(1) });
