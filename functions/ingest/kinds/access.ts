import type { Attributes, AttributeValue } from '../../core/log-record.ts';
import { levelOfStatus } from '../parse/access-log.ts';
import type { Additions } from './process.ts';

const STATUS = ['http.response.status_code', 'status_code', 'statusCode', 'http_status', 'status'];
const METHOD = ['http.request.method', 'http_method', 'request_method', 'method'];
const PATH = ['url.path', 'path', 'uri', 'request_uri', 'url'];
const ADDRESS = ['client.address', 'client_ip', 'clientIp', 'remote_addr', 'remote_ip', 'ip'];
const AGENT = ['user_agent.original', 'user_agent', 'http_user_agent', 'userAgent'];
const SECONDS = ['http.server.request.duration', 'request_time', 'duration_seconds'];
const MILLIS = ['duration_ms', 'latency_ms', 'response_time_ms', 'responseTime', 'elapsed_ms'];

/** Whether attributes tell of a request that was answered: a status of HTTP, with a method or a path. */
export function isAccess(attributes: Attributes): boolean {
  return statusOf(attributes) !== undefined && (firstOf(attributes, METHOD) ?? firstOf(attributes, PATH)) !== undefined;
}

/** Names the request's parts as OpenTelemetry does; the status tells the level where nothing else did. */
export function addAccess(attributes: Attributes, additions: Additions): void {
  const status = statusOf(attributes) ?? 0;
  const put = (name: string, value: AttributeValue | undefined) => {
    if (value !== undefined && !Object.hasOwn(attributes, name)) additions.attributes[name] = value;
  };
  put('http.response.status_code', status);
  put('http.request.method', firstOf(attributes, METHOD));
  put('url.path', firstOf(attributes, PATH));
  put('client.address', firstOf(attributes, ADDRESS));
  put('user_agent.original', firstOf(attributes, AGENT));
  Object.assign(additions, levelOfStatus(status));
  additions.resource['http.response.status_class'] = `${Math.floor(status / 100)}xx`;
  const seconds = Number(firstOf(attributes, SECONDS) ?? Number.NaN);
  const millis = Number(firstOf(attributes, MILLIS) ?? Number.NaN);
  const duration = Number.isFinite(seconds) ? seconds : millis / 1000;
  if (Number.isFinite(duration) && !Object.hasOwn(attributes, 'http.server.request.duration'))
    additions.resource['http.server.request.duration'] = duration;
}

function statusOf(attributes: Attributes): number | undefined {
  const status = Number(firstOf(attributes, STATUS) ?? Number.NaN);
  return Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}

/** The first of the names that has a text or a number; an object of such a name is something else. */
function firstOf(attributes: Attributes, names: readonly string[]): string | number | undefined {
  for (const name of names) {
    const value = attributes[name];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') return value;
  }
  return undefined;
}
