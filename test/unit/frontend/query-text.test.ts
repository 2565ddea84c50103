import { describe, expect, it } from 'vitest';
import { terms, withOnly, withoutTerm, withTerm, wordsOf } from '../../../frontend/src/features/logs/query-text.ts';
import { placeAt, suggestFields, suggestValues } from '../../../frontend/src/features/logs/suggest.ts';
import { parse } from '../../../functions/search/language/parser.ts';

describe('conditions of a query', () => {
  it('are those that all must hold', () => {
    expect(terms('service:checkout -level:debug "out of memory" (a OR b)').map(({ text }) => text)).toEqual([
      'service:checkout',
      '-level:debug',
      '"out of memory"',
      '(a OR b)',
    ]);
  });
  it('are none for a text that is no query', () => {
    expect(terms('service:(checkout')).toEqual([]);
  });
  it('can be removed one by one, pipes staying', () => {
    expect(withoutTerm('a AND service:x b | stats count by host', 1)).toBe('a b | stats count by host');
    expect(withoutTerm('a', 0)).toBe('');
  });
  it('are added with the quotes they need, so that they are found as they are', () => {
    const value = 'C:\\temp "x" *?';
    const { filter } = parse(withTerm('', 'file path', value, 'include'));
    expect(filter).toMatchObject({ kind: 'match', field: 'file path', value });
  });
  it('stand beside alternatives as a whole', () => {
    expect(withTerm('a OR b', 'service', 'x', 'include')).toBe('(a OR b) service:x');
  });
  it('replace their opposite and are not added twice', () => {
    const excluded = withTerm('err', 'service', 'x', 'exclude');
    expect(terms(excluded).at(-1)).toMatchObject({ field: 'service', value: 'x', negated: true });
    expect(withTerm(excluded, 'service', 'x', 'include')).toBe('err service:x');
    expect(withTerm('service:x', 'service', 'x', 'include')).toBe('service:x');
  });
  it('are chosen alone and, chosen again, let go', () => {
    expect(withOnly('service:a err', 'service', 'b')).toBe('err service:b');
    expect(withOnly('err service:b', 'service', 'b')).toBe('err');
  });
  it('give their bare words for marking', () => {
    expect(wordsOf('timeout "bad gateway" service:x -nope')).toEqual(['timeout', 'bad gateway']);
  });
});

describe('suggestions', () => {
  const fields = [{ name: 'geo.src.dest', count: 12_345 }];
  it('offer known fields and keys of the range by any part of the name', () => {
    const place = placeAt('err ser', 7);
    expect(place).toEqual({ kind: 'field', start: 4, end: 7, typed: 'ser' });
    if (place === null) throw new Error('no place');
    expect(suggestFields('err ser', place, fields)[0]).toMatchObject({
      label: 'service',
      text: 'err service:',
      caret: 12,
    });
    const geo = placeAt('-src', 4);
    expect(geo && suggestFields('-src', geo, fields)[0]).toMatchObject({
      label: 'geo.src.dest',
      text: '-geo.src.dest:',
    });
  });
  it('offer values with counts, quoted where needed', () => {
    const text = 'service:pay x';
    const place = placeAt(text, 11);
    if (place?.kind !== 'value') throw new Error('expected a value');
    expect(place).toMatchObject({ field: 'service', typed: 'pay', start: 8, end: 11 });
    expect(suggestValues(text, place, [{ value: 'pay ment', count: 3 }], false)[0]).toMatchObject({
      label: 'pay ment',
      count: '3',
      text: 'service:"pay ment"  x',
    });
  });
  it('keep quiet inside a phrase and after a pipe', () => {
    expect(placeAt('"out of mem"', 6)).toBeNull();
    expect(placeAt('a | stats co', 12)).toBeNull();
  });
});
