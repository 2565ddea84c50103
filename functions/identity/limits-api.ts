import { z } from 'zod';
import type { Route } from '../core/route.ts';

export const LimitUse = z
  .object({
    /** What `reset` takes: `<class>:<who>`. */
    id: z.string(),
    class: z.string(),
    /** `user:<id>`, `key:<id>`, `ip:<address>` or `account:<name>`. */
    who: z.string(),
    limit: z.int(),
    /** As instances took it from the table, a share of the limit at a time. */
    used: z.int(),
    remaining: z.int(),
    resets_at: z.string(),
  })
  .meta({ id: 'LimitUse' });
export type LimitUse = z.output<typeof LimitUse>;

export const LimitsStatus = z
  .object({
    /** The limits of this stage. */
    limits: z.array(
      z.object({
        class: z.string(),
        limit: z.int(),
        window_seconds: z.int(),
        text: z.string().meta({ example: '50 per 1 minute' }),
      }),
    ),
    /** Running windows, the fullest first. */
    items: z.array(LimitUse),
    total: z.int(),
  })
  .meta({ id: 'LimitsStatus' });
export type LimitsStatus = z.output<typeof LimitsStatus>;

export const LimitPath = z.object({ id: z.string().min(1).max(512) });

export const ResetResult = z.object({ reset: z.int() }).meta({ id: 'ResetResult' });

const units = z.int().min(1).max(10_000_000);

/** Limits of requests that a project has of its own, for each of its callers, by class; what is left out is as the stage has it. */
const limits = z
  .strictObject({
    default: units.optional(),
    search: units.optional(),
    recent: units.optional(),
    lookup: units.optional(),
    metrics: units.optional(),
    page: units.optional(),
    profile: units.optional(),
    users: units.optional(),
    ingest: units.optional(),
  })
  .meta({ example: { search: 500 } });

const project_id = z.string().max(64);
export const ProjectLimitsPath = z.object({ project_id });
export const SetProjectLimits = z.strictObject({ project_id, limits });
export type SetProjectLimits = z.output<typeof SetProjectLimits>;

export const ProjectLimitsAnswer = z.object({ project_id, limits }).meta({ id: 'ProjectLimits' });
export type ProjectLimitsAnswer = z.output<typeof ProjectLimitsAnswer>;

export const getProjectLimitsRoute = {
  operationId: 'getProjectLimits',
  summary: 'Rate limits that a project has of its own',
  method: 'GET',
  path: '/api/v1/rate-limits/projects/{project_id}',
  access: 'platform',
  limit: 'page',
  input: ProjectLimitsPath,
  output: ProjectLimitsAnswer,
} as const satisfies Route;

export const setProjectLimitsRoute = {
  operationId: 'setProjectLimits',
  summary:
    'Replace the rate limits that a project has of its own, by class, for each of its users and keys; effective within 60 seconds. What is left out is as the stage has it',
  method: 'PUT',
  path: '/api/v1/rate-limits/projects/{project_id}',
  access: 'platform',
  limit: 'default',
  input: SetProjectLimits,
  output: ProjectLimitsAnswer,
} as const satisfies Route;

export const limitsStatusRoute = {
  operationId: 'rateLimitsStatus',
  summary: 'What is left of rate limits',
  method: 'GET',
  path: '/api/v1/rate-limits/status',
  access: 'platform',
  limit: 'page',
  output: LimitsStatus,
} as const satisfies Route;

export const resetLimitRoute = {
  operationId: 'resetRateLimit',
  summary: 'Give somebody the whole of a limit again, effective within seconds',
  method: 'DELETE',
  path: '/api/v1/rate-limits/reset/{id}',
  access: 'platform',
  limit: 'default',
  input: LimitPath,
  output: ResetResult,
} as const satisfies Route;

export const resetLimitsRoute = {
  operationId: 'resetAllRateLimits',
  summary: 'Give everybody the whole of their limits again',
  method: 'DELETE',
  path: '/api/v1/rate-limits/reset-all',
  access: 'platform',
  limit: 'default',
  output: ResetResult,
} as const satisfies Route;
