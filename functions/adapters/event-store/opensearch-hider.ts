import type { z } from 'zod';
import { RetryLater } from '../../core/errors.ts';
import { type EventId, indexOf } from '../../core/event-id.ts';
import type { ProjectId } from '../../core/project.ts';
import type { Credentials } from '../signature.ts';
import { toDeleteAction, toReplaceAction } from './bulk.ts';
import { toDocument } from './document.ts';
import type { EventStoreEnv } from './env.ts';
import { OpenSearchClient, OpenSearchError } from './opensearch-client.ts';
import type { EventHider } from './port.ts';

/** Documents read at a time. */
const CONCURRENCY = 16;

interface Found {
  readonly id: EventId;
  readonly line: string;
}

/**
 * Hides events in OpenSearch by writing their documents again: the line is all it takes to make one, and an update of a part would lose
 * what `_source` leaves out.
 */
export class OpenSearchEventHider implements EventHider {
  readonly #client: OpenSearchClient;

  /** @param credentials that requests are signed with; those of the environment unless given */
  constructor(env: z.output<typeof EventStoreEnv>, credentials?: Credentials) {
    this.#client = new OpenSearchClient(env.OPENSEARCH_URL ?? `https://${env.OPENSEARCH_DOMAIN_ENDPOINT}`, credentials);
  }

  setHidden(
    project: ProjectId,
    ids: readonly EventId[],
    hidden: boolean,
    signal: AbortSignal,
  ): Promise<ReadonlySet<EventId>> {
    return this.#change(project, ids, signal, ({ id, line }) =>
      toReplaceAction(indexOf(id), toDocument(project, line, hidden ? new Set([id]) : undefined)),
    );
  }

  remove(project: ProjectId, ids: readonly EventId[], signal: AbortSignal): Promise<ReadonlySet<EventId>> {
    return this.#change(project, ids, signal, ({ id }) => toDeleteAction(indexOf(id), id));
  }

  /** Reads each document first: an id may be of another project, or of none. */
  async #change(
    project: ProjectId,
    ids: readonly EventId[],
    signal: AbortSignal,
    toAction: (found: Found) => string,
  ): Promise<ReadonlySet<EventId>> {
    const changed = new Set<EventId>();
    for (let start = 0; start < ids.length; start += CONCURRENCY) {
      const reads = ids.slice(start, start + CONCURRENCY).map((id) => this.#read(project, id, signal));
      const found = (await Promise.all(reads)).filter((each) => each !== undefined);
      if (found.length === 0) continue;
      const { items } = await this.#client.call<{ items: readonly Readonly<Record<string, { status: number }>>[] }>({
        method: 'POST',
        path: '/_bulk',
        query: { refresh: 'true', filter_path: 'items.*.status' },
        body: found.map(toAction).join(''),
        signal,
      });
      for (const [at, { id }] of found.entries()) {
        const [status = 0] = Object.values(items[at] ?? {}).map((item) => item.status);
        // a delete that comes second finds nothing, which is what it wanted
        if (status >= 300 && status !== 404)
          throw new RetryLater('unavailable', `the event store answered ${status} to a change of an event`, 2);
        changed.add(id);
      }
    }
    return changed;
  }

  async #read(project: ProjectId, id: EventId, signal: AbortSignal): Promise<Found | undefined> {
    try {
      const { found, _source: source } = await this.#client.call<{
        found: boolean;
        _source: { project?: string; event: string };
      }>({
        method: 'GET',
        path: `/${indexOf(id)}/_doc/${id}`,
        query: { _source_includes: 'project,event' },
        signal,
      });
      return found && source.project === project ? { id, line: source.event } : undefined;
    } catch (error) {
      if (error instanceof OpenSearchError && error.status === 404) return undefined;
      throw error;
    }
  }
}
