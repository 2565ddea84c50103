import { z } from 'zod';
import { SCOPES } from '../core/permissions.ts';
import { ProjectId } from '../core/project.ts';
import type { Route } from '../core/route.ts';

export const ApiKeyEntry = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    project_id: ProjectId,
    created_at: z.string(),
    expires_at: z.string().optional(),
    /** To the minute; absent where it was never used. */
    last_used_at: z.string().optional(),
    /** Id of the key that takes its place. */
    replaced_by: z.string().optional(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyEntry = z.output<typeof ApiKeyEntry>;

export const ApiKeyList = z.object({ items: z.array(ApiKeyEntry), total: z.int() }).meta({ id: 'ApiKeyList' });

export const CreateApiKeyRequest = z
  .strictObject({
    name: z.string().min(1).max(100),
    scopes: z.array(z.enum(SCOPES)).min(1).default(['ingest']),
    /** Days until it ends; never unless given. */
    expires_in_days: z.int().min(1).max(3650).optional(),
  })
  .meta({ id: 'CreateApiKeyRequest' });
export type CreateApiKeyRequest = z.output<typeof CreateApiKeyRequest>;

/** A new key. `key` is shown here and never again. */
export const CreatedApiKey = ApiKeyEntry.extend({ key: z.string() }).meta({
  id: 'CreatedApiKey',
});

export type CreatedApiKey = z.output<typeof CreatedApiKey>;

const id = z.string().max(64);
export const KeyPath = z.object({ id }).meta({ id: 'KeyPath' });

export const RotateApiKeyRequest = z.strictObject({
  id,
  /** How long the old key stays good beside the new one. */
  overlap_minutes: z
    .int()
    .min(0)
    .max(30 * 1440)
    .default(1440),
});
export type RotateApiKeyRequest = z.output<typeof RotateApiKeyRequest>;

export const listApiKeysRoute = {
  operationId: 'listApiKeys',
  summary: 'API keys of the project',
  method: 'GET',
  path: '/api/v1/keys',
  access: 'admin',
  limit: 'page',
  output: ApiKeyList,
} as const satisfies Route;

export const createApiKeyRoute = {
  operationId: 'createApiKey',
  summary: 'Make an API key of the project; it is shown once',
  method: 'POST',
  path: '/api/v1/keys',
  access: 'admin',
  limit: 'default',
  input: CreateApiKeyRequest,
  output: CreatedApiKey,
  status: 201,
} as const satisfies Route;

export const rotateApiKeyRoute = {
  operationId: 'rotateApiKey',
  summary: 'Make a key that takes the place of another, which stays good for a while; it is shown once',
  method: 'POST',
  path: '/api/v1/keys/{id}/rotate',
  access: 'admin',
  limit: 'default',
  input: RotateApiKeyRequest,
  output: CreatedApiKey,
  status: 201,
} as const satisfies Route;

export const revokeApiKeyRoute = {
  operationId: 'revokeApiKey',
  summary: 'Revoke an API key; effective within 60 seconds',
  method: 'DELETE',
  path: '/api/v1/keys/{id}',
  access: 'admin',
  limit: 'default',
  input: KeyPath,
  status: 204,
} as const satisfies Route;
