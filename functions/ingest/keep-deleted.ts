import type { EventGroup, EventHider, EventWriter, WriteOutcome } from '../adapters/event-store/port.ts';
import type { Tombstones } from '../adapters/tombstones/port.ts';
import { cached } from '../core/cached.ts';
import { type EventId, IndexName } from '../core/event-id.ts';
import { ProjectId } from '../core/project.ts';

/** What keeping deleted events out stands on. */
export interface KeepDeletedParts {
  readonly events: EventWriter;
  readonly hider: EventHider;
  readonly tombstones: Pick<Tombstones, 'listIn'>;
  readonly now?: () => number;
}

type Deleted = ReadonlyMap<EventId, 'deleted' | 'purged'>;

const KNOWN_MILLIS = 5_000;
/** Tables are asked about so many groups at a time. */
const CONCURRENCY = 16;

/**
 * A writer that brings nothing back: what was purged is not created, what is deleted is created hidden. It asks twice. Before, a few seconds'
 * memory will do, so that what was deleted long ago is not seen even for a moment. After, it must be what stands now: an event that is
 * deleted while it is being created is seen either here or by the deletion, which looks for the event after it wrote its tombstone.
 */
export function keepDeleted({ events, hider, tombstones, now }: KeepDeletedParts): EventWriter {
  const known = cached(
    (key) => {
      const [project, index] = key.split(' ');
      return tombstones.listIn(ProjectId.parse(project), IndexName.parse(index));
    },
    { ttlMillis: KNOWN_MILLIS, staleMillis: KNOWN_MILLIS, ...(now && { now }) },
  );

  return {
    async create(groups, signal) {
      const before = await askAll(groups, (group) => known(`${group.project} ${group.index}`));
      const wanted = groups.map((group, at) => withoutPurged(group, before[at]));
      const outcomes = await events.create(
        wanted.map(({ group }) => group),
        signal,
      );
      const after = await askAll(groups, ({ project, index }) => tombstones.listIn(project, index));
      return Promise.all(
        wanted.map(async ({ group, kept }, at) => {
          const merged = merge(groups[at] as EventGroup, kept, outcomes[at] ?? []);
          const [early, late] = [before[at], after[at]];
          if (early instanceof Error || late instanceof Error) return againAll(merged, early, late);
          try {
            await hideLate(group, early, late, outcomes[at] ?? [], signal);
            return merged;
          } catch (error) {
            return againAll(merged, error);
          }
        }),
      );
    },
  };

  /** Hides or removes what was stored although it is deleted by now. */
  async function hideLate(
    { project, lines }: EventGroup,
    early: Deleted | undefined,
    late: Deleted | undefined,
    outcomes: readonly WriteOutcome[],
    signal: AbortSignal,
  ): Promise<void> {
    if (late === undefined || late.size === 0) return;
    const stored = lines.flatMap((line, at) => {
      const { kind } = outcomes[at] ?? {};
      if (kind !== 'created' && kind !== 'exists') return [];
      const id = idOf(line);
      const state = id && late.get(id);
      // created hidden
      if (id === undefined || state === undefined || (kind === 'created' && early?.get(id) === state)) return [];
      return [{ id, state }];
    });
    const idsOf = (wanted: 'deleted' | 'purged') => stored.filter(({ state }) => state === wanted).map(({ id }) => id);
    const [deleted, purged] = [idsOf('deleted'), idsOf('purged')];
    if (deleted.length > 0) await hider.setHidden(project, deleted, true, signal);
    if (purged.length > 0) await hider.remove(project, purged, signal);
  }
}

/** Asks once for each project and index. A group whose answer fails gets the error: it comes again, the others go on. */
async function askAll(
  groups: readonly EventGroup[],
  ask: (group: EventGroup) => Promise<Deleted>,
): Promise<readonly (Deleted | Error | undefined)[]> {
  const first = new Map<string, EventGroup>();
  const keyOf = ({ project, index }: EventGroup) => `${project} ${index}`;
  for (const group of groups) if (!first.has(keyOf(group))) first.set(keyOf(group), group);
  const answers = new Map<string, Deleted | Error>();
  const asked = [...first];
  for (let start = 0; start < asked.length; start += CONCURRENCY) {
    await Promise.all(
      asked.slice(start, start + CONCURRENCY).map(async ([key, group]) => {
        answers.set(key, await ask(group).catch((error: unknown) => error as Error));
      }),
    );
  }
  return groups.map((group) => answers.get(keyOf(group)));
}

/** A group without what was purged, and which of its lines are left. */
function withoutPurged(
  group: EventGroup,
  deleted: Deleted | Error | undefined,
): { readonly group: EventGroup; readonly kept?: readonly boolean[] } {
  if (deleted instanceof Error) return { group: { ...group, lines: [] }, kept: group.lines.map(() => false) };
  if (deleted === undefined || deleted.size === 0) return { group };
  const kept = group.lines.map((line) => {
    const id = idOf(line);
    return id === undefined || deleted.get(id) !== 'purged';
  });
  const hidden = new Set([...deleted].filter(([, state]) => state === 'deleted').map(([id]) => id));
  return { group: { ...group, lines: group.lines.filter((_, at) => kept[at]), hidden }, kept };
}

/** Outcomes in the order of the group's own lines; what was purged was there already, in its way. */
function merge(
  { lines }: EventGroup,
  kept: readonly boolean[] | undefined,
  outcomes: readonly WriteOutcome[],
): readonly WriteOutcome[] {
  if (kept === undefined) return outcomes;
  let next = 0;
  return lines.map((_, at) => (kept[at] ? (outcomes[next++] as WriteOutcome) : { kind: 'exists' }));
}

const againAll = (outcomes: readonly WriteOutcome[], ...errors: readonly unknown[]): readonly WriteOutcome[] => {
  const error = errors.find((each) => each instanceof Error);
  return outcomes.map(() => ({
    kind: 'retry',
    reason: `deletions cannot be looked up: ${(error as Error | undefined)?.message}`,
  }));
};

/** The id of a record's line; undefined for what is no record, which the store refuses. */
function idOf(line: string): EventId | undefined {
  try {
    return (JSON.parse(line) as { id?: EventId }).id;
  } catch {
    return undefined;
  }
}
