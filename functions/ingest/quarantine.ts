import type { ObjectStore } from '../adapters/object-store/port.ts';
import type { Delivery } from '../core/kinesis.ts';
import { type ProjectId, tenantObjectPrefix } from '../core/project.ts';

/** Where an event or a record that can not be stored is kept whole, with the reason, until someone redrives or deletes it. */
export class Quarantine {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** Events of one frame that the store refused. The key is made from the frame, so that a repeat puts the same object again. */
  async events(
    project: ProjectId,
    frameId: string,
    refused: readonly { readonly line: string; readonly reason: string }[],
  ): Promise<void> {
    const text = refused.map(({ line, reason }) => `{"reason":${JSON.stringify(reason)},"event":${line}}`).join('\n');
    await this.#objects.put(`${tenantObjectPrefix('quarantine', project)}${frameId}.ndjson`, Buffer.from(text), {
      contentType: 'application/x-ndjson',
    });
  }

  /** A record that cannot be read, or that ended the function again and again: kept as it is. */
  async record({ shard, sequenceNumber, arrivedAt, data }: Delivery, reason: string): Promise<void> {
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
}
