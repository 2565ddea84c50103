import type { Random } from './random.ts';
import type { World } from './world.ts';

/** What functions call over the network. */
export type Service = 'stream' | 'store' | 'bucket' | 'table' | 'sockets';

/** How often what goes wrong, as probabilities of one call. */
export interface Rates {
  /** The function ends at this await: before its request leaves, or before the answer comes. */
  readonly kill: number;
  /** The request does not arrive. */
  readonly unreachable: number;
  /** It has its effect, and the answer is lost. */
  readonly lost: number;
  /** The client library sends it once more: it has its effect twice, the second time late. */
  readonly repeated: number;
  /** The service asks for less: whole calls, and single items of batches. */
  readonly throttled: number;
  /** The answer covers a part only, or is cut off. */
  readonly partial: number;
  /** Longest time of a request or an answer, milliseconds; few take so long. */
  readonly slowest: number;
}

const NONE: Rates = { kill: 0, unreachable: 0, lost: 0, repeated: 0, throttled: 0, partial: 0, slowest: 20 };

/** A time in which a service is away. */
interface Outage {
  readonly service: Service;
  readonly from: number;
  readonly to: number;
}

/** An execution environment of a function. Once it has ended nothing of it goes on: its calls neither leave nor come back. */
export class Instance {
  alive = true;
  /** Calls of it that failed. */
  failures = 0;
  readonly mortal: boolean;
  readonly #end = Promise.withResolvers<void>();

  /** Settles when it ends. */
  readonly ended = this.#end.promise;

  /** @param mortal whether the simulation may end it at an await; AWS's own parts live on */
  constructor(mortal = true) {
    this.mortal = mortal;
  }

  kill(): void {
    this.alive = false;
    this.#end.resolve();
  }
}

/** What becomes of a call that the service itself answers. */
export interface Chances {
  throttled(): boolean;
  partial(): boolean;
}

/** The network between functions and services. */
export class Network {
  readonly #world: World;
  readonly #random: Random;
  readonly #outages: readonly Outage[];
  #rates: Rates;

  constructor(world: World, random: Random, rates: Rates, outages: readonly Outage[]) {
    this.#world = world;
    this.#random = random;
    this.#rates = rates;
    this.#outages = outages;
  }

  /** From now on nothing goes wrong. */
  heal(): void {
    this.#rates = NONE;
  }

  get healed(): boolean {
    return this.#rates === NONE;
  }

  /** Asked by services that answer for single items. */
  readonly chances: Chances = {
    throttled: () => this.#random.chance(this.#rates.throttled),
    partial: () => this.#random.chance(this.#rates.partial),
  };

  /** Ends an instance at this await now and then. */
  kills(instance: Instance): boolean {
    if (instance.mortal && this.#random.chance(this.#rates.kill)) instance.kill();
    return !instance.alive;
  }

  /** Calls a service: `effect` is what the service does when the request arrives, whatever has become of the caller by then. */
  async call<T>(instance: Instance, service: Service, effect: () => T): Promise<T> {
    const { unreachable, lost, repeated } = this.#rates;
    if (!instance.alive || this.kills(instance)) return never();
    await this.#pass();
    if (this.#isAway(service) || this.#random.chance(unreachable)) {
      await this.#pass();
      return fail(instance, `${service}: connect ECONNREFUSED`);
    }
    const answer = attempt(effect);
    if (this.#random.chance(repeated)) void this.#pass().then(() => attempt(effect));
    const isLost = this.#random.chance(lost);
    await this.#pass();
    if (!instance.alive || this.kills(instance)) return never();
    if (isLost) return fail(instance, `${service}: socket hang up`);
    if ('error' in answer) return fail(instance, answer.error);
    return answer.value;
  }

  /** The time of a request or an answer: mostly short, sometimes very long. */
  #pass(): Promise<void> {
    const shape = this.#random.next() ** 6;
    return this.#world.sleep(1 + shape * this.#rates.slowest);
  }

  #isAway(service: Service): boolean {
    const { elapsed } = this.#world;
    if (this.healed) return false;
    return this.#outages.some(({ service: of, from, to }) => of === service && elapsed >= from && elapsed < to);
  }
}

/** What a function that has ended waits for. */
export const never = <T>(): Promise<T> => new Promise<T>(() => {});

function fail<T>(instance: Instance, error: unknown): Promise<T> {
  instance.failures++;
  return instance.alive ? Promise.reject(error instanceof Error ? error : new Error(String(error))) : never();
}

function attempt<T>(effect: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: effect() };
  } catch (error) {
    return { error };
  }
}
