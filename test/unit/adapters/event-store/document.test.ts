import { expect, it } from 'vitest';
import { toDocument } from '../../../../functions/adapters/event-store/document.ts';
import { lineOf, makeEventSpace } from '../../../support/event-builder.ts';

it('says each key once, however many keys came before', () => {
  const { project, anEvent } = makeEventSpace();
  // more than are kept from event to event
  const attributes = Object.fromEntries(Array.from({ length: 20_100 }, (_, at) => [`document-test-${at}`, 'v']));
  const line = lineOf(anEvent({ attributes, resource: { 'document-test-0': 'w' } }));
  const { keys } = JSON.parse(toDocument(project, line).json) as { keys: string[] };
  expect(keys.length).toBe(new Set(keys).size);
});
