import type { Draft } from '../draft.ts';
import type { Gathered } from '../put-attribute.ts';
import { addAccess, isAccess } from './access.ts';
import { addAudit, isAudit } from './audit.ts';
import { addException } from './exception.ts';

/** Kinds of log by what they tell (seed 002). */
export type LogKind = 'application' | 'audit' | 'access' | 'error';

/** What a kind adds: attributes that repeat what the event says under OpenTelemetry's names, and what follows from it. */
export interface Additions {
  /** Words that came inside the event, and so may be found by them. */
  readonly attributes: Gathered;
  /** What only follows from the event stands with the resource, where free text does not look. */
  readonly resource: Gathered;
  severityNumber?: number;
  severityText?: string;
}

const ERROR = 17;

/** Adds what the event's kind is known for; what is there already is left as it is. An application's event says all of itself. */
export function processByKind(draft: Draft): Draft {
  const additions: Additions = { attributes: {}, resource: {} };
  const kind = add(draft, additions);
  if (kind === 'application') return draft;
  const { attributes, resource, ...severity } = additions;
  return {
    ...severity,
    ...draft,
    attributes: { ...attributes, ...draft.attributes },
    resource: { ...resource, 'log.kind': kind, ...draft.resource },
  };
}

function add(draft: Draft, additions: Additions): LogKind {
  if (isAudit(draft.attributes)) {
    addAudit(draft.attributes, additions);
    return 'audit';
  }
  if (isAccess(draft.attributes)) {
    addAccess(draft.attributes, additions);
    return 'access';
  }
  return addException(draft, additions) || (draft.severityNumber ?? 0) >= ERROR ? 'error' : 'application';
}
