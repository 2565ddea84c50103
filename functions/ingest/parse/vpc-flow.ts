import { parseEpochNano } from '../../core/unix-nano.ts';
import type { Draft } from '../draft.ts';
import type { Gathered } from '../put-attribute.ts';

const LINE = /^2 (\d{12}) (eni-[0-9a-f]+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\d+) (\d+) (\S+) (\S+)\s*$/;
const PROTOCOLS: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' };

/** Reads a VPC flow log of version 2 (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html). A refused flow is a warning. */
export function parseVpcFlow(line: string): Draft | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [
    ,
    account = '',
    networkInterface = '',
    from,
    to,
    fromPort,
    toPort,
    protocol,
    packets,
    bytes,
    start = '',
    end,
    action,
    status,
  ] = match;
  const attributes: Gathered = { 'aws.vpc.interface_id': networkInterface };
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '-') attributes[name] = /^\d+$/.test(value) ? Number(value) : value;
  };
  put('source.address', from);
  put('destination.address', to);
  put('source.port', fromPort);
  put('destination.port', toPort);
  put('aws.vpc.packets', packets);
  put('aws.vpc.bytes', bytes);
  put('aws.vpc.end', end);
  put('aws.vpc.action', action);
  put('aws.vpc.log_status', status);
  const time = parseEpochNano(start);
  return {
    ...(time !== undefined && { time }),
    ...(action === 'REJECT'
      ? { severityNumber: 13, severityText: 'WARN' }
      : { severityNumber: 9, severityText: 'INFO' }),
    body: line,
    attributes,
    resource: {
      'cloud.provider': 'aws',
      'cloud.account.id': account,
      'network.transport': PROTOCOLS[protocol ?? ''] ?? protocol ?? '',
    },
    original: line,
  };
}
