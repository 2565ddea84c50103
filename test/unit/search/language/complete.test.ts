import { describe, expect, it } from 'vitest';
import { complete } from '../../../../functions/search/language/complete.ts';

/** Completes at `|`, which is no part of the text (a pipe is written `¦`). */
function at(marked: string, keys: readonly string[] = []) {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '').replaceAll('¦', '|');
  const { span, suggestions, ...rest } = complete(text, caret, keys);
  return { ...rest, replaces: text.slice(span.start, span.end), inserts: suggestions.map(({ insert }) => insert) };
}

describe('completion', () => {
  it('suggests fields, those that begin so before those that hold the parts', () => {
    const found = at('error serv|', ['geo.src.dest', 'observed']);
    expect(found).toMatchObject({ expects: 'term', replaces: 'serv', prefix: 'serv' });
    expect(found.inserts).toEqual(['service:', 'service_version:', 'observed:']);
    expect(at('geo.dest|', ['geo.src.dest']).inserts).toEqual(['geo.src.dest:']);
    expect(at('x|', ['x y']).inserts).toEqual(['"x y":']);
  });

  it('suggests operators of logic where one is begun', () => {
    expect(at('a A|').inserts).toContain('AND ');
    expect(at('a |').inserts).not.toContain('AND ');
  });

  it('asks for values of a field, and knows those of levels and times', () => {
    expect(at('level:wa|')).toMatchObject({
      expects: 'value',
      field: 'level',
      prefix: 'wa',
      replaces: 'wa',
      inserts: ['warn'],
    });
    expect(at('level:>=|').inserts).toContain('error');
    expect(at('-(service:che|')).toMatchObject({
      expects: 'value',
      field: 'service',
      prefix: 'che',
      replaces: 'che',
      inserts: [],
    });
    expect(at('service:"mail e|')).toMatchObject({ expects: 'value', field: 'service', prefix: 'mail e' });
    expect(at('"x y":a|')).toMatchObject({ expects: 'value', field: 'x y', prefix: 'a' });
    expect(at('time:>now-1|').inserts).toEqual(
      ['now-15m', 'now-1h', 'now-1d', 'now-1d/d'].filter((value) => value.startsWith('now-1')),
    );
  });

  it('completes what stands before the caret and leaves what stands behind', () => {
    expect(at('ser| timeout')).toMatchObject({ replaces: 'ser', expects: 'term' });
  });

  it('suggests pipes, measures and what to group by', () => {
    expect(at('a ¦ st|')).toMatchObject({ expects: 'pipe', replaces: 'st', inserts: ['stats count by '] });
    expect(at('a ¦ stats p9|')).toMatchObject({ expects: 'measure', inserts: ['p90(', 'p95(', 'p99('] });
    expect(at('a ¦ stats avg(dur|', ['duration_ms'])).toMatchObject({ expects: 'field', inserts: ['duration_ms'] });
    expect(at('a ¦ stats count by ti|').inserts).toEqual(expect.arrayContaining(['time(5m)', 'time', 'ticket_id']));
    expect(at('a ¦ top 5 lev|')).toMatchObject({ expects: 'field', inserts: ['level'] });
  });
});
