import { Failure } from '../../core/errors.ts';
import { Reply } from '../../core/http.ts';
import { stringifyJson } from '../../core/json.ts';
import type { AttributeValue } from '../../core/log-record.ts';
import { type Draft, readTime, SYSLOG_SEVERITIES, unreadable } from '../draft.ts';
import { type Intake, plain, withoutQuotaStatus } from '../intake.ts';
import { parseBody } from '../parse/parse-body.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { readFields } from '../read-object.ts';
import { keepTwins } from '../twins.ts';
import { readJson } from '../wire/read-json.ts';
import { splitJson } from '../wire/split-json.ts';

type Json = Readonly<Record<string, unknown>>;

/** GELF over HTTP (https://go2docs.graylog.org/current/getting_in_log_data/gelf.html): one message, or several back to back. */
export const gelf: Intake = {
  protocol: 'gelf',
  path: /\/gelf$/,

  decode(content, { received }) {
    const pieces = splitJson(content.toString('utf8'));
    if (!pieces.some(({ closed }) => closed))
      throw new Failure('undecodable', 'body is no GELF message: expected a JSON object');
    const drafts = pieces.flatMap((piece) => {
      const value = piece.closed ? attempt(piece.text) : undefined;
      if (Array.isArray(value)) return value.map((item) => readMessage(item, received));
      return [value === undefined ? unreadable(piece.text) : readMessage(value, received)];
    });
    return { drafts, accepted: () => new Reply(202) };
  },

  refused(refusal) {
    const { status, message, headers } = withoutQuotaStatus(refusal);
    return plain(status, message, headers);
  },
};

function readMessage(message: unknown, received: number): Draft {
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return unreadable(stringifyJson(message));
  const { version: _, host, short_message, full_message, timestamp, level, ...others } = message as Json;
  const additional: Gathered = {};
  for (const [name, value] of Object.entries(others))
    putAttribute(additional, name.startsWith('_') ? name.slice(1) : name, value as AttributeValue);
  const { traceId, spanId, resource, attributes } = readFields(additional, false);
  const time = readTime(timestamp);
  const severityNumber =
    typeof level === 'number' || typeof level === 'string' ? SYSLOG_SEVERITIES[Number(level)] : undefined;
  const body = short_message ?? full_message;
  const draft = parseBody(
    {
      ...(time !== undefined && { time }),
      ...(severityNumber !== undefined && { severityNumber }),
      ...(level !== undefined && { severityText: String(level) }),
      body: body === undefined ? stringifyJson(message) : (body as AttributeValue),
      attributes: {
        ...attributes,
        ...(full_message !== undefined &&
          short_message !== undefined && { full_message: full_message as AttributeValue }),
      },
      resource: { ...resource, ...(typeof host === 'string' && host !== '' && { 'host.name': host }) },
      ...(traceId !== undefined && { traceId }),
      ...(spanId !== undefined && { spanId }),
      ...(time === undefined && timestamp !== undefined && { marks: ['timestamp_invalid'] as const }),
      raw: () => stringifyJson(message),
    },
    received,
  );
  return keepTwins(draft, message);
}

function attempt(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}
