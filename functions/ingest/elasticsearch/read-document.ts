import { dayOfClientId } from '../client-id.ts';
import type { Draft } from '../draft.ts';
import { parseBody } from '../parse/parse-body.ts';
import { parseObject } from '../parse/parse-line.ts';
import type { Gathered } from '../put-attribute.ts';

/** Where a document was meant to go. The index is never one of ours; it is kept as an attribute. */
export interface Target {
  readonly index?: string;
  /** The client's own id, by which a resend is known. */
  readonly id?: string;
}

export const INDEX_ATTRIBUTE = 'elasticsearch.index';

/** The draft of a document, in Elastic's common schema or any other shape. */
export function readDocument(document: Readonly<Record<string, unknown>>, target: Target, received: number): Draft {
  return withTarget(parseBody(parseObject(document, received), received), target);
}

/** A draft that remembers where its client sent it. @param draft made for this alone: it is changed */
export function withTarget(draft: Draft, { index, id }: Target): Draft {
  // in place, for a copy of all attributes costs more than reading them did
  if (index !== undefined) (draft.attributes as Gathered)[INDEX_ATTRIBUTE] = index;
  if (id === undefined) return draft;
  const day = dayOfClientId(id);
  return { ...draft, clientId: { dataset: index ?? '', id, ...(day !== undefined && { day }) } };
}
