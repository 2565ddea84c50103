interface Timer {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

const DAY_MILLIS = 86_400_000;

/**
 * Time of the simulation. It stands still while anything can run and then goes on to the next timer, so that a day takes as long as what
 * happens in it. What the wall clock shows may jump; what is waited for does not.
 */
export class World {
  #elapsed = 0;
  #offset: number;
  #order = 0;
  #steps = 0;
  readonly #timers: Timer[] = [];

  /** @param start what the wall clock shows at first, Unix milliseconds */
  constructor(start: number) {
    this.#offset = start;
  }

  /** What the wall clock shows, whole Unix milliseconds. */
  readonly now = (): number => Math.floor(this.#offset + this.#elapsed);

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** How often time went on: equal runs take equally many. */
  get steps(): number {
    return this.#steps;
  }

  /** Sets the wall clock forward, or back. */
  jump(millis: number): void {
    this.#offset += millis;
  }

  readonly sleep = (millis: number): Promise<void> =>
    new Promise((wake) => this.#push({ at: this.#elapsed + Math.max(0, millis), order: this.#order++, wake }));

  /** Runs until `work` is done. @throws where nothing moves any more, or too many days went by */
  async run<T>(work: Promise<T>, maximumDays: number): Promise<T> {
    let state: { done: boolean } = { done: false };
    const finish = () => {
      state = { done: true };
    };
    work.then(finish, finish);
    for (;;) {
      // all that can run without time going by: promises only, for nothing here waits for the machine
      await new Promise(setImmediate);
      if (state.done) return work;
      const next = this.#pop();
      if (next === undefined) throw new Error('the simulation waits for what will never happen');
      if (next.at > maximumDays * DAY_MILLIS) throw new Error(`the simulation does not end within ${maximumDays} days`);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      this.#steps++;
      next.wake();
    }
  }

  #push(timer: Timer): void {
    const timers = this.#timers;
    let at = timers.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, timers[parent] as Timer)) break;
      timers[at] = timers[parent] as Timer;
      at = parent;
    }
    timers[at] = timer;
  }

  #pop(): Timer | undefined {
    const timers = this.#timers;
    const first = timers[0];
    const last = timers.pop();
    if (first === undefined || last === undefined || timers.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= timers.length) break;
      const right = left + 1;
      const child = right < timers.length && isBefore(timers[right] as Timer, timers[left] as Timer) ? right : left;
      if (!isBefore(timers[child] as Timer, last)) break;
      timers[at] = timers[child] as Timer;
      at = child;
    }
    timers[at] = last;
    return first;
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
