import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PolicyStatement, Principals } from './principals.ts';
import type { Use } from './usage.ts';

/** One statement of a role's policy and how often it alone allowed something since the data folder was made. */
export interface Grant {
  /** `<role logical id>/<policy>/<index>`. */
  readonly source: string;
  readonly effect: PolicyStatement['effect'];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly uses: number;
  /** Those of `actions` and of `resources` that allowed nothing which no other statement allows. */
  readonly unusedActions: readonly string[];
  readonly unusedResources: readonly string[];
}

/** Durable counts of uses. */
export class GrantLedger {
  readonly #path: string;
  readonly #statements: ReadonlyMap<string, PolicyStatement>;
  readonly #uses: Map<Use, number>;
  #saved = true;

  /** `path` is a JSON file, made when something was used. Statements of `principals` that are not in a role (the operator's) are left out. */
  constructor(path: string, principals: Principals) {
    this.#path = path;
    const statements = Object.values(principals).flatMap((principal) => principal.statements);
    this.#statements = new Map(statements.map((statement) => [statement.source, statement]));
    this.#uses = new Map(Object.entries(readCounts(path)) as [Use, number][]);
  }

  add(uses: Iterable<readonly [use: Use, count: number]>): void {
    for (const [use, count] of uses) {
      this.#uses.set(use, (this.#uses.get(use) ?? 0) + count);
      this.#saved = false;
    }
  }

  grants(): readonly Grant[] {
    const used = Map.groupBy(
      [...this.#uses].map(([use, count]) => {
        const [source = '', action = '', resource = ''] = use.split(' ');
        return { source, action, resource, count };
      }),
      ({ source }) => source,
    );
    return [...this.#statements.values()]
      .filter(({ source }) => source.includes('/'))
      .map(({ source, effect, actions, resources }) => {
        const own = used.get(source) ?? [];
        return {
          source,
          effect,
          actions,
          resources,
          uses: own.reduce((sum, { count }) => sum + count, 0),
          unusedActions: actions.filter((pattern) => !own.some(({ action }) => action === pattern.toLowerCase())),
          unusedResources: resources.filter((pattern) => !own.some(({ resource }) => resource === pattern)),
        };
      });
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
