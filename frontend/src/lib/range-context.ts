import { createContext, useContext } from 'react';
import type { ResolvedRange, TimeRange } from './time-range.ts';

/** The time range of the page, resolved once a run so that all panels ask about the same moments. */
export interface RangeView {
  readonly range: TimeRange;
  readonly resolved: ResolvedRange;
  /** Both ends as ISO for requests. */
  readonly from: string;
  readonly to: string;
  /** Rises with each refresh; part of query keys. */
  readonly run: number;
  setRange(range: TimeRange): void;
  /** Asks again, with `now` moved on. */
  refresh(): void;
}

export const RangeContext = createContext<RangeView | null>(null);

export function useRange(): RangeView {
  const view = useContext(RangeContext);
  if (view === null) throw new Error('useRange needs the range provider of the shell');
  return view;
}
