import { z } from 'zod';
import type { Route } from '../core/route.ts';
import { SearchEntry } from '../core/search-entry.ts';

/** What is done, as `<entity>.<verb>` in lower case: `user.login`, `content.updated`. */
const action = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/, 'expected <entity>.<verb> in lower case, such as content.updated');
const values = z.record(z.string(), z.unknown());
const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC', example: '2026-11-21T07:40:00.123Z' });
const time = (description: string) =>
  z
    .string()
    .max(64)
    .optional()
    .meta({ description: `${description}: ISO 8601, a number since 1970, or relative (now-15m, -15m, now-1d/d)` });
const sha256 = z.string().meta({ description: 'SHA-256, hex' });

export const AuditActor = z.object({
  /** `user`, `key`, `system`, `anonymous`; of a business event whatever its client says. */
  type: z.string(),
  id: z.string(),
  name: z.string(),
});

/** One entry of a project's chain. */
export const AuditEntry = z
  .object({
    id: z.string(),
    /** Place in the chain of the project, from 1, without gaps. */
    seq: z.int().min(1),
    /** When it was recorded; never before the entry that precedes it. */
    timestamp: isoMillis,
    created_at: isoMillis,
    actor: AuditActor,
    action: z.string().meta({ example: 'api_key.created' }),
    entity_type: z.string(),
    entity_id: z.string(),
    /** `pending`: this tells that it began; an entry with this `intent_id` tells its outcome, where there is one yet. */
    result: z.enum(['success', 'failure', 'pending']),
    old_values: values.optional(),
    new_values: values.optional(),
    metadata: values,
    ip_address: z.string().optional(),
    user_agent: z.string().optional(),
    trace_id: z.string().optional(),
    correlation_id: z.string().optional(),
    request_id: z.string().optional(),
    /** `tributary`: its own action. `client`: a business event, as `recorded_by` told it. */
    source: z.enum(['tributary', 'client']),
    recorded_by: AuditActor.optional(),
    /** Of the outcome of a change elsewhere: the entry that told its beginning. */
    intent_id: z.string().optional(),
    /** Of such a beginning: whether another entry tells its outcome. */
    settled: z.boolean().optional(),
    hash: sha256,
    /** Of the entry before; 64 zeros for the first. */
    previous_hash: sha256,
    /** Whether it stands in a segment that nobody can change. */
    sealed: z.boolean(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof AuditEntry>;

/** What was read in a project, where it asks for that to be told: outside of its chain, and kept for a time. */
export const AuditedSearch = SearchEntry.extend({
  /** When it was asked for. */
  timestamp: isoMillis,
  /** It stands in no chain: nothing tells whether it was altered. */
  chained: z.literal(false),
  actor: AuditActor,
}).meta({ id: 'AuditedSearch' });
export type AuditedSearch = z.output<typeof AuditedSearch>;

/** Which chain: the project's, or that of what belongs to no project, which platform administrators may read. */
const chain = z.enum(['project', 'platform']).default('project');
const where = { project_id: z.string().max(64).optional(), chain };

const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: '`next_cursor` of the page before; the other parameters stay the same' }),
};

export const ListAuditInput = z.strictObject({
  ...where,
  chain: z.enum(['project', 'platform', 'none']).default('project').meta({
    description: '`none`: searches of the project, which stand in no chain, as far as its settings ask for them',
  }),
  actor: z.string().max(254).optional().meta({ description: 'Id or name of who did it' }),
  action: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'The action; `user.*` for all of a kind', example: 'user.login' }),
  entity_type: z.string().max(100).optional(),
  entity_id: z.string().max(256).optional(),
  result: z.enum(['success', 'failure', 'pending']).optional(),
  from: time('Start, inclusive'),
  to: time('End, exclusive'),
  ...page,
});
export type ListAuditInput = z.output<typeof ListAuditInput>;

export const EntityTrailInput = z.strictObject({
  ...where,
  type: z.string().max(100),
  id: z.string().max(256),
  ...page,
});
export type EntityTrailInput = z.output<typeof EntityTrailInput>;

const listed = {
  /** Entries of the chain in all where nothing is filtered; else those found so far. */
  total: z.int(),
  total_relation: z.enum(['eq', 'gte']),
  page_size: z.int(),
  next_cursor: z.string().nullable(),
  took_ms: z.number(),
  /** Whether the search ended at its budget; `next_cursor` goes on. */
  partial: z.boolean(),
};

/** Newest first. */
export const AuditEntryList = z.object({ items: z.array(AuditEntry), ...listed }).meta({ id: 'AuditEntryList' });
export type AuditEntryList = z.output<typeof AuditEntryList>;

/** Newest first. */
export const AuditedSearchList = z
  .object({ items: z.array(AuditedSearch), ...listed })
  .meta({ id: 'AuditedSearchList' });
export type AuditedSearchList = z.output<typeof AuditedSearchList>;

/** What a project says about its audit trail. */
const settings = {
  /** Whether searches are told of: each read of events with its query, who asked and what came of it. */
  record_searches: z.boolean(),
  /** Days that a search is kept, from when it is recorded. */
  keep_days: z.int().min(1).max(3_650).default(90),
};

export const AuditSettings = z
  .strictObject({
    ...settings,
    /** Version that was read; a change in between is then a conflict. */
    version: z.int().nonnegative().optional(),
  })
  .meta({ id: 'AuditSettings' });
export type AuditSettings = z.output<typeof AuditSettings>;

export const AuditSettingsAnswer = z
  .object({
    ...settings,
    version: z.int(),
    updated_at: z.string().optional().meta({ description: 'ISO 8601 in UTC' }),
    updated_by: z.string().optional(),
  })
  .meta({ id: 'AuditSettingsAnswer' });
