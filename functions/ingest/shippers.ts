import { findCredential } from '../core/credential.ts';
import { DomainError, Failure } from '../core/errors.ts';
import type { Call, Enter, HttpOptions } from '../core/http.ts';
import { Reply } from '../core/http.ts';
import type { HttpRequest } from '../core/http-request.ts';
import { log } from '../core/log.ts';
import type { Accept } from './accept.ts';
import { ingestRoute } from './api.ts';
import { readContent } from './content.ts';
import { foldDeepJson } from './fold-deep-json.ts';
import type { Decoded, Intake, Probe, ShipperRequest } from './intake.ts';
import { processByKind } from './kinds/process.ts';
import { markReplaced } from './mark-replaced.ts';
import { toRefusal } from './refusal.ts';
import { toRequestArrival } from './request-arrival.ts';

/** What shippers find here: in the order in which paths are tried. */
export interface ShipperTable {
  readonly intakes: readonly Intake[];
  readonly probes: readonly Probe[];
}

/** Methods of a browser's or a load balancer's question, answered on every path that takes events. */
const ASKING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Answers everything that shippers ask, each in its protocol's own form; undefined for a path that none of them uses. */
export function makeShippers(
  accept: Accept,
  { intakes, probes }: ShipperTable,
  now: () => number,
): NonNullable<HttpOptions['fallback']> {
  return (call, enter) => {
    const { request, token } = takePathToken(call.request);
    for (const probe of probes) {
      const match = probe.methods.includes(request.method) ? probe.path.exec(request.path) : null;
      if (match !== null) return ask(probe, toShipperRequest(request, token, match, call.requestId, now()), enter);
    }
    for (const intake of intakes) {
      const match = intake.path.exec(request.path);
      if (match !== null)
        return take(intake, toShipperRequest(request, token, match, call.requestId, now()), call, enter);
    }
    return undefined;
  };

  async function ask(probe: Probe, request: ShipperRequest, enter: Enter): Promise<Reply> {
    try {
      if (probe.authenticated?.(request)) await letIn(request, enter);
      return probe.answer(request);
    } catch (error) {
      const refusal = toRefusal(error);
      return probe.refused?.(refusal, request) ?? new Reply(refusal.status, { headers: { ...refusal.headers } });
    }
  }

  async function take(intake: Intake, request: ShipperRequest, call: Call, enter: Enter): Promise<Reply> {
    if (ASKING.has(request.method)) return new Reply(200);
    try {
      if (request.method !== 'POST' && request.method !== 'PUT')
        throw new Failure('method_not_allowed', `${request.method} is not possible here, POST and PUT are`);
      const { caller, headers } = await letIn(request, enter);
      const arrival = toRequestArrival({ ...call, request, caller }, intake.protocol);
      const reply = await decodeAndAccept(intake, request, async ({ drafts, accepted }) =>
        accepted(await accept(drafts, arrival, call.signal)),
      );
      return new Reply(reply.status, { headers: { ...headers, ...reply.headers }, body: reply.body });
    } catch (error) {
      if (!(error instanceof DomainError))
        log('error', 'shipper request failed', { 'http.route': intake.path.source }, error);
      return intake.refused(toRefusal(error), request);
    }
  }
}

type Keep = (decoded: Decoded) => Promise<Reply>;

async function decodeAndAccept(intake: Intake, request: ShipperRequest, keep: Keep): Promise<Reply> {
  try {
    const content = await readContent(request);
    return await orFolded(content, (readable) => {
      const { drafts, accepted } = intake.decode(readable, request);
      return keep({ drafts: markReplaced(readable, drafts).map(processByKind), accepted });
    });
  } catch (error) {
    const unreadable = error instanceof DomainError && UNREADABLE.has(error.code);
    if (!unreadable || intake.rescue === undefined) throw error;
    return keep(intake.rescue(request));
  }
}

/** Failures that lie in the body, and that sending it again does not mend. */
const UNREADABLE = new Set<DomainError['code']>(['undecodable', 'unsupported_encoding', 'payload_too_large']);

/** Runs again with the deep parts of the JSON as text, where it was nested deeper than the engine's stack can follow. */
async function orFolded(content: Buffer, run: (content: Buffer) => Promise<Reply>): Promise<Reply> {
  try {
    return await run(content);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return run(foldDeepJson(content));
  }
}

/** Tells a missing token (401) from one that is not good (403), which shippers handle differently. */
async function letIn(request: ShipperRequest, enter: Enter) {
  try {
    const { caller, headers } = await enter(ingestRoute, request);
    if (caller === undefined) throw new Failure('unauthenticated', 'credentials are missing');
    return { caller, headers };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'unauthenticated') throw error;
    throw request.headers.authorization === undefined
      ? new Failure('unauthenticated', 'a token is required', { cause: error })
      : new Failure('forbidden', 'the token is not valid, disabled or expired', { cause: error });
  }
}

/** `/t/<token>/…` carries the token for shippers that can set nothing but a URL. */
function takePathToken(request: HttpRequest): { readonly request: HttpRequest; readonly token?: string } {
  const match = /^\/t\/([^/]+)(\/.*)?$/.exec(request.path);
  if (match === null) return { request };
  return { request: { ...request, path: match[2] ?? '/' }, token: match[1] ?? '' };
}

/** The request with its token in one place, wherever the client put it, and without it in the query string. */
function toShipperRequest(
  request: HttpRequest,
  pathToken: string | undefined,
  match: RegExpExecArray,
  requestId: string,
  received: number,
): ShipperRequest {
  const parameters: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(match.groups ?? {})) parameters[name] = value && decodeSegment(value);
  const credential = findCredential(request, true) ?? parameters.token ?? pathToken;
  const { authorization, ...headers } = request.headers;
  return {
    ...request,
    headers: credential === undefined ? headers : { ...headers, authorization: `Bearer ${credential}` },
    authorizationUnread: credential === undefined && authorization !== undefined,
    mediaType: (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    parameters,
    requestId,
    received,
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
