import { z } from 'zod';
import type { Route } from '../core/route.ts';
import { ExportInput } from './export-api.ts';

const { marker: _marker, cursor: _cursor, ...members } = ExportInput.shape;

export const CreateExportInput = z.strictObject(members).meta({ id: 'CreateExportInput' });
export type CreateExportInput = z.output<typeof CreateExportInput>;

const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC' });

/** An export that is made in the background. */
export const ExportJob = z
  .object({
    id: z.string(),
    /** `completed`: the file is there. `cancelled` and `failed`: there is none. */
    status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
    /** Why it failed, or what the file lacks. */
    reason: z.string().nullable(),
    /** Whether the file holds all that was asked for; false until it is completed. */
    complete: z.boolean(),
    query: z.string(),
    format: z.enum(['csv', 'ndjson', 'json']),
    /** Events written so far. */
    rows: z.int(),
    /** Bytes written so far. */
    bytes: z.int(),
    /** Events there are; `null` until they are counted. */
    total: z.int().nullable(),
    total_relation: z.enum(['eq', 'gte']),
    owner: z.object({ id: z.string(), name: z.string() }),
    created_at: isoMillis,
    updated_at: isoMillis,
    /** When the file and this entry go. */
    expires_at: isoMillis,
    /** A link that needs no credentials, of a completed export; each answer has a new one. */
    download: z.object({ url: z.url(), file_name: z.string(), expires_at: isoMillis }).nullable(),
  })
  .meta({ id: 'ExportJob' });
export type ExportJob = z.output<typeof ExportJob>;

export const ExportJobList = z.object({ items: z.array(ExportJob), total: z.int() }).meta({ id: 'ExportJobList' });
export type ExportJobList = z.output<typeof ExportJobList>;

const ExportPath = z.object({ id: z.string().max(64) });

export const createExportRoute = {
  operationId: 'createExport',
  summary:
    'Write events to a file in the background, as they are at the moment the work begins; within about a minute. 5 MB at once are had by `GET /api/v1/logs/export`',
  method: 'POST',
  path: '/api/v1/exports',
  access: 'read',
  limit: 'search',
  input: CreateExportInput,
  output: ExportJob,
  status: 202,
} as const satisfies Route;

export const listExportsRoute = {
  operationId: 'listExports',
  summary: "The project's exports of the last days, newest first",
  method: 'GET',
  path: '/api/v1/exports',
  access: 'read',
  limit: 'page',
  input: z.object({}),
  output: ExportJobList,
} as const satisfies Route;

export const getExportRoute = {
  operationId: 'getExport',
  summary: 'How far an export is, and where its file is',
  method: 'GET',
  path: '/api/v1/exports/{id}',
  access: 'read',
  limit: 'page',
  input: ExportPath,
  output: ExportJob,
} as const satisfies Route;

export const cancelExportRoute = {
  operationId: 'cancelExport',
  summary:
    'Stop an export that is not completed yet; what was written goes. For who asked for it, or with the scope `write`',
  method: 'DELETE',
  path: '/api/v1/exports/{id}',
  access: 'read',
  limit: 'page',
  input: ExportPath,
  output: ExportJob,
} as const satisfies Route;
