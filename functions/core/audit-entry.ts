import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AuditEvent } from './audit.ts';
import { InvalidRequest } from './errors.ts';
import { parseJson, stringifyJson } from './json.ts';
import { maskSecrets } from './mask.ts';
import { ProjectId, tenantKey } from './project.ts';

/** What the first entry of a chain names as the hash before it. */
export const NO_HASH = '0'.repeat(64);
/** Entries of one sealed segment at most. */
export const SEGMENT_ENTRIES = 1_000;
/** An item of DynamoDB holds 400 KB, and one read 1 MB. */
const MAX_TEXT = 100_000;

const Actor = z.object({ type: z.string(), id: z.string(), name: z.string() });
const values = z.record(z.string(), z.unknown());

/** The content of an entry's text. */
export const EntryContent = z.object({
  project: ProjectId,
  seq: z.int().min(1),
  id: z.string(),
  timestamp: z.string(),
  previous_hash: z.string(),
  actor: Actor,
  action: z.string(),
  entity_type: z.string(),
  entity_id: z.string(),
  result: z.enum(['success', 'failure', 'pending']),
  old_values: values.optional(),
  new_values: values.optional(),
  metadata: values,
  ip_address: z.string().optional(),
  user_agent: z.string().optional(),
  trace_id: z.string().optional(),
  correlation_id: z.string().optional(),
  request_id: z.string().optional(),
  recorded_by: Actor.optional(),
  intent_id: z.string().optional(),
});
export type EntryContent = z.output<typeof EntryContent>;

/** An entry in its place of a chain. Its text is what is hashed, kept and sealed, byte for byte: nothing has to be written the same way twice. */
export interface ChainedEntry {
  readonly content: EntryContent;
  readonly text: string;
  /** SHA-256 of the text, hex. */
  readonly hash: string;
}

/** The end of a project's chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
  /** Milliseconds since 1970 of the last entry. */
  readonly at: number;
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** How an entry is marked that begins or ends a change elsewhere. */
export type Phase = { readonly kind: 'whole' | 'intent' } | { readonly kind: 'outcome'; readonly intentId: string };

/**
 * Binds an event to the end of its chain. @param now milliseconds since 1970; an entry is never older than the one before it
 * @throws InvalidRequest where its values are too large to keep
 */
export function chainEntry(event: AuditEvent, head: ChainHead | undefined, now: number, phase: Phase): ChainedEntry {
  const seq = (head?.seq ?? 0) + 1;
  const content: EntryContent = {
    project: event.project,
    seq,
    id: `${seq}-${randomBytes(6).toString('hex')}`,
    timestamp: new Date(Math.max(now, head?.at ?? 0)).toISOString(),
    previous_hash: head?.hash ?? NO_HASH,
    actor: event.actor,
    action: event.action,
    entity_type: event.entityType,
    entity_id: event.entityId,
    result: phase.kind === 'intent' ? 'pending' : event.result,
    old_values: maskSecrets(event.oldValues),
    new_values: maskSecrets(event.newValues),
    metadata: maskSecrets(event.metadata ?? {}),
    ip_address: event.ipAddress,
    user_agent: event.userAgent,
    trace_id: event.traceId,
    correlation_id: event.correlationId,
    request_id: event.requestId,
    recorded_by: event.recordedBy,
    intent_id: phase.kind === 'outcome' ? phase.intentId : undefined,
  };
  const text = stringifyJson(content);
  if (text.length > MAX_TEXT)
    throw new InvalidRequest([
      { pointer: '#', detail: `an audit entry has at most ${MAX_TEXT} characters, this one has ${text.length}` },
    ]);
  return { content, text, hash: hashOf(text) };
}

/** @returns undefined for a text that is no entry */
export function parseEntry(text: string): EntryContent | undefined {
  try {
    return EntryContent.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

/** Place of an entry in its chain, as far as its id tells. */
export function seqOfId(id: string): number | undefined {
  const [, seq] = /^([1-9]\d{0,11})-[0-9a-f]{12}$/.exec(id) ?? [];
  return seq === undefined ? undefined : Number(seq);
}

/** `seq` as text that sorts as it does. */
export const toSortKey = (seq: number): string => String(seq).padStart(12, '0');

/** Partition of the index by entity. */
export const entityKey = (project: ProjectId, entity: { readonly type: string; readonly id: string }): string =>
  tenantKey(project, `entity#${entity.type}#${entity.id}`);