export type AuditSettingsAnswer = z.output<typeof AuditSettingsAnswer>;

export const AuditPath = z.strictObject({ ...where, id: z.string().max(64) });

/** A business event. Members whose names or values are secrets are masked before they are kept. */
export const CreateAuditEntry = z
  .strictObject({
    /** Who did it; the caller unless given. */
    actor: z
      .strictObject({
        type: z.string().min(1).max(64).default('user'),
        id: z.string().min(1).max(256),
        name: z.string().max(256).optional(),
      })
      .optional(),
    action,
    entity_type: z.string().min(1).max(100),
    entity_id: z.string().min(1).max(256),
    result: z.enum(['success', 'failure']).default('success'),
    old_values: values.optional(),
    new_values: values.optional(),
    metadata: values.default({}),
    ip_address: z.string().max(64).optional(),
    user_agent: z.string().max(512).optional(),
    trace_id: z.string().max(128).optional(),
  })
  .meta({ id: 'CreateAuditEntry' });
export type CreateAuditEntry = z.output<typeof CreateAuditEntry>;

export const AuditFinding = z
  .object({
    kind: z.enum(['changed', 'removed', 'inserted', 'reordered']),
    /** Where in the chain. */
    seq: z.int(),
    /** Which store differs from what was sealed or chained. */
    where: z.enum(['table', 'segment']),
    id: z.string().optional(),
    detail: z.string(),
  })
  .meta({ id: 'AuditFinding' });
export type AuditFinding = z.output<typeof AuditFinding>;

export const VerifyAuditInput = z.strictObject({
  ...where,
  from_seq: z.coerce.number().int().min(1).default(1),
  to_seq: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Inclusive; the end of the chain unless given' }),
});
export type VerifyAuditInput = z.output<typeof VerifyAuditInput>;

/** What a look at a range of the chain found. */
export const AuditVerification = z
  .object({
    /** Whether all that was looked at is as it was written. */
    intact: z.boolean(),
    from_seq: z.int(),
    /** Last entry looked at. */
    to_seq: z.int(),
    /** Last entry of the chain. */
    last_seq: z.int(),
    /** Entries up to here stand in segments that nobody can change. */
    sealed_seq: z.int(),
    checked: z.int(),
    findings: z.array(AuditFinding),
    /** Changes that were begun and whose outcome nobody wrote. */
    unfinished: z.array(z.object({ id: z.string(), seq: z.int(), action: z.string(), timestamp: isoMillis })),
    /** Where to go on with `from_seq`; null at the end. */
    next_seq: z.int().nullable(),
    verified_at: isoMillis,
    took_ms: z.number(),
  })
  .meta({ id: 'AuditVerification' });
export type AuditVerification = z.output<typeof AuditVerification>;

export const listAuditRoute = {
  operationId: 'listAuditEntries',
  summary: "The project's audit trail, newest first; its searches, where they are recorded, by `chain=none`",
  method: 'GET',
  path: '/api/v1/audit',
  aliases: ['/api/audit'],
  access: 'audit',
  limit: 'page',
  input: ListAuditInput,
  output: z.union([AuditEntryList, AuditedSearchList]),
} as const satisfies Route;

export const createAuditRoute = {
  operationId: 'createAuditEntry',
  summary: 'Record a business event in the audit trail',
  method: 'POST',
  path: '/api/v1/audit',
  aliases: ['/api/audit'],
  access: 'write',
  limit: 'page',
  input: CreateAuditEntry,
  output: AuditEntry,
  status: 201,
} as const satisfies Route;

export const getAuditRoute = {
  operationId: 'getAuditEntry',
  summary: 'One entry of the audit trail',
  method: 'GET',
  path: '/api/v1/audit/{id}',
  aliases: ['/api/audit/{id}'],
  access: 'audit',
  limit: 'page',
  input: AuditPath,
  output: AuditEntry,
} as const satisfies Route;

export const entityTrailRoute = {
  operationId: 'listEntityAuditEntries',
  summary: 'What happened to one entity, newest first',
  method: 'GET',
  path: '/api/v1/audit/entity/{type}/{id}',
  aliases: ['/api/audit/entity/{type}/{id}'],
  access: 'audit',
  limit: 'page',
  input: EntityTrailInput,
  output: AuditEntryList,
} as const satisfies Route;

export const verifyAuditRoute = {
  operationId: 'verifyAudit',
  summary:
    'Compare a range of the chain with its hashes and its sealed segments; says which entries were changed, removed, inserted or reordered',
  method: 'GET',
  path: '/api/v1/audit/verify',
  aliases: ['/api/audit/verify'],
  access: 'audit',
  limit: 'default',
  input: VerifyAuditInput,
  output: AuditVerification,
} as const satisfies Route;

export const getAuditSettingsRoute = {
  operationId: 'getAuditSettings',
  summary: 'Whether searches of the project are recorded, and how long they are kept',
  method: 'GET',
  path: '/api/v1/audit/settings',
  aliases: ['/api/audit/settings'],
  access: 'read',
  limit: 'page',
  input: z.strictObject({ project_id: z.string().max(64).optional() }),
  output: AuditSettingsAnswer,
} as const satisfies Route;

export const putAuditSettingsRoute = {
  operationId: 'putAuditSettings',
  summary:
    'Have searches of the project recorded or not; effective within 60 seconds, and itself an entry of the trail',
  method: 'PUT',
  path: '/api/v1/audit/settings',
  aliases: ['/api/audit/settings'],
  access: 'admin',
  limit: 'page',
  input: AuditSettings,
  output: AuditSettingsAnswer,
} as const satisfies Route;
