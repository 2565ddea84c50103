import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { RetryLater } from '../../core/errors.ts';
import { log } from '../../core/log.ts';
import { limitOf, NEVER_UNCOUNTED, type StageLimits } from './limits.ts';
import type { Allowance, Limit, Limiter, Take } from './port.ts';

/** Part of a limit that an instance takes from the table at once: so many instances can overshoot by no more than that together. */
const LEASES = 50;
/** Windows longer than this are begun with small leases. */
const LONG_SECONDS = 3_600;

/** An administrator may give somebody the whole limit again: so soon an instance that refused takes notice. */
const ASK_AGAIN_MILLIS = 5_000;

interface Lease {
  readonly window: number;
  /** Units that this instance may still give. */
  left: number;
  /** Units that the table says were taken by all. */
  taken: number;
  /** Unix milliseconds until which the table is not asked again, because it had nothing left. */
  exhaustedUntil: number;
  /** Units taken from the table the last time. */
  step: number;
}

/**
 * Fixed windows counted in a table. Each instance takes a fiftieth of a limit at a time and gives from it, so that most requests cost
 * no call; a unit is given only after the table granted it, so instances together never give more than the limit.
 */
export class DynamoDbLimiter implements Limiter {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #stage: StageLimits;
  readonly #now: () => number;
  readonly #leases = new Map<string, Lease>();

  constructor(client: DynamoDBDocumentClient, table: string, stage: StageLimits, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#stage = stage;
    this.#now = now;
  }

  async take(take: Take): Promise<Allowance> {
    const [allowance] = await this.takeAll([take]);
    return allowance as Allowance;
  }

  async takeAll(takes: readonly Take[]): Promise<readonly Allowance[]> {
    const granted = await Promise.all(takes.map((take) => this.#grant(take)));
    const refused = granted.find(({ lease, amount }) => lease.left < amount);
    if (refused !== undefined)
      throw new RetryLater('rate_limited', `Rate limit exceeded: ${refused.limit.text}`, refused.resetSeconds);
    return granted.map(({ lease, amount, limit, resetSeconds }) => {
      lease.left -= amount;
      return { limit: limit.units, remaining: Math.max(0, limit.units - lease.taken + lease.left), resetSeconds };
    });
  }

  limitOf(of: Take['of']): number {
    return limitOf({ of, who: '' }, this.#stage).units;
  }

  async look({ of, who, units }: Pick<Take, 'of' | 'who' | 'units'>): Promise<Allowance> {
    const limit = limitOf({ of, who, units }, this.#stage);
    const { window, resetSeconds } = this.#windowOf(limit);
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: `L#${of}#${who}`, sk: String(window) } }),
    );
    const taken = Number(Item?.taken ?? 0);
    return { limit: limit.units, remaining: Math.max(0, limit.units - taken), resetSeconds };
  }

  /** Makes sure that the lease holds as much as is asked for, if the table grants it. */
  async #grant({ of, who, units, amount: asked = 1 }: Take) {
    const limit = limitOf({ of, who, units }, this.#stage);
    const { window, resetSeconds } = this.#windowOf(limit);
    // what is larger than a window would never be let through otherwise
    const amount = Math.min(asked, limit.units);
    const id = `${of}#${who}`;
    const lease = this.#leaseOf(id, window);
    if (lease.left < amount && lease.exhaustedUntil <= this.#now()) await this.#extend(id, lease, limit, amount, of);
    return { lease, amount, limit, resetSeconds };
  }

  #windowOf({ windowSeconds }: Limit) {
    const seconds = this.#now() / 1000;
    const window = Math.floor(seconds / windowSeconds);
    return { window, resetSeconds: Math.max(1, Math.ceil((window + 1) * windowSeconds - seconds)) };
  }

  #leaseOf(id: string, window: number): Lease {
    const known = this.#leases.get(id);
    if (known?.window === window) return known;
    if (this.#leases.size > 10_000) this.#leases.clear();
    const lease = { window, left: 0, taken: 0, exhaustedUntil: 0, step: 0 };
    this.#leases.set(id, lease);
    return lease;
  }

  async #extend(id: string, lease: Lease, limit: Limit, amount: number, of: Take['of']): Promise<void> {
    // the smaller of a share and what is left, so that the last units of a window can be given too
    for (const units of new Set([Math.max(amount, stepOf(lease, limit)), amount])) {
      try {
        const { Attributes } = await this.#client.send(
          new UpdateCommand({
            TableName: this.#table,
            Key: { pk: `L#${id}`, sk: String(lease.window) },
            UpdateExpression: 'ADD taken :units SET expires_at = :end, window_units = :all',
            ConditionExpression: 'attribute_not_exists(taken) OR taken <= :room',
            ExpressionAttributeValues: {
              ':units': units,
              ':room': limit.units - units,
              ':all': limit.units,
              ':end': Math.ceil((lease.window + 2) * limit.windowSeconds),
            },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        lease.left += units;
        lease.step = units;
        lease.taken = Number(Attributes?.taken ?? units);
        return;
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') continue;
        if (NEVER_UNCOUNTED.has(of)) {
          throw new RetryLater('unavailable', 'sign-in attempts cannot be counted now, so none is let through', 5, {
            cause: error,
          });
        }
        log('warn', 'limits table does not answer, request passes uncounted', { 'tributary.limit.class': of }, error);
        lease.left += amount;
        return;
      }
    }
    if (amount === 1) lease.exhaustedUntil = this.#now() + ASK_AGAIN_MILLIS;
    lease.taken = limit.units;
  }
}

/** A long window outlives many instances, and what one holds is lost with it: so each takes twice as much each time, from little on. */
function stepOf({ step }: Lease, { units, windowSeconds }: Limit): number {
  const share = Math.floor(units / LEASES);
  return windowSeconds > LONG_SECONDS ? Math.min(share, step * 2) : share;
}
