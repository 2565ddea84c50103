import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Gatekeeper } from '../aws-server/gatekeeper.ts';
import { type HttpAnswer, type HttpRequest, readBody, serveHttp } from '../aws-server/http-server.ts';
import type { DeclaredResource, Emulator, EmulatorOptions } from '../emulator.ts';
import { illegalArgument, OpenSearchError } from './errors.ts';
import { filterPath } from './http/filter-path.ts';
import { Hub } from './http/hub.ts';
import { answer } from './http/routes.ts';
import { parseJson, toJson } from './json.ts';

/** `http.max_content_length` of OpenSearch and of the managed service. */
const MAX_BODY = 100 * 1024 * 1024;

/** The version whose answers are matched. */
const VERSION = {
  distribution: 'opensearch',
  number: '2.19.1',
  build_type: 'local',
  build_hash: 'local',
  build_date: '2025-02-27T01:16:47.726162386Z',
  build_snapshot: false,
  lucene_version: '9.12.1',
  minimum_wire_compatibility_version: '7.10.0',
  minimum_index_compatibility_version: '7.0.0',
};

/**
 * Starts a server that speaks the part of OpenSearch's REST API in README.md, durable under `dataDir/opensearch`.
 * Stands in for the one domain of the template. @throws Error when there is not exactly one
 */
export async function startOpenSearch(options: EmulatorOptions): Promise<Emulator> {
  const domain = onlyDomain(options.resources);
  const folder = join(options.dataDir, 'opensearch');
  mkdirSync(folder, { recursive: true });
  const { hub, clusterUuid } = await Hub.start(folder);
  const gatekeeper = new Gatekeeper(options.principals, options.now ?? Date.now);
  const about = {
    name: 'local',
    cluster_name: domain.name,
    cluster_uuid: clusterUuid,
    version: VERSION,
    tagline: 'The OpenSearch Project: https://opensearch.org/',
  };
  return serveHttp((request) => respond(request, hub, gatekeeper, domain, about), {
    beforeClose: () => hub.endSearches(),
    afterClose: () => hub.close(),
  });
}

function onlyDomain(resources: readonly DeclaredResource[]): DeclaredResource {
  const domains = resources.filter(({ type }) => type === 'AWS::OpenSearchService::Domain');
  const [domain, ...others] = domains;
  if (domain === undefined || others.length > 0) {
    throw new Error(
      `the local OpenSearch stands in for one AWS::OpenSearchService::Domain, the template has ${domains.length}`,
    );
  }
  return domain;
}

async function respond(
  request: HttpRequest,
  hub: Hub,
  gatekeeper: Gatekeeper,
  domain: DeclaredResource,
  about: unknown,
): Promise<HttpAnswer> {
  const { method, target, headers, stream } = request;
  const gone = new AbortController();
  const { socket } = stream;
  const abort = () => gone.abort();
  socket.once('close', abort);
  try {
    const received = await readBody(stream, MAX_BODY);
    if (received === undefined)
      return { status: 413, headers: JSON_TYPE, body: '{"Message":"Request size exceeded 104857600 bytes"}' };
    const denied = refusal(request, received, gatekeeper, domain);
    if (denied !== undefined) return denied;
    const [path, parameters] = splitTarget(target);
    const body =
      headers['content-encoding'] === 'gzip' ? gunzipSync(received, { maxOutputLength: MAX_BODY }) : received;
    if (body.length > 0) checkContentType(headers['content-type']);
    const root = path.length === 0 && (method === 'GET' || method === 'HEAD');
    const reply = root
      ? { status: 200, body: about }
      : await answer({ method, path, parameters, body, signal: gone.signal }, hub);
    const filter = parameters.get('filter_path');
    const value = reply.body ?? {};
    return {
      status: reply.status,
      headers: JSON_TYPE,
      body: filter === undefined ? toJson(value) : toJson(filterPath(parseJson(toJson(value)), filter)),
    };
  } catch (error) {
    if (error instanceof OpenSearchError) {
      if (error.status === 500 && !gone.signal.aborted)
        console.error('the local OpenSearch failed', error.cause.reason);
      return { status: error.status, headers: JSON_TYPE, body: toJson(error.toBody()) };
    }
    console.error('the local OpenSearch failed', error);
    const reason = error instanceof Error ? error.message : String(error);
    return {
      status: 500,
      headers: JSON_TYPE,
      body: toJson({ error: { root_cause: [], type: 'exception', reason }, status: 500 }),
    };
  } finally {
    socket.off('close', abort);
  }
}

const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' };

/** Checks the signature, and `es:ESHttp<Method>` on the path. @returns what the managed service answers when it refuses */
function refusal(
  { method, target, headers }: HttpRequest,
  body: Buffer,
  gatekeeper: Gatekeeper,
  domain: DeclaredResource,
): HttpAnswer | undefined {
  const refuse = (message: string) => ({ status: 403, headers: JSON_TYPE, body: JSON.stringify({ Message: message }) });
  const action = `es:ESHttp${method.charAt(0)}${method.slice(1).toLowerCase()}`;
  const caller = gatekeeper.identify({ method, url: target, headers, body });
  if ('verified' in caller) {
    if (caller.reason !== 'missing') return refuse(caller.message);
    return refuse(
      `User: anonymous is not authorized to perform: ${action} because no resource-based policy allows the ${action} action`,
    );
  }
  const [path = '/'] = target.split('?');
  const denial = gatekeeper.denial(caller, [{ action, resource: `${domain.arn}${path}` }]);
  return denial === undefined ? undefined : refuse(denial);
}

function splitTarget(target: string): [path: string[], parameters: Map<string, string>] {
  const [path = '/', query = ''] = target.split('?');
  try {
    const parts = path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    return [parts, new Map(new URLSearchParams(query))];
  } catch {
    throw illegalArgument(`path [${path}] cannot be decoded`);
  }
}

function checkContentType(type: string | undefined): void {
  if (type !== undefined && /^application\/(x-ndjson|json|vnd\.opensearch\+json)\b/.test(type)) return;
  throw new OpenSearchError(406, {
    type: 'content_type',
    reason: `Content-Type header [${type ?? ''}] is not supported`,
  });
}
