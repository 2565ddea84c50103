import { z } from 'zod';
import type { Route } from '../core/route.ts';

const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC', example: '2026-11-21T07:40:00.000Z' });

/** What one put to S3 takes. */
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;

export const CreateUpload = z
  .strictObject({
    name: z.string().trim().min(1).max(255).meta({ description: 'Name of the file', example: 'app.log.gz' }),
    size: z.int().min(1).max(MAX_UPLOAD_BYTES).meta({ description: 'Its bytes' }),
    /** Told by the content unless given. */
    format: z.enum(['text', 'json', 'csv']).optional(),
    service: z.string().min(1).max(512).optional(),
    environment: z.string().min(1).max(512).optional(),
    host: z.string().min(1).max(512).optional(),
  })
  .meta({ id: 'CreateUpload' });
export type CreateUpload = z.output<typeof CreateUpload>;

/**
 * `waiting`: for the file. `queued`: the file is there. `completed`: read to its end, be it that some was rejected. `failed`: it cannot be read
 * at all; `error` says why.
 */
export const UploadStatus = z.enum(['waiting', 'queued', 'processing', 'completed', 'failed']);

export const Upload = z
  .object({
    id: z.string(),
    name: z.string(),
    size: z.int(),
    status: UploadStatus,
    error: z.string().nullable(),
    created_at: isoMillis,
    updated_at: isoMillis,
    /** 0 to 1, by bytes of the file. */
    progress: z.number(),
    accepted: z.int(),
    rejected: z.int(),
    /** Why events were rejected, with where in the unpacked content; the first 20. */
    rejections: z.array(z.object({ reason: z.string(), entry: z.string().nullable(), offset: z.int() })),
    /** Times of the first and the last event; null where there is none yet. */
    first_time: isoMillis.nullable(),
    last_time: isoMillis.nullable(),
  })
  .meta({ id: 'Upload' });
export type Upload = z.output<typeof Upload>;

export const CreatedUpload = Upload.extend({
  /** Put the file here, with these headers and no credentials, then complete the upload. */
  put: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), expires_at: isoMillis }),
}).meta({ id: 'CreatedUpload' });
export type CreatedUpload = z.output<typeof CreatedUpload>;

export const UploadList = z.object({ items: z.array(Upload), total: z.int() }).meta({ id: 'UploadList' });
export type UploadList = z.output<typeof UploadList>;

export const UploadPath = z.object({ id: z.string().max(64) });

const own = { access: 'ingest', limit: 'default' } as const;

export const createUploadRoute = {
  ...own,
  operationId: 'createUpload',
  summary: 'Begin an upload of a file: text, JSON, NDJSON or CSV, also packed by gzip, zstd or zip',
  method: 'POST',
  path: '/api/v1/uploads',
  input: CreateUpload,
  output: CreatedUpload,
  status: 201,
} as const satisfies Route;

export const listUploadsRoute = {
  ...own,
  operationId: 'listUploads',
  summary: 'Uploads of the last 30 days, the newest first',
  method: 'GET',
  path: '/api/v1/uploads',
  input: z.object({}),
  output: UploadList,
} as const satisfies Route;

export const getUploadRoute = {
  ...own,
  operationId: 'getUpload',
  summary: 'How far an upload is, and what was accepted of it',
  method: 'GET',
  path: '/api/v1/uploads/{id}',
  input: UploadPath,
  output: Upload,
} as const satisfies Route;

export const completeUploadRoute = {
  ...own,
  operationId: 'completeUpload',
  summary: 'Say that the file is put: its events are accepted in the background',
  method: 'POST',
  path: '/api/v1/uploads/{id}/complete',
  input: UploadPath,
  output: Upload,
  status: 202,
} as const satisfies Route;
