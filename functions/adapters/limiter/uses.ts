import { DeleteCommand, type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { LIMITS, limitOf, type StageLimits } from './limits.ts';
import type { LimitUse, LimitUses, Take } from './port.ts';

const CountItem = z.object({
  pk: z.string(),
  sk: z.string(),
  taken: z.number(),
  /** Units of the window when some were taken last: a project may have its own. */
  window_units: z.number().optional(),
});
const CLASSES = Object.keys(LIMITS) as Take['of'][];

/** Looks at all counts of the limits table, and takes them back. The table holds no more than the callers of the last hours. */
export class DynamoDbLimitUses implements LimitUses {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #stage: StageLimits;
  readonly #now: () => number;

  constructor(client: DynamoDBDocumentClient, table: string, stage: StageLimits, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#stage = stage;
    this.#now = now;
  }

  limits(): ReturnType<LimitUses['limits']> {
    return CLASSES.map((of) => ({ of, limit: limitOf({ of, who: '' }, this.#stage) }));
  }

  async list(): Promise<readonly LimitUse[]> {
    const uses: LimitUse[] = [];
    for await (const { pk, sk, taken, window_units: units } of this.#counts()) {
      const [, of, who] = /^L#([a-z_]+)#(.+)$/s.exec(pk) ?? [];
      const known = CLASSES.find((each) => each === of);
      if (known === undefined || who === undefined) continue;
      const limit = limitOf({ of: known, who, units }, this.#stage);
      const endsAt = (Number(sk) + 1) * limit.windowSeconds * 1000;
      // windows that are over stay in the table for a while
      if (endsAt > this.#now()) uses.push({ of: known, who, limit, taken, endsAt });
    }
    return uses;
  }

  async reset({ of, who }: Pick<Take, 'of' | 'who'>): Promise<number> {
    return this.#delete((pk) => pk === `L#${of}#${who}`);
  }

  async resetAll(): Promise<number> {
    return this.#delete(() => true);
  }

  async #delete(isMeant: (pk: string) => boolean): Promise<number> {
    let count = 0;
    for await (const { pk, sk } of this.#counts()) {
      if (!isMeant(pk)) continue;
      await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: { pk, sk } }));
      count++;
    }
    return count;
  }

  async *#counts() {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new ScanCommand({
          TableName: this.#table,
          FilterExpression: 'begins_with(pk, :counts)',
          ExpressionAttributeValues: { ':counts': 'L#' },
          ExclusiveStartKey: from,
        }),
      );
      for (const item of page.Items ?? []) yield CountItem.parse(item);
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }
}
