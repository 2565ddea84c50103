import { expect, it } from 'vitest';
import { toDocument } from '../../../../functions/adapters/event-store/document.ts';
import { LAST_PAIR, NUMBER, VALUE } from '../../../../functions/adapters/event-store/mapping.ts';
import { lineOf, makeEventSpace } from '../../../support/event-builder.ts';

it('says each key once, however many keys came before', () => {
  const { project, anEvent } = makeEventSpace();
  // more than are kept from event to event
  const attributes = Object.fromEntries(Array.from({ length: 20_100 }, (_, at) => [`document-test-${at}`, 'v']));
  const line = lineOf(anEvent({ attributes, resource: { 'document-test-0': 'w' } }));
  const { keys } = JSON.parse(toDocument(project, line).json) as { keys: string[] };
  expect(keys.length).toBe(new Set(keys).size);
});

it.each([
  ['in an attribute', { attributes: { big: 9007199254740993n } }],
  ['below one', { attributes: { deep: [{ big: 9007199254740993n }] } }],
  ['under a key that cannot be asked for', { attributes: { 'no\u0000key': 9007199254740993n } }],
  ['of the resource', { resource: { big: 9007199254740993n } }],
  ['as the message', { body: 9007199254740993n }],
  ['inside the message', { body: { big: [9007199254740993n] } }],
])('keeps the digits of an integer %s that a double does not hold', (_where, values) => {
  const { project, anEvent } = makeEventSpace();
  const { body, words, kv, few } = JSON.parse(toDocument(project, lineOf(anEvent(values))).json) as Record<
    string,
    unknown
  >;
  // columns are doubles
  const texts = JSON.stringify([body, words, kv, few]);
  expect(texts).toContain('9007199254740993');
  expect(texts).not.toContain('9007199254740992');
});

it('keeps pairs of keys that have few values in a field without ids, numbers too', () => {
  const { project, anEvent } = makeEventSpace();
  const attributes = { 'http.response.status_code': 503, 'order.id': 'o-1' };
  const line = lineOf(anEvent({ attributes, resource: { 'service.name': 'pay' } }));
  const { kv, few } = JSON.parse(toDocument(project, line).json) as Record<'kv' | 'few', string[]>;
  const keysOf = (pairs: string[]) => new Set(pairs.map((pair) => pair.split(VALUE)[0]?.split(NUMBER)[0]));
  expect(keysOf(few)).toEqual(new Set(['http.response.status_code', 'service.name', 'source', LAST_PAIR]));
  expect(keysOf(kv)).toEqual(new Set(['order.id', LAST_PAIR]));
});
