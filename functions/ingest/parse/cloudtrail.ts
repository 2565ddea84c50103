import { stringifyJson } from '../../core/json.ts';
import type { AttributeValue } from '../../core/log-record.ts';
import { type Draft, readTime } from '../draft.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';

type Json = Readonly<Record<string, unknown>>;

/** Whether a JSON object is an event of CloudTrail. */
export const isCloudTrail = (object: Json): boolean =>
  typeof object.eventVersion === 'string' &&
  typeof object.eventName === 'string' &&
  typeof object.eventSource === 'string';

/**
 * Reads an event of CloudTrail (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
 * All its members stay attributes under their own names.
 */
export function readCloudTrail(object: Json): Draft {
  const { eventTime, eventSource, eventName, errorCode, errorMessage, sourceIPAddress, userIdentity } = object;
  const attributes: Gathered = {};
  for (const [name, value] of Object.entries(object)) putAttribute(attributes, name, value as AttributeValue);
  const arn = (userIdentity as { readonly arn?: unknown } | undefined)?.arn;
  if (typeof sourceIPAddress === 'string') attributes['client.address'] = sourceIPAddress;
  if (typeof arn === 'string') attributes['user.id'] = arn;
  const time = readTime(eventTime);
  const failed = typeof errorCode === 'string';
  return {
    ...(time !== undefined && { time }),
    ...(failed ? { severityNumber: 17, severityText: 'ERROR' } : { severityNumber: 9, severityText: 'INFO' }),
    body: failed ? `${eventName}: ${errorCode}${errorMessage ? `: ${errorMessage}` : ''}` : String(eventName),
    attributes,
    resource: {
      'service.name': String(eventSource),
      'cloud.provider': 'aws',
      ...(typeof object.recipientAccountId === 'string' && { 'cloud.account.id': object.recipientAccountId }),
      ...(typeof object.awsRegion === 'string' && { 'cloud.region': object.awsRegion }),
    },
    ...(time === undefined && { marks: ['timestamp_invalid'] as const }),
    raw: () => stringifyJson(object),
  };
}
