import type { Attributes, AttributeValue } from '../../core/log-record.ts';
import type { Additions } from './process.ts';

/** Whether attributes tell who did what to what (seed 002's audit entry), or are CloudTrail's. */
export function isAudit(attributes: Attributes): boolean {
  if (typeof attributes.eventVersion === 'string' && typeof attributes.eventSource === 'string') return true;
  return (
    typeof attributes.action === 'string' && attributes.actor !== undefined && attributes.entity_type !== undefined
  );
}

/** Names actor, action and address as OpenTelemetry and Elastic's common schema do. */
export function addAudit(attributes: Attributes, additions: Additions): void {
  const put = (name: string, value: AttributeValue | undefined) => {
    if (typeof value === 'string' && value !== '' && !Object.hasOwn(attributes, name))
      additions.attributes[name] = value;
  };
  const { actor, action, eventName, ip_address, user_agent, userAgent } = attributes;
  const who = typeof actor === 'object' && actor !== null && !Array.isArray(actor) ? (actor as Attributes) : undefined;
  put('user.id', who === undefined ? actor : (who.id ?? who.user_id ?? who.arn));
  put('user.name', who?.name ?? who?.username);
  put('event.action', action ?? eventName);
  put('client.address', ip_address);
  put('user_agent.original', user_agent ?? userAgent);
  additions.severityNumber = 9;
  additions.severityText = 'INFO';
}
