import { z } from 'zod';
import type { Route } from '../core/route.ts';

/** What is done with a match: replaced by its rule's name, by a keyed hash, removed with its attribute, or left as it is. */
export const SanitiseAction = z.enum(['redact', 'hash', 'drop', 'keep']).meta({ id: 'SanitiseAction' });
export type SanitiseAction = z.output<typeof SanitiseAction>;

const ruleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected 1 to 40 lower-case letters, digits or hyphens')
  .meta({ example: 'employee-number' });

/** A rule of the project's own. */
export const CustomRule = z
  .strictObject({
    name: ruleName,
    /** RE2 syntax; where it has a group, the first group is what is found. */
    pattern: z.string().min(1).max(500).meta({ example: 'EMP-(\\d{6})' }),
    action: SanitiseAction.exclude(['keep']).default('redact'),
  })
  .meta({ id: 'CustomSanitiseRule' });
export type CustomRule = z.output<typeof CustomRule>;

/** How a project's events are sanitised before they are stored. */
export const Sanitising = z
  .strictObject({
    /** Action by rule, where it is not the rule's default. */
    rules: z.record(ruleName, SanitiseAction).default({}),
    custom: z.array(CustomRule).max(20).default([]),
  })
  .meta({ id: 'Sanitising' });
export type Sanitising = z.output<typeof Sanitising>;

/** Events that match the query are not kept: none of them, or all but a share. The first that matches decides. */
export const DropRule = z
  .strictObject({
    name: z.string().trim().min(1).max(100).meta({ example: 'health checks' }),
    query: z.string().min(1).max(2_000).meta({ example: 'url.path:"/health" level:<warn' }),
    /** Share that is kept, by trace where the event has one: 0 keeps none. */
    keep: z.number().min(0).max(1).default(0),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'DropRule' });
export type DropRule = z.output<typeof DropRule>;

const units = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What a project may send, counted after drop rules; bytes are those of the records as JSON. */
export const Quota = z
  .strictObject({
    events_per_minute: units.optional(),
    bytes_per_minute: units.optional(),
    events_per_day: units.optional(),
    bytes_per_day: units.optional(),
  })
  .meta({ id: 'IngestQuota' });
export type Quota = z.output<typeof Quota>;

const members = {
  sanitising: Sanitising.default({ rules: {}, custom: [] }),
  drop_rules: z.array(DropRule).max(20).default([]),
  /** Lower than the stage's own; a platform administrator may also set more. */
  quota: Quota.default({}),
};

export const IngestSettings = z
  .strictObject({
    ...members,
    /** Version that was read; a change in between is then a conflict. */
    version: z.int().nonnegative().optional(),
  })
  .meta({ id: 'IngestSettings' });
export type IngestSettings = z.output<typeof IngestSettings>;

/** A rule that is always there. */
export const RuleEntry = z
  .object({
    name: z.string(),
    title: z.string(),
    group: z.enum(['secret', 'card', 'personal']),
    default_action: SanitiseAction,
    /** What is done in this project. */
    action: SanitiseAction,
  })
  .meta({ id: 'SanitiseRule' });
export type RuleEntry = z.output<typeof RuleEntry>;

export const IngestSettingsAnswer = z
  .object({
    ...members,
    version: z.int(),
    rules: z.array(RuleEntry),
    /** The stage's quota, which holds where the project sets none. */
    stage_quota: z.object({
      events_per_minute: z.int(),
      bytes_per_minute: z.int(),
      events_per_day: z.int(),
      bytes_per_day: z.int(),
    }),
    updated_at: z.string().optional().meta({ description: 'ISO 8601 in UTC' }),
    updated_by: z.string().optional(),
  })
  .meta({ id: 'IngestSettingsAnswer' });
export type IngestSettingsAnswer = z.output<typeof IngestSettingsAnswer>;

export const SanitisePreviewRequest = z
  .strictObject({
    /** Read as `/v1/ingest` reads a body: lines of text, JSON or NDJSON. */
    sample: z.string().min(1).max(200_000),
    /** To be tried instead of the project's own. */
    sanitising: Sanitising.optional(),
    drop_rules: z.array(DropRule).max(20).optional(),
  })
  .meta({ id: 'SanitisePreviewRequest' });
export type SanitisePreviewRequest = z.output<typeof SanitisePreviewRequest>;

/** One place of a text: UTF-16 offsets, the end excluded. */
const Highlight = z.object({ rule: z.string(), action: SanitiseAction, start: z.int(), end: z.int() });

export const SanitisePreview = z
  .object({
    events: z.int(),
    /** Events that any rule touched. */
    touched: z.int(),
    /** Events by rule. */
    counts: z.record(z.string(), z.int()),
    /** Events that a drop rule took, by its name. */
    dropped: z.record(z.string(), z.int()),
    /** Of the first 100 events that are touched or dropped. */
    items: z.array(
      z.object({
        /** Place in the sample, from 0. */
        position: z.int(),
        /** What came: the line, or the event as JSON. */
        before: z.string(),
        /** Places in `before`, in order, none overlapping. */
        highlights: z.array(Highlight),
        /** The same as it would be stored. */
        after: z.string(),
        dropped_by: z.string().optional(),
        /** Rules that touched it, in its attributes too. */
        rules: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'SanitisePreview' });
export type SanitisePreview = z.output<typeof SanitisePreview>;

export const QuotaUse = z
  .object({
    items: z.array(
      z.object({
        of: z.enum(['events', 'bytes']),
        window: z.enum(['minute', 'day']),
        limit: z.int(),
        /** Taken by all instances, in steps of what each takes at once. */
        used: z.int(),
        remaining: z.int(),
        resets_at: z.string().meta({ description: 'ISO 8601 in UTC' }),
      }),
    ),
    total: z.int(),
  })
  .meta({ id: 'QuotaUse' });
export type QuotaUse = z.output<typeof QuotaUse>;

export const getIngestSettingsRoute = {
  operationId: 'getIngestSettings',
  summary: 'How events of the project are sanitised, dropped and metered, with all rules there are',
  method: 'GET',
  path: '/api/v1/ingest/settings',
  access: 'read',
  limit: 'page',
  input: z.object({}),
  output: IngestSettingsAnswer,
} as const satisfies Route;

export const putIngestSettingsRoute = {
  operationId: 'putIngestSettings',
  summary: 'Replace these settings; they hold for new events within a minute',
  method: 'PUT',
  path: '/api/v1/ingest/settings',
  access: 'admin',
  limit: 'page',
  input: IngestSettings,
  output: IngestSettingsAnswer,
} as const satisfies Route;

export const previewSanitisingRoute = {
  operationId: 'previewSanitising',
  summary: 'Try sanitising and drop rules on a sample; nothing is stored',
  method: 'POST',
  path: '/api/v1/ingest/sanitise/preview',
  access: 'read',
  limit: 'page',
  input: SanitisePreviewRequest,
  output: SanitisePreview,
} as const satisfies Route;

export const quotaUseRoute = {
  operationId: 'getIngestQuota',
  summary: 'What the project has used of its quota in this minute and this day',
  method: 'GET',
  path: '/api/v1/ingest/quota',
  access: 'read',
  limit: 'page',
  input: z.object({}),
  output: QuotaUse,
} as const satisfies Route;
