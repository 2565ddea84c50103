import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PolicyStatement, Principals } from './principals.ts';

/** One statement of a role's policy and how often it allowed something since the data folder was made. */
export interface Grant {
  /** `<role logical id>/<policy>/<index>`. */
  readonly source: string;
  readonly effect: PolicyStatement['effect'];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly uses: number;
}

/** Durable counts of uses by statement. */
export class GrantLedger {
  readonly #path: string;
  readonly #statements: ReadonlyMap<string, PolicyStatement>;
  readonly #uses: Map<string, number>;
  #saved = true;

  /** `path` is a JSON file, made when something was used. Statements of `principals` that are not in a role (the operator's) are left out. */
  constructor(path: string, principals: Principals) {
    this.#path = path;
    const statements = Object.values(principals).flatMap((principal) => principal.statements);
    this.#statements = new Map(statements.map((statement) => [statement.source, statement]));
    this.#uses = new Map(Object.entries(readCounts(path)));
  }

  add(uses: Iterable<readonly [source: string, count: number]>): void {
    for (const [source, count] of uses) {
      this.#uses.set(source, (this.#uses.get(source) ?? 0) + count);
      this.#saved = false;
    }
  }

  grants(): readonly Grant[] {
    return [...this.#statements.values()]
      .filter(({ source }) => source.includes('/'))
      .map(({ source, effect, actions, resources }) => ({
        source,
        effect,
        actions,
        resources,
        uses: this.#uses.get(source) ?? 0,
      }));
  }

  /** Writes the counts when they changed. */
  save(): void {
    if (this.#saved) return;
    this.#saved = true;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#uses), null, 2));
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function readCounts(path: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
