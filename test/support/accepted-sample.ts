import { decodeFrame, readLines } from '../../functions/core/frame.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import { makeAccept } from '../../functions/ingest/accept.ts';
import { generateSample } from '../../functions/ingest/generator/generate.ts';
import { processByKind } from '../../functions/ingest/kinds/process.ts';
import { readEntry } from '../../functions/ingest/own-api/read-entry.ts';
import { DEFAULT_POLICY, MemoryObjectStore } from './fakes.ts';

const never = new AbortController().signal;
/** Bounds the memory of a large sample. */
const CHUNK = 20_000;

export interface AcceptedSample {
  readonly project: ProjectId;
  readonly events: number;
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly seed?: number;
}

/** Lines of the generator's shop as *accept* writes them, oldest first, a frame at a time; `bytes` is their JSON as it was sent. */
export async function* acceptedSample({
  project,
  events,
  from,
  to,
  seed = 1,
}: AcceptedSample): AsyncGenerator<{ readonly lines: readonly string[]; readonly bytes: number }> {
  const frames: Buffer[] = [];
  const accept = makeAccept({
    stream: {
      put: async (records) => {
        frames.push(...records.map(Buffer.from));
        return records.map(() => true);
      },
    },
    quarantine: new MemoryObjectStore(),
    quota: DEFAULT_POLICY.quota,
    policies: DEFAULT_POLICY.policies,
    now: () => to,
  });
  const arrival = { project, retention: '30d', source: { protocol: 'http' }, hints: {} } as const;
  for (let done = 0; done < events; done += CHUNK) {
    const count = Math.min(CHUNK, events - done);
    const at = (share: number) => Math.round(from + ((to - from) * share) / events);
    const entries = generateSample({ from: at(done), to: at(done + count), events: count, seed: seed + done });
    for (let first = 0; first < entries.length; first += 1_000) {
      const some = entries.slice(first, first + 1_000);
      const bytes = some.reduce((sum, entry) => sum + JSON.stringify(entry).length + 1, 0);
      await accept(some.map(readEntry).map(processByKind), arrival, never);
      yield { lines: frames.splice(0).flatMap((frame) => [...readLines(decodeFrame(frame))]), bytes };
    }
  }
}
