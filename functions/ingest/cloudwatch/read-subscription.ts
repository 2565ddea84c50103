import { z } from 'zod';
import type { Attributes, AttributeValue } from '../../core/log-record.ts';
import { type Draft, readTime } from '../draft.ts';
import { underLine } from '../parse/parse-body.ts';

/** What a subscription filter sends (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html). */
const Subscription = z.looseObject({
  messageType: z.string(),
  owner: z.string().default(''),
  logGroup: z.string().default(''),
  logStream: z.string().default(''),
  logEvents: z
    .array(
      z.looseObject({
        id: z.union([z.string(), z.number(), z.bigint()]).optional(),
        timestamp: z.union([z.number(), z.string()]).optional(),
        message: z.string(),
        extractedFields: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default([]),
});

/** Whether a JSON value is what a subscription filter sends. */
export const isSubscription = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'messageType' in value && 'logGroup' in value;

/** The log group that a delivery comes from; empty where it names none. */
export const logGroupOf = (value: unknown): string => Subscription.safeParse(value).data?.logGroup ?? '';

/**
 * Reads what a subscription filter sends; a message that only tests whether it is heard holds no events.
 * @returns undefined where it is none
 */
export function readSubscription(value: unknown, received: number): Draft[] | undefined {
  const parsed = Subscription.safeParse(value);
  if (!parsed.success) return undefined;
  const {
    messageType,
    owner,
    logGroup,
    logStream,
    logEvents,
    '@aws.region': region,
    '@aws.account': account,
  } = parsed.data;
  // logs of many accounts may be gathered in one, which then owns them
  const source = typeof account === 'string' ? account : owner;
  if (messageType !== 'DATA_MESSAGE') return [];
  const service = serviceOf(logGroup);
  const resource: Attributes = {
    'cloud.provider': 'aws',
    ...(source !== '' && { 'cloud.account.id': source }),
    ...(typeof region === 'string' && { 'cloud.region': region }),
    ...(service !== undefined && { 'service.name': service }),
    'aws.log.group.names': [logGroup],
    'aws.log.stream.names': [logStream],
  };
  return logEvents.map(({ id, timestamp, message, extractedFields }) => {
    const time = readTime(timestamp);
    const text = message.replace(/\r?\n$/, '');
    return underLine(
      text,
      {
        ...(time !== undefined && { time }),
        attributes: fields(extractedFields),
        resource,
        ...(id !== undefined && { clientId: { dataset: `${owner}:${logGroup}:${logStream}`, id: String(id) } }),
        raw: () => message,
      },
      received,
    );
  });
}

/** Fields that a filter pattern or the log group's format made of the line. */
function fields(extracted: Readonly<Record<string, unknown>> | undefined): Attributes {
  return Object.fromEntries(
    Object.entries(extracted ?? {})
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => [`aws.log.field.${name.replace(/^\$/, '')}`, value as AttributeValue]),
  );
}

/** The last segment of a group's name: the function of `/aws/lambda/<function>`, the service of `/ecs/<service>`. */
function serviceOf(logGroup: string): string | undefined {
  const segments = logGroup.split('/').filter((segment) => segment !== '');
  if (segments[0] === 'aws' && (segments.length === 2 || segments[1] === 'vendedlogs')) return segments.at(-1);
  return segments[0] === 'aws' ? segments[2] : (segments[1] ?? segments[0]);
}
