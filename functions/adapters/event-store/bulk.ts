import { DomainError } from '../../core/errors.ts';
import type { IndexName } from '../../core/event-id.ts';
import type { StoredForm } from './document.ts';
import { OpenSearchError } from './opensearch-client.ts';
import type { WriteOutcome } from './port.ts';

const BULK_BYTES = 5_000_000;

/** Actions of one `_bulk` request, and who is told what became of each. */
export class Bulk {
  readonly actions: string[] = [];
  readonly settles: ((outcome: WriteOutcome) => void)[] = [];
  #bytes = 0;

  /** Whether an action of so many bytes still fits; the first always does. */
  takes(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= BULK_BYTES;
  }

  add(action: string, bytes: number, settle: (outcome: WriteOutcome) => void): void {
    this.actions.push(action);
    this.settles.push(settle);
    this.#bytes += bytes;
  }
}

/** Creates a document, unless one of its id is there. */
export const toCreateAction = (index: IndexName, { id, json }: StoredForm): string =>
  `{"create":{"_index":"${index}","_id":"${id}"}}\n${json}\n`;

/** Puts a document in the place of the one of its id. */
export const toReplaceAction = (index: IndexName, { id, json }: StoredForm): string =>
  `{"index":{"_index":"${index}","_id":"${id}"}}\n${json}\n`;

/** Removes a document. */
export const toDeleteAction = (index: IndexName, id: string): string =>
  `{"delete":{"_index":"${index}","_id":"${id}"}}\n`;

export interface BulkAnswer {
  readonly items: readonly { readonly create?: BulkItem }[];
}

interface BulkItem {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}

/** Statuses that lie in the event. Any other is the store's state (403 of a domain that is full, 404 of an index on its way), and passes. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413]);

export function toOutcome(item: BulkItem | undefined): WriteOutcome {
  if (item === undefined) return { kind: 'retry', reason: 'the store did not answer for the event' };
  if (item.status === 201) return { kind: 'created' };
  if (item.status === 409) return { kind: 'exists' };
  const reason = `${item.status} ${item.error?.type ?? ''}: ${item.error?.reason ?? ''}`;
  return { kind: REFUSALS.has(item.status) ? 'refused' : 'retry', reason };
}

/** The outcome of events whose whole request failed. One that is too large alone is so for ever. */
export const toFailure = (error: unknown, events: number): WriteOutcome => ({
  kind: error instanceof OpenSearchError && error.status === 413 && events === 1 ? 'refused' : 'retry',
  reason: error instanceof DomainError && error.cause instanceof Error ? error.cause.message : String(error),
});
