/** A route with what the path gave its variables. */
export interface RouteMatch<T> {
  readonly routeKey: string;
  readonly target: T;
  /** Decoded values of `{name}` and `{name+}`. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Entry<T> {
  readonly routeKey: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly target: T;
}

/**
 * The routes of an HTTP API. A literal segment wins over `{variable}`, that over greedy `{variable+}`, a method over `ANY`, and `$default`
 * takes what is left (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).
 */
export class RouteTable<T> {
  readonly #entries: readonly Entry<T>[];
  readonly #default: T | undefined;

  /** @param routes target by route key, for example `POST /v1/logs`, `ANY /api/{proxy+}`, `$default` */
  constructor(routes: ReadonlyMap<string, T>) {
    const entries: Entry<T>[] = [];
    for (const [routeKey, target] of routes) {
      if (routeKey === '$default') continue;
      const [, method, path] = /^([A-Z]+) (\/.*)$/.exec(routeKey) ?? [];
      if (method === undefined || path === undefined)
        throw new Error(`route key ${routeKey} is not "METHOD /path" or $default`);
      entries.push({
        routeKey,
        method,
        segments: path.slice(1).split('/'),
        target,
      });
    }
    this.#entries = entries.sort(bySpecificity);
    this.#default = routes.get('$default');
  }

  match(method: string, path: string): RouteMatch<T> | undefined {
    const segments = path.replace(/^\//, '').split('/');
    for (const entry of this.#entries) {
      if (entry.method !== 'ANY' && entry.method !== method) continue;
      const pathParameters = matchSegments(entry.segments, segments);
      if (pathParameters !== undefined)
        return {
          routeKey: entry.routeKey,
          target: entry.target,
          pathParameters,
        };
    }
    return this.#default === undefined
      ? undefined
      : { routeKey: '$default', target: this.#default, pathParameters: {} };
  }
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(segment)?.[1];
    if (greedy !== undefined) {
      const rest = path.slice(index).join('/');
      if (rest === '') return undefined;
      parameters[greedy] = decode(rest);
      return parameters;
    }
    const actual = path[index];
    const variable = /^\{(.+)\}$/.exec(segment)?.[1];
    if (actual === undefined || (variable === undefined ? actual !== segment : actual === '')) return undefined;
    if (variable !== undefined) parameters[variable] = decode(actual);
  }
  return path.length === pattern.length ? parameters : undefined;
}

function bySpecificity<T>(left: Entry<T>, right: Entry<T>): number {
  for (let i = 0; i < Math.max(left.segments.length, right.segments.length); i++) {
    const difference = rank(left.segments[i]) - rank(right.segments[i]);
    if (difference !== 0) return difference;
  }
  return Number(left.method === 'ANY') - Number(right.method === 'ANY');
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3;
  if (/^\{.+\+\}$/.test(segment)) return 2;
  return /^\{.+\}$/.test(segment) ? 1 : 0;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
