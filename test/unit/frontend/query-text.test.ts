import { describe, expect, it } from 'vitest';
import { terms, withOnly, withoutTerm, withTerm, wordsOf } from '../../../frontend/src/features/logs/query-text.ts';
import { placeAt, suggestAt } from '../../../frontend/src/features/logs/suggest.ts';
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
  const fields = [{ name: 'geo.src.dest', type: 'string', count: 12_345 }];
  const at = (marked: string, values: readonly { value: string; count: number }[] = []) => {
    const caret = marked.indexOf('^');
    const text = marked.replace('^', '');
    const place = placeAt(text, caret, fields);
    return { place, items: suggestAt(text, place, fields, values) };
  };

  it('offer known fields and keys of the range by any part of the name', () => {
    expect(at('err ser^').items[0]).toMatchObject({ label: 'service', text: 'err service:', caret: 12 });
    expect(at('-src^').items[0]).toMatchObject({ label: 'geo.src.dest', count: '12.3K', text: '-geo.src.dest:' });
  });
  it('replace the begun word whole and double no sign that follows', () => {
    expect(at('ser^vice:x').items[0]).toMatchObject({ text: 'service:x', caret: 8 });
  });
  it('offer values with counts, quoted where needed', () => {
    const { place, items } = at('service:pa^y x', [{ value: 'pay ment', count: 3 }]);
    expect(place).toMatchObject({ expects: 'value', field: 'service', prefix: 'pa' });
    expect(items[0]).toMatchObject({ label: 'pay ment', count: '3', text: 'service:"pay ment" x' });
  });
  it('offer operators that fit the field before a value is begun', () => {
    expect(at('level:^').items.map(({ label }) => label)).toEqual(expect.arrayContaining(['error', '>=warn', '*']));
    expect(at('level:>^').items.map(({ label }) => label)).not.toContain('*');
  });
  it('offer pipes, measures and what to group by', () => {
    expect(at('a | st^').items[0]).toMatchObject({ label: 'stats count by', text: 'a | stats count by ' });
    expect(at('a | stats co^').items[0]).toMatchObject({ text: 'a | stats count' });
    expect(at('a | stats count by geo^').items[0]).toMatchObject({ text: 'a | stats count by geo.src.dest' });
  });
  it('keep quiet inside a phrase', () => {
    expect(at('"out of^ mem"').items).toEqual([]);
  });
});
