import { z } from 'zod';
import type { ObjectStore } from '../../adapters/object-store/port.ts';
import { FrameHeader } from '../../core/frame.ts';
import type { Delivery } from '../../core/kinesis.ts';
import { type ProjectId, tenantObjectPrefix } from '../../core/project.ts';

/** An event that the store refused: its line and why. */
export interface Refused {
  readonly line: string;
  readonly reason: string;
}

/** The first line of a quarantine object: what it holds. */
export const Manifest = z.object({
  v: z.literal(1),
  /** `events`: lines of `{reason, event}` follow, some of the frame's. `frame`: the record follows as it came. */
  kind: z.enum(['events', 'frame']),
  header: FrameHeader,
  /** The most frequent first. */
  reasons: z.array(z.object({ reason: z.string(), events: z.int() })),
  events: z.int(),
  bytes: z.int(),
  /** Where in the stream a whole frame came from. */
  from: z.object({ shard: z.string(), sequenceNumber: z.string() }).optional(),
  /** Unix milliseconds, both. */
  quarantinedAt: z.int(),
  redrivenAt: z.int().optional(),
});
export type Manifest = z.output<typeof Manifest>;

/** Reads that take a manifest in whole. */
export const MAX_MANIFEST_BYTES = 16_384;
const MAX_REASONS = 5;
const MAX_REASON_CHARACTERS = 300;

/** What names an entry within its project: a frame's id, and which part of it. They sort by time of receipt. */
export const toEntryId = ({ id }: FrameHeader, kind: Manifest['kind']): string => `${id}-${kind}`;

/** Where an entry lies. @param id `toEntryId`; empty for the prefix of all */
export const toEntryKey = (project: ProjectId, id: string): string =>
  `${tenantObjectPrefix('quarantine', project)}${id}`;

/** Where an event or a record that can not be stored is kept whole, with the reason, until someone redrives or deletes it. */
export class Quarantine {
  readonly #objects: ObjectStore;
  readonly #now: () => number;

  constructor(objects: ObjectStore, now: () => number = Date.now) {
    this.#objects = objects;
    this.#now = now;
  }

  /** Events of one frame that the store refused. The key is made from the frame, so that a repeat puts the same object again. */
  events(header: FrameHeader, refused: readonly Refused[], redrivenAt?: number): Promise<void> {
    const body = refused.map(({ line, reason }) => `{"reason":${JSON.stringify(reason)},"event":${line}}`).join('\n');
    return this.#put(header, 'events', countReasons(refused), Buffer.from(body), {
      ...(redrivenAt !== undefined && { redrivenAt }),
    });
  }

  /** A record that cannot be read, or that ended the function again and again: kept as it is. */
  async record({ shard, sequenceNumber, arrivedAt, data, frame }: Delivery, reason: string): Promise<void> {
    if (!(frame instanceof Error)) {
      const reasons = [{ reason, events: frame.header.events }];
      await this.#put(frame.header, 'frame', reasons, data, { from: { shard, sequenceNumber } });
      return;
    }
    // nothing tells whose it is
    const record = {
      reason,
      shard,
      sequence_number: sequenceNumber,
      arrived_at: new Date(arrivedAt).toISOString(),
      data: data.toString('base64'),
    };
    await this.#objects.put(`quarantine/records/${shard}-${sequenceNumber}.json`, Buffer.from(JSON.stringify(record)), {
      contentType: 'application/json',
    });
  }

  async #put(
    header: FrameHeader,
    kind: Manifest['kind'],
    reasons: Manifest['reasons'],
    body: Buffer,
    more: Pick<Manifest, 'from' | 'redrivenAt'>,
  ): Promise<void> {
    const manifest: Manifest = {
      v: 1,
      kind,
      header,
      reasons: reasons
        .slice(0, MAX_REASONS)
        .map(({ reason, events }) => ({ reason: reason.slice(0, MAX_REASON_CHARACTERS), events })),
      events: reasons.reduce((sum, { events }) => sum + events, 0),
      bytes: body.length,
      quarantinedAt: this.#now(),
      ...more,
    };
    await this.#objects.put(
      toEntryKey(header.project, toEntryId(header, kind)),
      Buffer.concat([Buffer.from(`${JSON.stringify(manifest)}\n`), body]),
    );
  }
}

function countReasons(refused: readonly Refused[]): Manifest['reasons'] {
  const counts = new Map<string, number>();
  for (const { reason } of refused) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, events]) => ({ reason, events })).sort((a, b) => b.events - a.events);
}

/** The manifest at the head of an object, and what follows it. @returns undefined where there is none */
export function readManifest(object: Buffer): { readonly manifest: Manifest; readonly body: Buffer } | undefined {
  const end = object.indexOf(10);
  if (end < 0) return undefined;
  try {
    return { manifest: Manifest.parse(JSON.parse(object.toString('utf8', 0, end))), body: object.subarray(end + 1) };
  } catch {
    return undefined;
  }
}

/** What stands before an event; the event itself may be no JSON, and that be the reason. */
const REASON = /^\{"reason":("(?:[^"\\]|\\.)*"),"event":/;

/** The refused events of an object of kind `events`, byte for byte. */
export function readRefused(body: Buffer): readonly Refused[] {
  return body
    .toString('utf8')
    .split('\n')
    .map((text) => {
      const [head = '', reason = '""'] = REASON.exec(text) ?? [];
      return { reason: JSON.parse(reason) as string, line: text.slice(head.length, -1) };
    });
}
