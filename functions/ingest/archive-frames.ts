import { createHash } from 'node:crypto';
import type { Ledger } from '../adapters/ledger/port.ts';
import type { ObjectStore } from '../adapters/object-store/port.ts';
import type { FrameHeader } from '../core/frame.ts';
import type { Delivery } from '../core/kinesis.ts';
import { log } from '../core/log.ts';
import { type ProjectId, tenantObjectPrefix } from '../core/project.ts';

/** What archiving stands on. */
export interface ArchiveParts {
  readonly archive: ObjectStore;
  readonly ledger: Ledger;
}

interface Archived {
  readonly delivery: Delivery;
  readonly header: FrameHeader;
}

/**
 * Puts the frames of a batch into S3 as they came, an object for each project and day of receipt, so that the index can be made again
 * from them. An object is a manifest (one line of JSON: frames, events, first and last time, sha256 of what follows) and the frames,
 * each after its length in four bytes. A record that is no frame is left to *index*, which quarantines it.
 */
export function makeArchiveFrames({ archive, ledger }: ArchiveParts) {
  return async (batch: readonly Delivery[]): Promise<readonly Delivery[]> => {
    const groups = new Map<string, Archived[]>();
    for (const delivery of batch) {
      if (delivery.frame instanceof Error) continue;
      const { header } = delivery.frame;
      const key = `${tenantObjectPrefix('frames', header.project as ProjectId)}day=${new Date(header.received).toISOString().slice(0, 10)}/`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ delivery, header }]);
      else group.push({ delivery, header });
    }
    const again = await Promise.all([...groups].map(([prefix, group]) => put(prefix, group)));
    return again.flat();
  };

  async function put(prefix: string, group: readonly Archived[]): Promise<readonly Delivery[]> {
    const [first, last] = [group[0]?.delivery, group.at(-1)?.delivery];
    if (first === undefined || last === undefined) return [];
    try {
      // a repeat of the batch writes the same object again, a part of it another: neither leaves less than was there
      const name = `${first.shard}-${first.sequenceNumber}-${last.sequenceNumber}.frames`;
      await archive.put(`${prefix}${name}`, toObject(group));
      await ledger.accepted(group.map(({ header }) => header));
      return [];
    } catch (error) {
      log(
        'error',
        'frames cannot be archived, they will come again',
        { 'messaging.batch.message_count': group.length },
        error,
      );
      return group.map(({ delivery }) => delivery);
    }
  }
}

function toObject(group: readonly Archived[]): Buffer {
  const frames = Buffer.concat(
    group.flatMap(({ delivery: { data } }) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return [length, data];
    }),
  );
  const times = group.map(({ header }) => header.received);
  const manifest = {
    v: 1,
    frames: group.length,
    events: group.reduce((sum, { header }) => sum + header.events, 0),
    first: new Date(Math.min(...times)).toISOString(),
    last: new Date(Math.max(...times)).toISOString(),
    sha256: createHash('sha256').update(frames).digest('hex'),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(manifest)}\n`), frames]);
}
