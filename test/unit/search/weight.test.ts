import { describe, expect, it } from 'vitest';
import { isHeavy } from '../../../functions/search/weight.ts';

const several = (count: number, of: (at: number) => string, by = ' OR ') =>
  Array.from({ length: count }, (_, at) => of(at)).join(by);

describe('a query is heavy by its shape', () => {
  it.each([
    ['many patterns that begin openly', several(20, (at) => `*${at}*`)],
    ['many patterns of an attribute', several(20, (at) => `path:*${at}x`)],
    ['many that are excluded', several(20, (at) => `-*${at}*`, ' ')],
    ['many expressions', several(20, (at) => `/${at}+/`)],
    ['many ranges', several(100, (at) => `n:>${at}`)],
    ['many phrases', several(100, (at) => `"${at} ${at + 1}"`)],
    ['sketches in groups of groups of groups', '* | stats distinct(user), p99(duration) by host, path, user'],
    ['four groups', '* | stats count by host, path, user, level'],
  ])('for %s', (_name, query) => {
    expect(isHeavy(query)).toBe(true);
  });

  it.each([
    '',
    'timeout service:checkout level:>=warn',
    'path:/api/* AND duration:>500 AND NOT status:[200 TO 299]',
    '*timeout* OR /conn(ection)? refused/',
    '* | stats count, p50(duration), p95(duration), p99(duration) by service, time(5m)',
    '* | top 10 user',
    // a list of ids, as it is pasted
    several(300, (at) => `request_id:${at}`),
  ])('and %s is not', (query) => {
    expect(isHeavy(query)).toBe(false);
  });

  it('and one that cannot be read is not: the read itself tells what is wrong', () => {
    expect(isHeavy('service:(')).toBe(false);
  });
});
