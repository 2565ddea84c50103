import { DEFAULT_COLUMNS, type UrlState } from '../../lib/url-state.ts';
import type { SavedSearch } from './api/saved-searches.ts';

type Viewed = Pick<UrlState, 'q' | 'from' | 'to' | 'cols'>;

/** The columns that a search was saved with; none are the usual ones. */
const columnsOf = ({ columns }: SavedSearch): readonly string[] => (columns.length === 0 ? DEFAULT_COLUMNS : columns);

/** What opening a saved search puts into the address; a range it does not hold stays as it is. */
export const viewOf = (saved: SavedSearch): Partial<UrlState> => ({
  view: saved.id,
  q: saved.query,
  cols: columnsOf(saved),
  ...(saved.range.from !== undefined && { from: saved.range.from }),
  ...(saved.range.to !== undefined && { to: saved.range.to }),
});

/** Whether what is on screen differs from what was saved. */
export const isModified = (saved: SavedSearch, now: Viewed): boolean =>
  saved.query !== now.q ||
  columnsOf(saved).join('\0') !== now.cols.join('\0') ||
  (saved.range.from ?? now.from) !== now.from ||
  (saved.range.to ?? now.to) !== now.to;

/** What saving keeps of the screen. The usual columns are left to what is usual then. */
export const toSaved = (
  { q, from, to, cols }: Viewed,
  withRange: boolean,
): Pick<SavedSearch, 'query' | 'columns' | 'range'> => ({
  query: q,
  columns: cols.join('\0') === DEFAULT_COLUMNS.join('\0') ? [] : [...cols],
  range: withRange ? { from, to } : {},
});
