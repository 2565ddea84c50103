import { describe, expect, it } from 'vitest';
import type { SavedSearch } from '../../../frontend/src/features/logs/api/saved-searches.ts';
import { isModified, toSaved, viewOf } from '../../../frontend/src/features/logs/saved-view.ts';
import { DEFAULT_COLUMNS, linkTo, readUrl } from '../../../frontend/src/lib/url-state.ts';

const saved: SavedSearch = {
  id: 's1',
  name: 'Checkout errors',
  description: '',
  query: 'service:checkout',
  columns: [],
  range: {},
  visibility: 'shared',
  is_default: false,
  owner: { id: 'u1', name: 'dana' },
  created_at: '2026-11-21T08:00:00.000Z',
  updated_at: '2026-11-21T08:00:00.000Z',
};
const screen = { q: 'service:checkout', from: '-15m', to: 'now', cols: DEFAULT_COLUMNS };

describe('a saved search on screen', () => {
  it('is not modified by a range it does not hold, and is by one it holds', () => {
    expect(isModified(saved, screen)).toBe(false);
    expect(isModified({ ...saved, range: { from: '-1h', to: 'now' } }, screen)).toBe(true);
  });
  it('is modified by another query and by other columns', () => {
    expect(isModified(saved, { ...screen, q: '' })).toBe(true);
    expect(isModified(saved, { ...screen, cols: ['message'] })).toBe(true);
  });
  it('opens as it was saved, whatever was saved', () => {
    const state = { ...screen, q: 'a | stats count by host', cols: ['message', 'host'] };
    for (const withRange of [true, false]) {
      const again = { ...saved, ...toSaved(state, withRange) };
      const url = readUrl(new URLSearchParams(linkTo('', { from: '-15m', ...viewOf(again) }).slice(1)));
      expect(url).toMatchObject({ ...state, view: 's1' });
      expect(isModified(again, url)).toBe(false);
    }
  });
  it('keeps an emptied query in the link, for that is a change on top of it', () => {
    expect(linkTo('/logs', { view: 's1', q: '' })).toBe('/logs?q=&view=s1');
    expect(linkTo('/logs', { q: '' })).toBe('/logs');
  });
});
