import { z } from 'zod';
import type { Route } from '../core/route.ts';
import { SelectionInput } from './api.ts';

const names = z
  .union([z.string(), z.array(z.string())])
  .transform((value) =>
    [value]
      .flat()
      .flatMap((text) => text.split(','))
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  .pipe(z.array(z.string().max(1024)).min(1).max(100));

export const ExportInput = z
  .object({
    ...SelectionInput.shape,
    format: z.enum(['csv', 'ndjson', 'json']).default('csv'),
    columns: names.optional().meta({
      description: 'Field names, separated by commas; the usual ones for CSV, whole events for JSON unless given',
    }),
    order: z
      .enum(['desc', 'asc'])
      .optional()
      .meta({ description: 'By event time: newest (unless given) or oldest first' }),
    limit: z.coerce.number().int().min(1).optional().meta({ description: 'Events at most, over all parts' }),
    cursor: z
      .string()
      .max(2_000)
      .optional()
      .meta({ description: '`X-Next-Cursor` of the part before; the other parameters stay the same' }),
    marker: z
      .enum(['true', 'false'])
      .default('true')
      .transform((text) => text === 'true')
      .meta({
        description: 'Whether a part that is not the last ends with a line that says so; the headers say it anyway',
      }),
  })
  .meta({ id: 'ExportInput' });
export type ExportInput = z.output<typeof ExportInput>;

export const exportRoute = {
  operationId: 'exportLogs',
  summary:
    'Events as a file of CSV (formula-safe), NDJSON or JSON, 5 MB at a time: `X-Export-Complete` tells whether that is all, `X-Next-Cursor` where to go on, and a part that is not the last says so at its end',
  method: 'GET',
  path: '/api/v1/logs/export',
  aliases: ['/api/logs/export'],
  access: 'read',
  limit: 'search',
  input: ExportInput,
  status: 200,
} as const satisfies Route;
