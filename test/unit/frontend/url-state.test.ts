import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_COLUMNS,
  linkTo,
  readUrl,
  URL_KEYS,
  type UrlState,
  writeUrl,
} from '../../../frontend/src/lib/url-state.ts';

const through = (state: Partial<UrlState>): UrlState => readUrl(new URLSearchParams(writeUrl(state).toString()));

/** One telling value for each key of the registry; a new key without one fails the test below. */
const SAMPLES: { readonly [K in keyof UrlState]: readonly UrlState[K][] } = {
  q: ['service:checkout "a b" & c=d #1 ünïcode 🌊', ' leading'],
  from: ['-15m', '2026-11-20T14:00:00.000Z'],
  to: ['-5m', '2026-11-20T15:00:00.123Z'],
  live: [true],
  cols: [['timestamp', 'weird,name', '50%', 'http.route'], ['message']],
  w: [{ timestamp: 180, 'a:b,c': 64 }],
  sort: ['timestamp'],
  wrap: [true],
  mode: ['list', 'stats'],
  id: ['evt_01JD0000000000000000000000.3'],
  tab: ['json', 'raw', 'context'],
  view: ['v_1'],
};

describe('the address bar', () => {
  it.each(Object.keys(URL_KEYS) as (keyof UrlState)[])('gives %s back as it was written', (key) => {
    for (const value of SAMPLES[key]) expect(through({ [key]: value })[key]).toEqual(value);
  });

  it('keeps any query text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }).filter((text) => text.isWellFormed()),
        (q) => through({ q }).q === q,
      ),
    );
  });

  it('keeps any list of column names', () => {
    const name = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 10 }), (cols) => {
        expect(through({ cols }).cols).toEqual(cols);
      }),
    );
  });

  it('falls back to the default for what it cannot read, and never throws', () => {
    const broken = readUrl(
      new URLSearchParams('from=nonsense&to=2026-99-99&live=maybe&cols=&w=x:y&sort=up&tab=none&wrap=2&mode=?&foo=bar'),
    );
    expect(broken).toEqual(readUrl(new URLSearchParams()));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readUrl(new URLSearchParams(text)) !== null));
  });

  it('leaves defaults out, so that links stay short', () => {
    expect(linkTo('/logs', { q: '', cols: DEFAULT_COLUMNS, live: false, sort: '-timestamp' })).toBe('/logs');
    expect(linkTo('/logs', { q: 'a b', live: true })).toBe('/logs?q=a+b&live=1');
  });
});
