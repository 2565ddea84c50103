import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { formatCount, formatMoment, formatShare, plural } from '../../../lib/format.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { useRange } from '../../../lib/range-context.ts';
import { absolute } from '../../../lib/time-range.ts';
import type { UrlState } from '../../../lib/url-state.ts';
import { Button } from '../../../ui/button.tsx';
import { type GridHandle, LogGrid } from '../../../ui/log-grid/log-grid.tsx';
import { listSource } from '../../../ui/log-grid/row-source.ts';
import { PanelBody, ProblemView, Skeleton } from '../../../ui/panel.tsx';
import { type LogsPage, type Search, useLogs } from '../api/logs.ts';
import type { ResultsProps } from './results.ts';

const FindBar = lazy(async () => ({ default: (await import('./find-bar.tsx')).FindBar }));
const StatsView = lazy(async () => ({ default: (await import('./stats-view.tsx')).StatsView }));

interface SearchResultsProps extends ResultsProps {
  readonly search: Search;
  readonly sort: UrlState['sort'];
  readonly onSort: (sort: UrlState['sort']) => void;
  readonly onHover: (event: LogEvent | null) => void;
  readonly onProblem: (problem: ReturnType<typeof toProblem> | null) => void;
  readonly onSummary: (text: string) => void;
  readonly empty: React.ReactNode;
}

/** The rows of a search; older ones follow as the reader scrolls. */
export function SearchResults(props: SearchResultsProps) {
  const { search, sort, openId, onLoaded, onProblem, onSummary } = props;
  const { query, queryKey } = useLogs(search, sort === 'timestamp' ? 'asc' : 'desc', true);
  const problem = query.error ? toProblem(query.error) : null;
  const good = useRef(query.data);
  if (query.data) good.current = query.data;
  // after a mistake in the text the last good rows stay
  const data = query.data ?? (problem?.isAboutQuery ? good.current : undefined);
  const handle = useRef<GridHandle>(null);
  const [finding, setFinding] = useState(false);
  useShortcut('find', () => (finding ? false : setFinding(true)));

  const events = useMemo(() => {
    const seen = new Set<string>();
    // events that arrive between two pages may move one across the border
    return (data?.pages ?? []).flatMap((page) => page.logs).filter(({ id }) => !seen.has(id) && seen.add(id));
  }, [data]);
  const source = useMemo(() => listSource(events), [events]);
  const first = data?.pages[0];
  const total = first === undefined ? null : first.total;

  useEffect(() => onProblem(problem), [problem, onProblem]);
  useEffect(() => {
    if (!first) return onSummary('');
    onSummary(
      `${first.total_relation === 'gte' ? 'more than ' : ''}${plural(first.total, 'event')} · ${first.took_ms} ms`,
    );
  }, [first, onSummary]);
  useEffect(() => {
    onLoaded({
      events: () => events,
      total,
      step: (by) => handle.current?.focusRow(Math.max(0, source.indexOf(openId) + by)),
    });
  }, [events, total, source, openId, onLoaded]);

  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const partial = data?.pages.find((page) => page.partial);
  const showsPage = isFetchNextPageError ? { ...query, data, error: null } : { ...query, data };

  return (
    <PanelBody
      query={{ ...showsPage, fetchStatus: isFetchingNextPage ? 'idle' : query.fetchStatus }}
      queryKey={queryKey}
      isEmpty={() => events.length === 0 && !first?.stats}
      empty={<div className="min-h-0 flex-1 overflow-auto">{props.empty}</div>}
      skeleton={<Skeleton rows={16} />}
      ignore={({ isAboutQuery }) => isAboutQuery}
    >
      {() =>
        first?.stats ? (
          <Suspense fallback={<Skeleton rows={8} />}>
            <StatsView table={first.stats} onFilter={props.onFilter} />
          </Suspense>
        ) : (
          <div className="relative flex min-h-0 flex-1 flex-col">
            {partial && <Partial page={partial} onContinue={hasNextPage ? more : undefined} />}
            {finding && (
              <Suspense fallback={null}>
                <FindBar
                  source={source}
                  columns={props.columns}
                  onGo={(index) => handle.current?.focusRow(index)}
                  onClose={() => setFinding(false)}
                />
              </Suspense>
            )}
            <LogGrid
              label="Events"
              handle={handle}
              source={source}
              columns={props.columns}
              widths={props.widths}
              sort={sort}
              wrap={props.wrap}
              total={first?.total_relation === 'eq' ? first.total : null}
              openId={openId}
              words={props.words}
              onOpen={props.onOpen}
              onMove={props.onMove}
              onColumns={props.onColumns}
              onWidths={props.onWidths}
              onSort={props.onSort}
              onFilter={props.onFilter}
              onHover={props.onHover}
              onNearEnd={more}
              footer={
                isFetchNextPageError && problem ? (
                  <ProblemView compact problem={problem} onRetry={() => void fetchNextPage()} />
                ) : (
                  <End loaded={events.length} more={hasNextPage} search={search} sort={sort} />
                )
              }
            />
          </div>
        )
      }
    </PanelBody>
  );
}

function End({
  loaded,
  more,
  search,
  sort,
}: {
  loaded: number;
  more: boolean;
  search: Search;
  sort: UrlState['sort'];
}) {
  const { zone } = usePreferences();
  return (
    <p className="num px-3 py-2 text-xs text-faint">
      {more
        ? 'Loading more…'
        : `End of range: ${plural(loaded, 'event')}, back to ${formatMoment(Date.parse(sort === 'timestamp' ? search.to : search.from), zone)}`}
    </p>
  );
}

function Partial({ page, onContinue }: { page: LogsPage; onContinue?: () => void }) {
  const { setRange, resolved } = useRange();
  const share = page.partial_reason?.searched_share;
  const from = page.partial_reason?.searched_from;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-2 border-b border-line bg-caution-soft px-3 py-1 text-s text-caution"
    >
      <span className="min-w-0 flex-1">
        Partial: searched {share === undefined ? 'a part' : formatShare(share)} of the range
        {page.total > 0 && `, ${formatCount(page.total)} events so far`}
      </span>
      {onContinue && <Button onClick={onContinue}>Continue</Button>}
      <Button
        onClick={() =>
          setRange(absolute({ from: from ? Date.parse(from) : (resolved.from + resolved.to) / 2, to: resolved.to }))
        }
      >
        Narrow
      </Button>
    </div>
  );
}
