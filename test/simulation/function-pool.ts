import { Instance, type Network } from './faults.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** What became of an invocation. */
export type Result<Output> = { readonly output: Output } | { readonly error: string };

/** What an execution environment runs with. */
export interface Environment {
  readonly instance: Instance;
  /** The environment's own clock, which may be wrong; Unix milliseconds. */
  readonly now: () => number;
}

export interface FunctionPoolOptions<Input, Output> {
  readonly world: World;
  readonly network: Network;
  readonly random: Random;
  readonly timeoutMillis: number;
  /** How wrong the clock of a new environment is, milliseconds. */
  readonly skew: () => number;
  /** The start of an environment: clients and caches that outlive an invocation are made here. */
  readonly start: (environment: Environment) => (input: Input) => Promise<Output>;
}

interface Running<Input, Output> extends Environment {
  busy: boolean;
  readonly handle: (input: Input) => Promise<Output>;
}

/** A Lambda function: as many execution environments as are needed at once, each with one invocation at a time. */
export class FunctionPool<Input, Output> {
  readonly #options: FunctionPoolOptions<Input, Output>;
  #environments: Running<Input, Output>[] = [];

  constructor(options: FunctionPoolOptions<Input, Output>) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#environments.every(({ busy }) => !busy);
  }

  async invoke(input: Input): Promise<Result<Output>> {
    const { world, random, timeoutMillis } = this.#options;
    const environment = this.#take();
    const { instance } = environment;
    environment.busy = true;
    let running = true;
    void world.sleep(timeoutMillis).then(() => running && instance.kill());
    const result = await Promise.race([
      environment.handle(input).then(
        (output): Result<Output> => ({ output }),
        (error: unknown): Result<Output> => ({ error: String(error) }),
      ),
      instance.ended.then((): Result<Output> => ({ error: 'the function ended' })),
    ]);
    running = false;
    environment.busy = false;
    // an idle environment is taken away without a word
    if (random.chance(0.1)) instance.kill();
    return result;
  }

  #take(): Running<Input, Output> {
    const { random, world, skew, start } = this.#options;
    this.#environments = this.#environments.filter(({ instance }) => instance.alive);
    const idle = this.#environments.filter(({ busy }) => !busy);
    if (idle.length > 0) return random.pick(idle);
    const instance = new Instance();
    const wrong = skew();
    const now = () => world.now() + wrong;
    const environment = { instance, now, busy: false, handle: start({ instance, now }) };
    this.#environments.push(environment);
    return environment;
  }
}
