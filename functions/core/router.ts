import { Failure } from './errors.ts';
import type { Route } from './route.ts';

interface Entry<T extends { readonly route: Route }> {
  readonly segments: readonly string[];
  readonly serves: T;
}

/** Finds what serves a request: literal segments win over `{name}`, `{name}` over `{name+}`. */
export class Router<T extends { readonly route: Route }> {
  readonly #entries: readonly Entry<T>[];

  constructor(served: readonly T[]) {
    this.#entries = served
      .flatMap((serves) =>
        [serves.route.path, ...(serves.route.aliases ?? [])].map((path) => ({
          segments: path.split('/'),
          serves,
        })),
      )
      .sort((a, b) => weight(a.segments).localeCompare(weight(b.segments)));
  }

  /** Whether a path is one of ours, whatever the method. */
  serves(path: string): boolean {
    const segments = path.split('/');
    return this.#entries.some((entry) => match(entry.segments, segments) !== undefined);
  }

  /** @throws Failure `not_found` or `method_not_allowed` */
  find(
    method: string,
    path: string,
  ): {
    readonly serves: T;
    readonly parameters: Readonly<Record<string, string>>;
  } {
    const segments = path.split('/');
    let allowed = '';
    for (const entry of this.#entries) {
      const parameters = match(entry.segments, segments);
      if (parameters === undefined) continue;
      if (entry.serves.route.method === method) return { serves: entry.serves, parameters };
      allowed += `${allowed && ', '}${entry.serves.route.method}`;
    }
    if (allowed) throw new Failure('method_not_allowed', `${method} is not possible here, ${allowed} is`);
    throw new Failure('not_found', `nothing is served at ${path}`);
  }
}

const weight = (segments: readonly string[]): string =>
  segments.map((segment) => (segment.endsWith('+}') ? '2' : segment.startsWith('{') ? '1' : '0')).join('');

function match(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = path[index];
    if (expected.endsWith('+}')) {
      parameters[expected.slice(1, -2)] = path.slice(index).join('/');
      return parameters;
    }
    if (actual === undefined) return undefined;
    if (expected.startsWith('{')) {
      if (actual === '') return undefined;
      parameters[expected.slice(1, -1)] = decode(actual);
    } else if (expected !== actual) return undefined;
  }
  return pattern.length === path.length ? parameters : undefined;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
