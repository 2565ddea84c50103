import { isUtf8 } from 'node:buffer';
import type { AttributeValue } from '../core/log-record.ts';
import type { Draft } from './draft.ts';

/** Marks the events in which bytes that are no UTF-8 were replaced; only they can hold the replacement character if the rest is sound. */
export function markReplaced(content: Buffer, drafts: readonly Draft[]): readonly Draft[] {
  if (isUtf8(content)) return drafts;
  return drafts.map((draft) =>
    holds(draft.body) || holds(draft.original ?? null) || holds(draft.attributes)
      ? { ...draft, marks: [...(draft.marks ?? []), 'invalid_utf8'] }
      : draft,
  );
}

function holds(value: AttributeValue): boolean {
  if (typeof value === 'string') return value.includes('\ufffd');
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holds);
  for (const name in value) if (holds((value as Record<string, AttributeValue>)[name] ?? null)) return true;
  return false;
}
