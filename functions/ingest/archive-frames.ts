import type { Ledger } from '../adapters/ledger/port.ts';
import type { ObjectStore } from '../adapters/object-store/port.ts';
import type { FrameHeader } from '../core/frame.ts';
import type { Delivery } from '../core/kinesis.ts';
import { log } from '../core/log.ts';
import { archivePrefix, encodeArchive } from './archive-object.ts';

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
 * from them. A record that is no frame is left to *index*, which quarantines it.
 */
export function makeArchiveFrames({ archive, ledger }: ArchiveParts) {
  return async (batch: readonly Delivery[]): Promise<readonly Delivery[]> => {
    const groups = new Map<string, Archived[]>();
    for (const delivery of batch) {
      if (delivery.frame instanceof Error) continue;
      const { header } = delivery.frame;
      const key = archivePrefix(header.project, header.received);
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
      await archive.put(
        `${prefix}${name}`,
        encodeArchive(group.map(({ delivery: { data }, header }) => ({ data, header }))),
      );
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
