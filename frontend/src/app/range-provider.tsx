import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { RangeContext, type RangeView } from '../lib/range-context.ts';
import { absolute, resolveRange, type TimeRange } from '../lib/time-range.ts';
import { useUrlState } from '../lib/url-state.ts';

/** Resolves the range of the address bar once for each range, query and refresh, so that panels agree on what `now` is. */
export function RangeProvider({ children }: { children: ReactNode }) {
  const [url, setUrl] = useUrlState();
  const [run, setRun] = useState(0);
  const refresh = useCallback(() => setRun((before) => before + 1), []);
  const setRange = useCallback((range: TimeRange) => setUrl({ ...range, live: false }), [setUrl]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new query or refresh moves `now`
  const resolved = useMemo(
    () => resolveRange({ from: url.from, to: url.to }, Date.now()),
    [url.from, url.to, url.q, run],
  );
  const view = useMemo<RangeView>(
    () => ({ range: { from: url.from, to: url.to }, resolved, ...absolute(resolved), run, setRange, refresh }),
    [url.from, url.to, resolved, run, setRange, refresh],
  );
  return <RangeContext value={view}>{children}</RangeContext>;
}
