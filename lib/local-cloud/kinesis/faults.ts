import { z } from 'zod';
import { invalidInput } from '../aws-server/invalid-input.ts';

const Fault = z.strictObject({
  /** Stream that is to refuse records. */
  stream: z.string(),
  /** What refused records get. */
  code: z
    .enum(['ProvisionedThroughputExceededException', 'InternalFailure'])
    .default('ProvisionedThroughputExceededException'),
  /** Take so many records first. */
  after: z.number().int().min(0).default(0),
  /** Refuse one record of so many; 1 refuses each. */
  every: z.number().int().min(1).default(1),
  /** Stop after so many refused records; without it, until `DELETE /_local/faults`. */
  count: z.number().int().min(1).optional(),
});
type Fault = z.output<typeof Fault>;

/** Refusals that a test orders by `POST /_local/faults`, since a local stream has no limits of throughput of its own. */
export class Faults {
  readonly #byStream = new Map<string, { readonly fault: Fault; seen: number; refused: number }>();

  /** @throws AwsError for a body that is no fault */
  order(body: unknown): object {
    const parsed = Fault.safeParse(body, { reportInput: true });
    if (!parsed.success) throw invalidInput(parsed.error.issues);
    this.#byStream.set(parsed.data.stream, {
      fault: parsed.data,
      seen: 0,
      refused: 0,
    });
    return {};
  }

  clear(): object {
    this.#byStream.clear();
    return {};
  }

  /** Error code that the next record of `stream` is refused with, if it is. */
  next(stream: string): Fault['code'] | undefined {
    const state = this.#byStream.get(stream);
    if (state === undefined || state.refused === state.fault.count) return undefined;
    state.seen++;
    const { after, every } = state.fault;
    if (state.seen <= after || (state.seen - after) % every !== 0) return undefined;
    state.refused++;
    return state.fault.code;
  }
}
