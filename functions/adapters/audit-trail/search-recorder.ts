import { cached } from '../../core/cached.ts';
import { log } from '../../core/log.ts';
import type { ProjectId } from '../../core/project.ts';
import { makeSearchEntry, type SearchAsked, type SearchOutcome } from '../../core/search-entry.ts';
import type { AuditSettingsReader, SearchEntries, SearchRecorder } from './port.ts';

/** A change of the setting counts everywhere within the minute. */
const FRESH_MILLIS = 50_000;
/** What an answer that is ready waits at most: it is worth more than its entry. */
const PATIENCE_MILLIS = 1_000;

/**
 * Tells of each read before its answer leaves, by one write. An instance of a function is stopped between requests and may never go on, so
 * what it held back to tell of several reads at once could be lost; and a table asks the same for one item as for one of a batch.
 */
export class TableSearchRecorder implements SearchRecorder {
  readonly #find;
  readonly #entries: Pick<SearchEntries, 'add'>;
  readonly #now: () => number;
  readonly #patienceMillis: number;

  constructor(
    settings: AuditSettingsReader,
    entries: Pick<SearchEntries, 'add'>,
    now: () => number,
    patienceMillis: number = PATIENCE_MILLIS,
  ) {
    // while the table is away, what a project said last still counts
    const times = { ttlMillis: FRESH_MILLIS, staleMillis: Number.POSITIVE_INFINITY, now };
    this.#find = cached((project) => settings.find(project as ProjectId), times);
    this.#entries = entries;
    this.#now = now;
    this.#patienceMillis = patienceMillis;
  }

  begin(project: ProjectId) {
    const askedAt = this.#now();
    const finding = this.#find(project);
    // it is asked for when the read is over
    finding.catch(() => undefined);
    return async (asked: SearchAsked, outcome: SearchOutcome): Promise<void> => {
      const signal = AbortSignal.timeout(this.#patienceMillis);
      try {
        const settings = await within(finding, signal);
        if (!settings?.recordSearches) return;
        const expiresAt = Math.floor(askedAt / 1000) + settings.keepDays * 86_400;
        await within(this.#entries.add(project, makeSearchEntry(asked, outcome, askedAt), expiresAt, signal), signal);
      } catch (error) {
        const fields = { 'tributary.project': project, 'tributary.operation': asked.operation };
        log('error', 'search was not recorded', fields, error);
      }
    };
  }
}

/** The end of some work, or an error once there is no time left for it. */
const within = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
