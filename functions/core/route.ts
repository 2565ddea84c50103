import type { z } from 'zod';
import type { Access } from './permissions.ts';

/** Who a request is limited as; figures stand in `adapters/limiter`. */
export type EndpointClass =
  | 'default'
  | 'search'
  | 'recent'
  | 'lookup'
  | 'metrics'
  | 'page'
  | 'profile'
  | 'users'
  | 'login'
  | 'register'
  | 'ingest';

/**
 * One operation of the API: what the inner router, the OpenAPI document and the clients are made from.
 * `path` holds `{name}` segments; a last `{name+}` takes the rest.
 */
export interface Route {
  readonly operationId: string;
  readonly summary: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `{project_id}` in it is the project that the request means. */
  readonly path: string;
  /** Further paths of the same operation. */
  readonly aliases?: readonly string[];
  /** What its caller must be allowed, by the table of permissions. */
  readonly access: Access;
  readonly limit: EndpointClass;
  /**
   * Path, query-string and JSON or form members in one object. Query-string values come as text, or as an array of text where repeated.
   * Absent where the operation decodes its body itself.
   */
  readonly input?: z.ZodType;
  /** A body that the operation decodes itself, by media type: told to clients, checked by the operation. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  readonly output?: z.ZodType;
  /** Status of success, 200 unless given. */
  readonly status?: number;
}

export type InputOf<R extends Route> = R['input'] extends z.ZodType ? z.output<R['input']> : undefined;
export type OutputOf<R extends Route> = R['output'] extends z.ZodType ? z.input<R['output']> : undefined;
