import { parseIsoNano } from '../../core/unix-nano.ts';
import type { Draft } from '../draft.ts';
import type { Gathered } from '../put-attribute.ts';
import { readXRayTraceId } from '../trace-id.ts';
import { levelOfStatus, readRequest } from './access-log.ts';
import { splitFields } from './fields.ts';

const HEAD = /^(?:https?|h2|grpcs|wss?) \d{4}-\d\d-\d\dT/;
const MIN_FIELDS = 17;

/**
 * Reads a line of an Application Load Balancer's access log
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html); fields that AWS appends are passed over.
 */
export function parseAlb(line: string): Draft | undefined {
  if (!HEAD.test(line)) return undefined;
  const fields = splitFields(line);
  const [
    type,
    date = '',
    balancer,
    client,
    target,
    toTarget,
    inTarget,
    toClient,
    status,
    targetStatus,
    ,
    ,
    request = '',
  ] = fields;
  const time = parseIsoNano(date);
  if (fields.length < MIN_FIELDS || time === undefined) return undefined;
  const attributes: Gathered = {};
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '-' && value !== '') attributes[name] = value;
  };
  const count = (name: string, value: string | undefined) => {
    if (value !== undefined && /^-?\d+(\.\d+)?$/.test(value) && value !== '-1') attributes[name] = Number(value);
  };
  put('aws.elb.type', type);
  put('aws.elb.name', balancer);
  put('client.address', addressOf(client));
  put('server.address', addressOf(target));
  count('http.response.status_code', status);
  count('aws.elb.target_status_code', targetStatus);
  count('http.request.size', fields[10]);
  count('http.response.size', fields[11]);
  count('aws.elb.request_processing_time', toTarget);
  count('aws.elb.target_processing_time', inTarget);
  count('aws.elb.response_processing_time', toClient);
  readAbsoluteRequest(request, attributes);
  put('user_agent.original', fields[13]);
  put('tls.cipher', fields[14]);
  put('tls.protocol.version', fields[15]);
  put('aws.elb.target_group', fields[16]);
  put('server.domain', fields[18]);
  put('aws.elb.actions', fields[22]);
  put('error.type', fields[24]);
  const traceId = readXRayTraceId(/(?:^|;)(Root=.+)/.exec(fields[17] ?? '')?.[1] ?? '');
  return {
    time,
    ...levelOfStatus(Number(status)),
    body: line,
    attributes,
    resource: {},
    original: line,
    ...(traceId !== undefined && { traceId }),
  };
}

/** The request names the whole URL: `GET https://shop.example:443/items?x=1 HTTP/2.0`. */
function readAbsoluteRequest(request: string, attributes: Gathered): void {
  const [, method, rest] = /^(\S+) [a-z]+:\/\/[^/\s]*(\S* .*|\S*)$/.exec(request) ?? [];
  readRequest(method === undefined ? request : `${method} ${rest?.startsWith('/') ? '' : '/'}${rest}`, attributes);
}

/** `192.0.2.1:2817` or `[2001:db8::1]:2817` without its port. */
const addressOf = (text: string | undefined): string | undefined =>
  text?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
