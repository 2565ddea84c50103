import { BarChart3, Columns3, Download, ListFilter, Radio, Share2, Sigma, WrapText } from 'lucide-react';
import { type ComponentType, lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { useMedia, useNarrow, useTitle } from '../../../lib/hooks.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { preferences, usePreferences } from '../../../lib/preferences.ts';
import type { ApiProblem } from '../../../lib/problem.ts';
import { useRange } from '../../../lib/range-context.ts';
import { absolute } from '../../../lib/time-range.ts';
import { DEFAULT_COLUMNS, useUrlState } from '../../../lib/url-state.ts';
import { IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { columnLabel } from '../../../ui/log-grid/columns.ts';
import type { ValueActions } from '../../../ui/log-grid/value-menu.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { PageHeading } from '../../../ui/page-heading.tsx';
import { Skeleton } from '../../../ui/panel.tsx';
import { Splitter } from '../../../ui/splitter.tsx';
import type { Search } from '../api/logs.ts';
import { withOnly, withTerm, wordsOf } from '../query-text.ts';
import { FilterChips } from './filter-chips.tsx';
import { HistogramPanel } from './histogram-panel.tsx';
import { QueryBar } from './query-bar.tsx';
import type { LoadedRows, ResultsProps } from './results.ts';
import { SearchResults } from './search-results.tsx';

const EmptyResults = lazy(async () => ({ default: (await import('./empty-results.tsx')).EmptyResults }));
const FacetPanel = lazy(async () => ({ default: (await import('./facet-panel.tsx')).FacetPanel }));
const EventPane = lazy(async () => ({ default: (await import('./event-pane.tsx')).EventPane }));
const StatsBuilder = lazy(async () => ({ default: (await import('./stats-builder.tsx')).StatsBuilder }));
const SavedSearches = lazy(async () => ({ default: (await import('./saved-searches.tsx')).SavedSearches }));
const ExportDialog = lazy(async () => ({ default: (await import('./export-dialog.tsx')).ExportDialog }));

interface LogsPageProps {
  /** Shown while the project has never had an event. */
  readonly firstEvent: ReactNode;
  /** Rows as they arrive, drawn instead of found ones while `live` is on. */
  readonly live: ComponentType<ResultsProps>;
}

const loadShare = () => import('../share.ts');

const RECENT = 20;
const ICON_MENU =
  'inline-grid h-7 w-7 shrink-0 place-items-center rounded-s text-muted hover:bg-hover hover:text-ink max-sm:h-11 max-sm:w-11';

/** Search and tail: query bar, histogram, fields, rows and the open event. */
export function LogsPage({ firstEvent, live: Live }: LogsPageProps) {
  const [url, setUrl] = useUrlState();
  const range = useRange();
  const kept = usePreferences();
  const narrow = useNarrow();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [summary, setSummary] = useState('');
  const [hovered, setHovered] = useState<number | null>(null);
  const [exporting, setExporting] = useState(false);
  const [facetsOver, setFacetsOver] = useState(false);
  const loaded = useRef<LoadedRows | null>(null);
  const opened = useRef<LogEvent | null>(null);
  useTitle(url.live ? 'Live' : 'Logs', url.q);

  const search = useMemo<Search>(
    () => ({ query: url.q, from: range.from, to: range.to, run: range.run }),
    [url.q, range.from, range.to, range.run],
  );
  const run = useCallback(
    (query: string) => {
      if (query !== '') {
        const rest = preferences.get().recentQueries.filter(({ text }) => text !== query);
        preferences.set({ recentQueries: [{ text: query, at: Date.now() }, ...rest].slice(0, RECENT) });
      }
      if (query === url.q && !url.live) range.refresh();
      else setUrl({ q: query });
    },
    [url.q, url.live, range, setUrl],
  );
  const open = useCallback(
    (event: LogEvent | null, tab?: 'context') => {
      const replace = opened.current !== null && event !== null;
      opened.current = event;
      // stepping through events with the drawer open is one step of history
      setUrl({ id: event?.id ?? '', ...(tab && { tab }) }, replace ? { replace: true } : undefined);
    },
    [setUrl],
  );
  const move = useCallback(
    (event: LogEvent) => {
      if (opened.current !== null || url.id !== '') open(event);
    },
    [open, url.id],
  );
  const filter = useCallback<ValueActions['filter']>(
    (field, value, how) => run(withTerm(url.q, field, value, how)),
    [run, url.q],
  );
  const only = useCallback((field: string, value: string) => run(withOnly(url.q, field, value)), [run, url.q]);
  const setColumns = useCallback((cols: readonly string[]) => setUrl({ cols }), [setUrl]);
  const setWidths = useCallback((w: Readonly<Record<string, number>>) => setUrl({ w }), [setUrl]);
  const onLoaded = useCallback((rows: LoadedRows) => {
    loaded.current = rows;
  }, []);
  const values = useMemo<ValueActions>(
    () => ({
      filter,
      columns: url.cols,
      toggleColumn: (field) =>
        setColumns(url.cols.includes(field) ? url.cols.filter((one) => one !== field) : [...url.cols, field]),
    }),
    [filter, url.cols, setColumns],
  );
  const words = useMemo(() => wordsOf(url.q), [url.q]);
  const toggleLive = () => setUrl({ live: !url.live, id: '' });
  const toggleFacets = () => (narrow ? setFacetsOver(!facetsOver) : preferences.set({ facetsOpen: !kept.facetsOpen }));
  const toggleHistogram = () => preferences.set({ histogramOpen: !kept.histogramOpen });
  const toggleStats = () =>
    void import('../stats-query.ts').then(({ FIRST_NUMBERS, readNumbers, withNumbers }) => {
      const on = url.mode !== 'stats';
      const asked = readNumbers(url.q)?.numbers != null;
      setUrl({
        mode: on ? 'stats' : 'list',
        q: asked === on ? url.q : withNumbers(url.q, on ? FIRST_NUMBERS : null),
      });
    });
  const toggleWrap = () => setUrl({ wrap: !url.wrap });
  useShortcut('close', () => (opened.current !== null || url.id !== '' ? open(null) : false));
  useShortcut('live', toggleLive);
  useShortcut('facets', toggleFacets);
  useShortcut('histogram', toggleHistogram);
  useShortcut('wrap', toggleWrap);
  useShortcut('share', () => document.querySelector<HTMLElement>('[data-share]')?.click());

  const shared = { url, range };
  const common: ResultsProps = {
    query: url.q,
    columns: url.cols,
    widths: url.w,
    wrap: url.wrap,
    openId: url.id,
    words,
    onOpen: open,
    onMove: move,
    onColumns: setColumns,
    onWidths: setWidths,
    onFilter: filter,
    onLoaded,
  };
  // beside an open event the rows need the room more
  const tight = useMedia('(max-width: 1439.98px)') && url.id !== '';
  const showFacets = !url.live && (narrow ? facetsOver : kept.facetsOpen && !tight);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeading className="sr-only">{url.live ? 'Live' : 'Logs'}</PageHeading>
      <div className="flex items-start gap-2 border-b border-line bg-surface px-2 py-1">
        <Suspense fallback={<span className="h-8 w-20 max-sm:w-11" />}>
          <SavedSearches url={url} setUrl={setUrl} />
        </Suspense>
        <QueryBar text={url.q} onRun={run} problem={problem?.isAboutQuery ? problem : null} search={search} />
      </div>
      {!url.live && kept.histogramOpen && (
        <HistogramPanel search={search} mark={hovered} onZoom={(zoomed) => range.setRange(absolute(zoomed))} />
      )}
      <div className="flex min-h-0 min-w-0 flex-1">
        {showFacets && (
          <>
            <section
              aria-label="Fields"
              className={cx(
                'flex min-h-0 flex-col bg-surface',
                narrow ? 'fixed inset-x-0 top-12 bottom-14 z-30 border-t border-line' : 'shrink-0',
              )}
              style={narrow ? undefined : { width: kept.facetsWidth }}
            >
              <Suspense fallback={<Skeleton rows={8} />}>
                <FacetPanel search={search} actions={values} onOnly={only} />
              </Suspense>
            </section>
            <Splitter
              label="Width of the fields"
              value={kept.facetsWidth}
              min={160}
              max={420}
              grows="right"
              onChange={(facetsWidth) => preferences.set({ facetsWidth })}
            />
          </>
        )}
        <section
          aria-label={url.live ? 'Live events' : 'Results'}
          className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface"
        >
          <div className="flex min-h-8 flex-wrap items-center gap-1 border-b border-line px-2 max-sm:flex-nowrap max-sm:overflow-x-auto">
            {!url.live && (
              <IconButton
                label="Fields"
                tip="Fields ( f )"
                icon={ListFilter}
                pressed={showFacets}
                onClick={toggleFacets}
              />
            )}
            {!url.live && (
              <IconButton
                label="Histogram"
                tip="Histogram ( h )"
                icon={BarChart3}
                pressed={kept.histogramOpen}
                onClick={toggleHistogram}
              />
            )}
            {!url.live && (
              <IconButton label="Numbers" icon={Sigma} pressed={url.mode === 'stats'} onClick={toggleStats} />
            )}
            {!url.live && (
              <span role="status" className="num px-1 text-s whitespace-nowrap text-muted">
                {summary}
              </span>
            )}
            <FilterChips query={url.q} onQuery={run} />
            <span className="ml-auto flex shrink-0 items-center gap-1">
              <button
                type="button"
                aria-pressed={url.live}
                onClick={toggleLive}
                data-tip="Live ( l )"
                className="inline-flex h-7 items-center gap-1.5 rounded-s border border-line px-2 text-s hover:bg-hover aria-pressed:border-accent aria-pressed:bg-selected aria-pressed:text-accent-ink max-sm:h-11"
              >
                <Radio size={14} aria-hidden="true" /> Live
              </button>
              <Menu
                label="Columns"
                className={ICON_MENU}
                buttonProps={{ 'data-tip': 'Columns' }}
                items={() => [
                  ...[
                    ...new Set([...url.cols, ...DEFAULT_COLUMNS, 'host', 'environment', 'trace_id', 'received_at']),
                  ].map((name) => ({
                    label: columnLabel(name),
                    checked: url.cols.includes(name),
                    run: () => values.toggleColumn(name),
                    deniedBecause: url.cols.length === 1 && url.cols[0] === name ? 'The last column stays' : null,
                  })),
                  { label: 'Reset columns', line: true, run: () => setUrl({ cols: DEFAULT_COLUMNS, w: {} }) },
                ]}
              >
                <Columns3 size={16} aria-hidden="true" />
              </Menu>
              <IconButton
                label="Wrap lines"
                tip="Wrap lines ( w )"
                icon={WrapText}
                pressed={url.wrap}
                onClick={toggleWrap}
              />
              <IconButton label="Export" icon={Download} onClick={() => setExporting(true)} />
              <Menu
                label="Share"
                className={ICON_MENU}
                buttonProps={{ 'data-tip': 'Share ( s )', ...{ 'data-share': '' } }}
                items={[
                  { label: 'Copy link', run: () => void loadShare().then(({ copyLink }) => copyLink(shared)) },
                  {
                    label: 'Copy link, time kept relative',
                    run: () => void loadShare().then(({ copyRelativeLink }) => copyRelativeLink(shared)),
                  },
                  {
                    label: 'Copy as curl',
                    line: true,
                    run: () => void loadShare().then(({ copyCurl }) => copyCurl(shared)),
                  },
                  { label: 'Copy as CLI', run: () => void loadShare().then(({ copyCli }) => copyCli(shared)) },
                ]}
              >
                <Share2 size={16} aria-hidden="true" />
              </Menu>
            </span>
          </div>
          {url.mode === 'stats' && !url.live && (
            <Suspense fallback={<div className="h-10" />}>
              <StatsBuilder search={search} onQuery={run} />
            </Suspense>
          )}
          {url.live ? (
            <Suspense fallback={<Skeleton rows={12} />}>
              <Live {...common} />
            </Suspense>
          ) : (
            <SearchResults
              {...common}
              search={search}
              sort={url.sort}
              onSort={(sort) => setUrl({ sort })}
              onHover={(event) => setHovered(event === null ? null : Date.parse(event.timestamp))}
              onProblem={setProblem}
              onSummary={setSummary}
              empty={
                <Suspense fallback={<Skeleton rows={3} />}>
                  <EmptyResults search={search} firstEvent={firstEvent} onQuery={run} />
                </Suspense>
              }
            />
          )}
        </section>
        {url.id !== '' && (
          <>
            <Splitter
              label="Width of the event"
              value={kept.drawerWidth}
              min={320}
              max={960}
              grows="left"
              onChange={(drawerWidth) => preferences.set({ drawerWidth })}
            />
            <aside
              aria-label="Event"
              className={cx(
                'flex min-h-0 flex-col bg-surface',
                narrow ? 'fixed inset-0 z-40' : 'max-w-[60vw] shrink-0',
              )}
              style={narrow ? undefined : { width: kept.drawerWidth }}
            >
              <Suspense fallback={<Skeleton rows={8} />}>
                <EventPane
                  id={url.id}
                  known={
                    opened.current?.id === url.id
                      ? opened.current
                      : (loaded.current?.events().find(({ id }) => id === url.id) ?? null)
                  }
                  tab={url.tab}
                  actions={values}
                  onTab={(tab) => setUrl({ tab })}
                  onClose={() => open(null)}
                  onStep={(by) => loaded.current?.step(by)}
                  onOpen={open}
                />
              </Suspense>
            </aside>
          </>
        )}
      </div>
      {exporting && (
        <Suspense fallback={null}>
          <ExportDialog
            search={search}
            order={url.sort === 'timestamp' ? 'asc' : 'desc'}
            events={loaded.current?.events() ?? []}
            total={loaded.current?.total ?? null}
            columns={url.cols}
            onClose={() => setExporting(false)}
          />
        </Suspense>
      )}
    </div>
  );
}
