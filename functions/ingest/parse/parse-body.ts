import type { Draft } from '../draft.ts';
import { parseLine } from './parse-line.ts';

/** Reads an event's message as a line where it is all that the event has; what its protocol told stays as it was told. */
export function parseBody(draft: Draft, received: number): Draft {
  if (typeof draft.body !== 'string' || draft.severityNumber !== undefined) return draft;
  for (const _ in draft.attributes) return draft;
  return underLine(draft.body, draft, received);
}

/** A line read, and over it what the protocol told beside the line. */
export function underLine(text: string, told: Omit<Draft, 'body'>, received: number): Draft {
  const line = parseLine(text, received);
  return {
    ...line,
    ...told,
    body: line.body,
    attributes: { ...line.attributes, ...told.attributes },
    resource: { ...line.resource, ...told.resource },
  };
}
