import type { Slices } from '../query/evaluate.ts';

/** How long one search runs before the next has its turn, in milliseconds. */
const TURN = 4;

interface Task {
  readonly run: Slices<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  /** Milliseconds used so far. */
  used: number;
}

/**
 * Runs searches in turns on one thread. Whoever has used the least time is next, so that a short search overtakes long ones however
 * many there are, and messages (a cancellation, a newer snapshot) are taken between turns.
 */
export class Scheduler {
  readonly #tasks = new Map<string, Task>();
  #scheduled = false;

  /** Runs `run` to its end. @throws what it throws, or `cancelled` */
  submit<T>(key: string, run: Slices<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#tasks.set(key, { run, resolve: resolve as (value: never) => void, reject, used: 0 });
      this.#schedule();
    });
  }

  /** Ends a search that nobody waits for any more. */
  cancel(key: string): void {
    const task = this.#tasks.get(key);
    this.#tasks.delete(key);
    task?.reject(new Error('cancelled'));
  }

  #schedule(): void {
    if (this.#scheduled || this.#tasks.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    let next: [string, Task] | undefined;
    for (const entry of this.#tasks) if (next === undefined || entry[1].used < next[1].used) next = entry;
    if (next === undefined) return;
    const [key, task] = next;
    const start = performance.now();
    try {
      for (;;) {
        const step = task.run.next();
        if (step.done === true) {
          this.#tasks.delete(key);
          task.resolve(step.value as never);
          return;
        }
        if (performance.now() - start >= TURN) break;
      }
    } catch (error) {
      this.#tasks.delete(key);
      task.reject(error);
    }
    task.used += performance.now() - start;
  }
}
