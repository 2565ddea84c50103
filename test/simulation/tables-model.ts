import type { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Ledger } from '../../functions/adapters/ledger/port.ts';
import type { Tombstones } from '../../functions/adapters/tombstones/port.ts';
import type { Instance, Network } from './faults.ts';

/** What the ledger says of one frame. */
interface Entry {
  readonly accepted?: number;
  readonly dropped?: number;
  readonly indexed?: number;
  readonly quarantined?: number;
}

/** The tables: ledger, marks of attempts, tombstones (of which there are none). */
export class Tables {
  /** By frame id. */
  readonly ledger = new Map<string, Entry>();
  /** How often the end of work on a record could not be told, by its key: to all others that looks like the function's end. */
  readonly untoldEnds = new Map<string, number>();
  /** By key of the record. */
  readonly #attempts = new Map<string, ReadonlySet<string>>();

  ledgerSeenBy(instance: Instance, network: Network): Ledger {
    const set = (id: string, members: Entry) =>
      network.call(instance, 'table', () => void this.ledger.set(id, { ...this.ledger.get(id), ...members }));
    return {
      accepted: async (headers) => {
        await Promise.all(headers.map(({ id, events, dropped }) => set(id, { accepted: events + dropped, dropped })));
      },
      stored: async (frames) => {
        await Promise.all(frames.map(({ header: { id }, indexed, quarantined }) => set(id, { indexed, quarantined })));
      },
    };
  }

  /** The client that marks of attempts are kept through: it adds to sets, and takes them away. */
  attemptsSeenBy(instance: Instance, network: Network): DynamoDBDocumentClient {
    const send = ({ input }: UpdateCommand) => {
      const key = String(input.Key?.pk);
      const isEnd = input.UpdateExpression?.startsWith('REMOVE') === true;
      const told = network.call(instance, 'table', () => {
        if (isEnd) return void this.#attempts.delete(key);
        const environments = new Set([
          ...(this.#attempts.get(key) ?? []),
          ...(input.ExpressionAttributeValues?.[':this'] ?? []),
        ]);
        this.#attempts.set(key, environments);
        return { Attributes: { environments } };
      });
      if (isEnd) told.catch(() => this.untoldEnds.set(key, (this.untoldEnds.get(key) ?? 0) + 1));
      return told;
    };
    return { send } as Pick<DynamoDBDocumentClient, 'send'> as DynamoDBDocumentClient;
  }

  tombstonesSeenBy(instance: Instance, network: Network): Pick<Tombstones, 'listIn'> {
    return { listIn: () => network.call(instance, 'table', () => new Map()) };
  }
}
