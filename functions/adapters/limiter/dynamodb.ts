import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { RetryLater } from '../../core/errors.ts';
import { log } from '../../core/log.ts';
import { KEY_LIMIT, LIMITS, type Limit, NEVER_UNCOUNTED } from './limits.ts';
import type { Allowance, Limiter, Take } from './port.ts';

/** Part of a limit that an instance takes from the table at once: so many instances can overshoot by no more than that together. */
const LEASES = 50;

interface Lease {
  readonly window: number;
  /** Units that this instance may still give. */
  left: number;
  /** Units that the table says were taken by all. */
  taken: number;
  exhausted: boolean;
}

/**
 * Fixed windows counted in a table. Each instance takes a fiftieth of a limit at a time and gives from it, so that most requests cost
 * no call; a unit is given only after the table granted it, so instances together never give more than the limit.
 */
export class DynamoDbLimiter implements Limiter {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #factor: number;
  readonly #now: () => number;
  readonly #leases = new Map<string, Lease>();

  constructor(client: DynamoDBDocumentClient, table: string, factor: number, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#factor = factor;
    this.#now = now;
  }

  async take({ of, who, amount = 1 }: Take): Promise<Allowance> {
    const limit = scaled(limitFor(of, who), this.#factor);
    const seconds = this.#now() / 1000;
    const window = Math.floor(seconds / limit.windowSeconds);
    const resetSeconds = Math.max(1, Math.ceil((window + 1) * limit.windowSeconds - seconds));
    const id = `${of}#${who}`;
    const lease = this.#leaseOf(id, window);
    if (lease.left < amount && !lease.exhausted) await this.#extend(id, lease, limit, amount, of);
    if (lease.left < amount) {
      throw new RetryLater('rate_limited', `Rate limit exceeded: ${limit.text}`, resetSeconds);
    }
    lease.left -= amount;
    return { limit: limit.units, remaining: Math.max(0, limit.units - lease.taken + lease.left), resetSeconds };
  }

  #leaseOf(id: string, window: number): Lease {
    const known = this.#leases.get(id);
    if (known?.window === window) return known;
    if (this.#leases.size > 10_000) this.#leases.clear();
    const lease = { window, left: 0, taken: 0, exhausted: false };
    this.#leases.set(id, lease);
    return lease;
  }

  async #extend(id: string, lease: Lease, limit: Limit, amount: number, of: Take['of']): Promise<void> {
    // the smaller of a share and what is left, so that the last units of a window can be given too
    for (const units of new Set([Math.max(amount, Math.floor(limit.units / LEASES)), amount])) {
      try {
        const { Attributes } = await this.#client.send(
          new UpdateCommand({
            TableName: this.#table,
            Key: { pk: `L#${id}`, sk: String(lease.window) },
            UpdateExpression: 'ADD taken :units SET expires_at = :end',
            ConditionExpression: 'attribute_not_exists(taken) OR taken <= :room',
            ExpressionAttributeValues: {
              ':units': units,
              ':room': limit.units - units,
              ':end': Math.ceil((lease.window + 2) * limit.windowSeconds),
            },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        lease.left += units;
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
    lease.exhausted = amount === 1;
    lease.taken = limit.units;
  }
}

function limitFor(of: Take['of'], who: string): Limit {
  const limit = LIMITS[of];
  return who.startsWith('key:') && limit.units < KEY_LIMIT.units ? KEY_LIMIT : limit;
}

function scaled(limit: Limit, factor: number): Limit {
  if (factor === 1) return limit;
  const units = Math.ceil(limit.units * factor);
  return { ...limit, units, text: limit.text.replace(/^\d+/, String(units)) };
}
