import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ObjectStore } from '../../adapters/object-store/port.ts';
import { Failure, RetryLater } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { log } from '../../core/log.ts';
import type { ProjectId } from '../../core/project.ts';
import type { Accept } from '../accept.ts';
import { processByKind } from '../kinds/process.ts';
import { logGroupOf, readSubscription } from './read-subscription.ts';

/** What taking log events of the own account stands on. */
export interface SubscriptionParts {
  readonly accept: Accept;
  /** Keeps what could not be accepted now under `cloudwatch/`. */
  readonly objects: Pick<ObjectStore, 'put' | 'list' | 'get' | 'delete'>;
  /** By the beginning of a log group's name; the longest that fits counts. */
  readonly projects: Readonly<Record<string, ProjectId>>;
  readonly now: () => number;
}

const PREFIX = 'cloudwatch/';
/** CloudWatch Logs sends at most 1 MB, packed. */
const MAX_INFLATED_BYTES = 64 * 1_048_576;
const unpack = promisify(gunzip);

/** Takes what subscription filters of the account's own log groups send to a function. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /**
   * Accepts a delivery, or keeps it as it came until it can be: a function is invoked with it twice more within minutes, and then no more.
   * @param id of the invocation, which its repetitions share
   * @param data gzip in base64
   * @throws Failure `undecodable`; `not_found` for a log group that belongs to no project: what it sent is kept until it does
   */
  async take(id: string, data: string, signal: AbortSignal): Promise<void> {
    const packed = Buffer.from(data, 'base64');
    try {
      await this.#accept(packed, signal);
    } catch (error) {
      if (error instanceof Failure && error.code === 'undecodable') throw error;
      log('warn', 'log events are kept until they can be accepted', { 'faas.invocation_id': id }, error);
      await this.#parts.objects.put(`${PREFIX}${id}`, packed);
      // an error of the function is an alarm
      if (error instanceof Failure) throw error;
    }
  }

  /** Accepts what was kept; what belongs to no project stays, and holds up nothing. @returns deliveries that are accepted now */
  async drain(signal: AbortSignal): Promise<number> {
    const { objects } = this.#parts;
    let drained = 0;
    for (let after: string | undefined; ; ) {
      const { keys, more } = await objects.list(PREFIX, after);
      for (const key of keys) {
        if (signal.aborted) return drained;
        const packed = await objects.get(key);
        if (packed === undefined) continue;
        try {
          await this.#accept(packed, signal);
        } catch (error) {
          const fields = { 'aws.s3.key': key };
          if (error instanceof Failure) {
            log('error', 'log events cannot be accepted, they stay where they are', fields, error);
            continue;
          }
          if (!(error instanceof RetryLater)) throw error;
          log('warn', 'log events cannot be accepted now, the next run tries again', fields, error);
          return drained;
        }
        await objects.delete(key);
        drained++;
      }
      after = keys.at(-1);
      if (!more || after === undefined) return drained;
    }
  }

  async #accept(packed: Buffer, signal: AbortSignal): Promise<void> {
    const value = await read(packed);
    const drafts = readSubscription(value, this.#parts.now());
    if (drafts === undefined) throw new Failure('undecodable', 'this is nothing that a subscription filter sends');
    if (drafts.length === 0) return;
    const group = logGroupOf(value);
    const project = this.#projectOf(group);
    if (project === undefined)
      throw new Failure('not_found', `log group "${group}" belongs to no project: name it in the stage's "logGroups"`);
    const arrival = { project, retention: '30d' as const, source: { protocol: 'cloudwatch' }, hints: {} };
    await this.#parts.accept(drafts.map(processByKind), arrival, signal);
  }

  #projectOf(group: string): ProjectId | undefined {
    const [longest] = Object.keys(this.#parts.projects)
      .filter((beginning) => group.startsWith(beginning))
      .sort((a, b) => b.length - a.length);
    return longest === undefined ? undefined : this.#parts.projects[longest];
  }
}

async function read(packed: Buffer): Promise<unknown> {
  try {
    return parseJson((await unpack(packed, { maxOutputLength: MAX_INFLATED_BYTES })).toString('utf8'));
  } catch (error) {
    throw new Failure('undecodable', 'the delivery is no JSON in gzip', { cause: error });
  }
}
