import type { ObjectStore } from '../../functions/adapters/object-store/port.ts';
import type { Instance, Network } from './faults.ts';

/** Few, so that lists have several pages. */
const PAGE = 7;

/** A bucket of S3: objects by key, the last put stands. */
export class Bucket {
  readonly objects = new Map<string, Buffer>();

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** The bucket as a function sees it. */
  seenBy(instance: Instance, network: Network): ObjectStore {
    const call = <T>(effect: () => T) => network.call(instance, 'bucket', effect);
    return {
      put: (key, body) => {
        const copy = Buffer.from(body);
        return call(() => void this.objects.set(key, copy));
      },
      get: (key) => call(() => this.objects.get(key)),
      getRange: (key, start, end) => call(() => this.objects.get(key)?.subarray(start, end)),
      delete: (key) => call(() => void this.objects.delete(key)),
      list: (prefix, after = '') =>
        call(() => {
          const keys = this.keys(prefix).filter((key) => key > after);
          return { keys: keys.slice(0, PAGE), more: keys.length > PAGE };
        }),
    };
  }
}
