import type { AuditEvent, AuditTrail } from '../../functions/adapters/audit-trail/port.ts';
import type { EventGroup, EventWriter, WriteOutcome } from '../../functions/adapters/event-store/port.ts';
import type { Ledger } from '../../functions/adapters/ledger/port.ts';
import type { ObjectStore } from '../../functions/adapters/object-store/port.ts';
import type { FrameStream } from '../../functions/adapters/stream/port.ts';
import { decodeFrame } from '../../functions/core/frame.ts';
import type { Delivery } from '../../functions/core/kinesis.ts';
import type { AcceptParts } from '../../functions/ingest/accept.ts';
import { makeFindPolicy } from '../../functions/ingest/policy/policy.ts';

/** What accepting knows of a project that has said nothing, and that no quota stops. */
export const DEFAULT_POLICY: Pick<AcceptParts, 'policies' | 'quota'> = {
  policies: makeFindPolicy({ find: async () => ({}) }, Date.now),
  quota: async () => [],
};

/** Objects in memory. */
export class MemoryObjectStore implements ObjectStore {
  readonly objects = new Map<string, Buffer>();
  /** Set to make every call fail. */
  broken = false;

  async put(key: string, body: Buffer): Promise<void> {
    this.#check();
    this.objects.set(key, Buffer.from(body));
  }

  async get(key: string): Promise<Buffer | undefined> {
    this.#check();
    return this.objects.get(key);
  }

  async getRange(key: string, start: number, end: number): Promise<Buffer | undefined> {
    this.#check();
    return this.objects.get(key)?.subarray(start, end);
  }

  async delete(key: string): Promise<void> {
    this.#check();
    this.objects.delete(key);
  }

  async list(prefix: string, after = '') {
    this.#check();
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    return { keys: keys.slice(0, 1_000), more: keys.length > 1_000 };
  }

  #check(): void {
    if (this.broken) throw new Error('object store is away');
  }
}

/** A stream that takes what `takes` lets it, and hands it on as deliveries. */
export class MemoryStream implements FrameStream {
  readonly records: Buffer[] = [];
  takes: (position: number) => boolean = () => true;

  async put(records: readonly Buffer[]): Promise<readonly boolean[]> {
    return records.map((record, position) => {
      const taken = this.takes(position);
      if (taken) this.records.push(record);
      return taken;
    });
  }

  deliveries(): Delivery[] {
    return this.records.map((data, position) => toDelivery(data, position));
  }
}

/** A record as a consumer gets it. */
export function toDelivery(data: Buffer, position = 0, arrivedAt = Date.now()): Delivery {
  let frame: Delivery['frame'];
  try {
    frame = decodeFrame(data);
  } catch (error) {
    frame = error as Error;
  }
  return { sequenceNumber: String(position).padStart(56, '0'), shard: 'shardId-000000000000', arrivedAt, data, frame };
}

/** An event store that keeps lines by id and answers as `outcome` says. */
export class MemoryEventWriter implements EventWriter {
  readonly lines = new Map<string, string>();
  outcome: (line: string) => WriteOutcome | undefined = () => undefined;

  async create(groups: readonly EventGroup[]): Promise<readonly (readonly WriteOutcome[])[]> {
    return groups.map(({ lines }) =>
      lines.map((line): WriteOutcome => {
        const other = this.outcome(line);
        if (other !== undefined) return other;
        const { id } = JSON.parse(line) as { id: string };
        if (this.lines.has(id)) return { kind: 'exists' };
        this.lines.set(id, line);
        return { kind: 'created' };
      }),
    );
  }
}

/** An audit trail in memory, of changes outside the tables. */
export class MemoryAuditTrail implements Pick<AuditTrail, 'around'> {
  /** Action, entity and result of each change that came to an end. */
  readonly changes: string[] = [];

  async around<T>({ action, entityId }: Omit<AuditEvent, 'result'>, change: () => Promise<T>): Promise<T> {
    try {
      const result = await change();
      this.changes.push(`${action} ${entityId} success`);
      return result;
    } catch (error) {
      this.changes.push(`${action} ${entityId} failure`);
      throw error;
    }
  }
}

/** A ledger in memory: both sides by frame id. */
export class MemoryLedger implements Ledger {
  readonly frames = new Map<string, { accepted?: number; dropped?: number; indexed?: number; quarantined?: number }>();

  async accepted(headers: Parameters<Ledger['accepted']>[0]): Promise<void> {
    for (const { id, events, dropped } of headers)
      this.frames.set(id, { ...this.frames.get(id), accepted: events + dropped, dropped });
  }

  async stored(frames: Parameters<Ledger['stored']>[0]): Promise<void> {
    for (const { header, indexed, quarantined } of frames)
      this.frames.set(header.id, { ...this.frames.get(header.id), indexed, quarantined });
  }
}
