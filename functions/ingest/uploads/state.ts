import { z } from 'zod';
import type { Job } from '../../adapters/jobs/port.ts';
import { type ProjectId, tenantObjectPrefix } from '../../core/project.ts';
import { toIsoNano, UnixNano } from '../../core/unix-nano.ts';
import { type Upload, UploadStatus } from '../uploads-api.ts';

const MAX_REJECTIONS = 20;

const Rejection = z.object({ reason: z.string(), entry: z.string().nullable(), offset: z.int() });
type Rejection = z.output<typeof Rejection>;

/** What was uploaded, and how far it is read. */
export const UploadState = z.object({
  status: UploadStatus,
  name: z.string(),
  size: z.int(),
  asked: z.enum(['text', 'json', 'csv']).optional(),
  hints: z.object({
    service: z.string().optional(),
    environment: z.string().optional(),
    host: z.string().optional(),
  }),
  error: z.string().optional(),
  /** Number of the entry that is read, the place in its unpacked content, and how that is cut. */
  entry: z.int().default(0),
  offset: z.int().default(0),
  format: z.enum(['text', 'array', 'json', 'csv']).optional(),
  csv: z.object({ columns: z.array(z.string()), delimiter: z.string() }).optional(),
  /** Bytes of the file that were read. */
  read: z.int().default(0),
  accepted: z.int().default(0),
  rejected: z.int().default(0),
  rejections: z.array(Rejection).default([]),
  first: UnixNano.optional(),
  last: UnixNano.optional(),
});
export type UploadState = z.output<typeof UploadState>;

export const readUploadState = (text: string): UploadState => UploadState.parse(JSON.parse(text));

/** Where the file is put. */
export const toUploadKey = (project: ProjectId, id: string): string => `${tenantObjectPrefix('uploads', project)}${id}`;

export const withRejection = (state: UploadState, rejection: Rejection): UploadState => ({
  ...state,
  rejected: state.rejected + 1,
  rejections: state.rejections.length < MAX_REJECTIONS ? [...state.rejections, rejection] : state.rejections,
});

/** An upload as the API tells it. */
export function toUpload({ id, state: text, createdAt, updatedAt }: Job): Upload {
  const { status, name, size, error, read, accepted, rejected, rejections, first, last } = readUploadState(text);
  return {
    id,
    name,
    size,
    status,
    error: error ?? null,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
    progress: status === 'completed' ? 1 : Math.min(1, read / size),
    accepted,
    rejected,
    rejections,
    first_time: first === undefined ? null : toIsoNano(first),
    last_time: last === undefined ? null : toIsoNano(last),
  };
}
