import type { EventId } from '../core/event-id.ts';
import { Reply } from '../core/http.ts';
import type { HttpRequest } from '../core/http-request.ts';
import type { Draft } from './draft.ts';

/** A shipper's request: its own prefix and the token in its path are gone, the content type is plain, the path's parts are named. */
export interface ShipperRequest extends HttpRequest {
  /** Media type in lower case without parameters; empty where none came. */
  readonly mediaType: string;
  /** Named groups of the path, percent-decoded. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly requestId: string;
  /** Receive time, Unix milliseconds. */
  readonly received: number;
  /** An `Authorization` came that holds no token as far as we can read it. */
  readonly authorizationUnread: boolean;
}

/** What a body held, and how to say that it was taken. */
export interface Decoded {
  readonly drafts: readonly Draft[];
  /** The protocol's answer once every event is durable. @param ids of the drafts, in order */
  readonly accepted: (ids: readonly EventId[]) => Reply;
}

/** Why nothing of a request was taken. */
export interface Refusal {
  /** Status that every protocol may use; one that has another for the case says so itself. */
  readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 429 | 503;
  readonly message: string;
  /** `retry-after` where waiting helps. */
  readonly headers: Readonly<Record<string, string>>;
  readonly error: unknown;
}

/** Where one protocol takes events: the port that each shipper's folder implements (ingest reference, sections 1 and 3 to 9). */
export interface Intake {
  /** Stands in `source.protocol`. */
  readonly protocol: string;
  /** Matches the end of the path, so that a prefix of the user's own does not matter. */
  readonly path: RegExp;
  /** Reads the inflated body. @throws Failure `undecodable` only where the whole envelope cannot be read */
  decode(content: Buffer, request: ShipperRequest): Decoded;
  /** What is kept of a body that cannot be read at all, where the client would throw it away on being told so. */
  rescue?(request: ShipperRequest): Decoded;
  /** The protocol's own form of a refusal. */
  refused(refusal: Refusal, request: ShipperRequest): Reply;
}

/** A question that clients ask before they send. */
export interface Probe {
  readonly path: RegExp;
  readonly methods: readonly string[];
  /** Whether the token must be good. */
  readonly authenticated?: (request: ShipperRequest) => boolean;
  answer(request: ShipperRequest): Reply;
  refused?(refusal: Refusal, request: ShipperRequest): Reply;
}

/** A compact JSON answer; shippers look for literal pieces of it. */
export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply =>
  new Reply(status, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) });

/** A line of text, as clients print it. */
export const plain = (status: number, line: string, headers: Readonly<Record<string, string>> = {}): Reply =>
  new Reply(status, { headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${line}\n` });

/** For protocols whose clients retry 503 alone: a quota is no reason to lose what was sent. */
export const withoutQuotaStatus = (refusal: Refusal): Refusal =>
  refusal.status === 429 ? { ...refusal, status: 503 } : refusal;
