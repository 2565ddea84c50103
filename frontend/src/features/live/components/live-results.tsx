import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatClock, formatCount, plural } from '../../../lib/format.ts';
import { useNow } from '../../../lib/hooks.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { preferences, usePreferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { TimeBars } from '../../../ui/charts/time-bars.tsx';
import { cx } from '../../../ui/cx.ts';
import { type GridHandle, LogGrid } from '../../../ui/log-grid/log-grid.tsx';
import type { GridRow, RowSource } from '../../../ui/log-grid/row-source.ts';
import { Message } from '../../../ui/panel.tsx';
import { loadGap, runTail } from '../api/tail.ts';
import { BUCKET_MILLIS, type Gap, TailBuffer, type TailRow } from '../tail-buffer.ts';
import { makeTail, type Tail } from '../tail-machine.ts';

interface LiveResultsProps {
  readonly query: string;
  readonly columns: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
  readonly wrap: boolean;
  readonly openId: string;
  readonly words: readonly string[];
  readonly onOpen: (event: LogEvent | null, tab?: 'context') => void;
  readonly onMove: (event: LogEvent) => void;
  readonly onColumns: (columns: readonly string[]) => void;
  readonly onWidths: (widths: Readonly<Record<string, number>>) => void;
  readonly onFilter: (field: string, value: string, how: 'include' | 'exclude') => void;
  readonly onLoaded: (rows: {
    events(): readonly LogEvent[];
    readonly total: number | null;
    step(by: 1 | -1): void;
  }) => void;
}

const FLUSH_MILLIS = 100;
const BUSY_FLUSH_MILLIS = 250;
const BUSY_PER_SECOND = 10_000;
const EDGE_PIXELS = 16;
const ANNOUNCE_MILLIS = 5_000;

/** Rows as they arrive. Nothing moves under a reader who has scrolled, opened or marked something. */
export function LiveResults(props: LiveResultsProps) {
  const { query, openId, onLoaded } = props;
  const { liveEdge, zone, announceLive } = usePreferences();
  // a new query is a new tail
  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew for it
  const buffer = useMemo(() => new TailBuffer(), [query]);
  const [tail, setTail] = useState<Tail>(() => makeTail(query));
  const [start, setStart] = useState(0);
  const [version, setVersion] = useState(0);
  const [pausedBy, setPausedBy] = useState<'person' | 'scroll' | null>(null);
  const [words, setWords] = useState('');
  const [loading, setLoading] = useState<string | null>(null);
  const [announced, setAnnounced] = useState('');
  const handle = useRef<GridHandle>(null);
  const lastTop = useRef(0);
  const draw = useCallback(() => setVersion((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new start is a new connection
  useEffect(
    () =>
      runTail(query, {
        onState: setTail,
        onEvents: (events) => buffer.add(events, Date.now()),
        onGap: (gap) => buffer.addGap(gap),
      }),
    [query, buffer, start],
  );
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let waiting = 0;
    const beat = () => {
      const changed = buffer.flush();
      // a hidden tab keeps counting and stops drawing
      if (!document.hidden && (changed || buffer.waiting !== waiting)) draw();
      waiting = buffer.waiting;
      timer = setTimeout(beat, buffer.perSecond(Date.now()) > BUSY_PER_SECOND ? BUSY_FLUSH_MILLIS : FLUSH_MILLIS);
    };
    beat();
    const onVisible = () => !document.hidden && draw();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [buffer, draw]);

  const pause = useCallback(
    (by: 'person' | 'scroll') => {
      if (!buffer.paused) buffer.pause();
      setPausedBy((before) => (before === 'person' ? before : by));
    },
    [buffer],
  );
  const resume = useCallback(() => {
    buffer.resume(Date.now());
    setPausedBy(null);
    draw();
  }, [buffer, draw]);
  const toggle = () => (pausedBy === null ? pause('person') : resume());
  useShortcut('pause', toggle);
  useEffect(() => {
    if (openId !== '') pause('person');
  }, [openId, pause]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tail is not paused
  useEffect(() => setPausedBy(null), [buffer]);

  const fillGap = async (gap: Gap) => {
    setLoading(gap.key);
    try {
      const page = await loadGap(query, gap.from, gap.to);
      buffer.fill(gap.key, page.logs, Math.max(0, page.total - page.logs.length));
      draw();
    } catch (error) {
      toast(`The gap could not be loaded: ${toProblem(error).message}`, {
        kind: 'error',
        action: { label: 'Retry', run: () => void fillGap(gap) },
      });
    } finally {
      setLoading(null);
    }
  };
  const toGridRow = (row: TailRow): GridRow => {
    switch (row.kind) {
      case 'event':
        return row;
      case 'gap':
        return {
          kind: 'note',
          key: row.key,
          content: (
            <span className="num sticky left-0 flex h-full items-center gap-2 bg-caution-soft px-3 text-xs text-caution">
              {plural(row.count, 'event')} not shown, {formatClock(row.from, zone)}–{formatClock(row.to, zone)}
              <button
                type="button"
                className="min-h-6 px-1 font-medium underline underline-offset-2"
                disabled={loading === row.key}
                onClick={() => fillGap(row)}
              >
                {loading === row.key ? 'Loading…' : 'Load'}
              </button>
            </span>
          ),
        };
      case 'resumed':
        return {
          kind: 'note',
          key: row.key,
          content: (
            <span className="sticky left-0 flex w-full items-center gap-2 px-3 text-xs text-accent-ink after:h-px after:flex-1 after:bg-accent">
              Resumed {formatClock(row.at, zone)}
            </span>
          ),
        };
      default:
        return row satisfies never;
    }
  };
  const top = liveEdge === 'top';
  // a new object each version tells the grid that its rows are others
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer changes in place
  const source = useMemo<RowSource>(() => {
    const place = (index: number) => (top ? buffer.rows.length - 1 - index : index);
    return {
      count: buffer.rows.length,
      at: (index) => {
        const row = buffer.rows[place(index)];
        return row && toGridRow(row);
      },
      indexOf: (key) => {
        const found = buffer.indexOf(key);
        return found < 0 ? -1 : place(found);
      },
    };
  }, [buffer, version, top, zone, loading]);

  const following = pausedBy === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new version moves the edge
  useLayoutEffect(() => {
    if (!following || buffer.rows.length === 0) return;
    const scroller = handle.current?.scroller;
    if (!scroller) return;
    scroller.scrollTop = top ? 0 : scroller.scrollHeight;
    lastTop.current = scroller.scrollTop;
  }, [version, following, top, buffer]);
  const onScroll = (scroller: HTMLDivElement) => {
    const distance = top ? scroller.scrollTop : scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const away = top ? scroller.scrollTop > lastTop.current : scroller.scrollTop < lastTop.current;
    lastTop.current = scroller.scrollTop;
    if (following && away && distance > EDGE_PIXELS) pause('scroll');
    else if (pausedBy === 'scroll' && !away && distance <= 1) resume();
  };
  useEffect(() => {
    onLoaded({
      events: () => buffer.events(),
      total: null,
      step: (by) => handle.current?.focusRow(Math.max(0, source.indexOf(openId) + by)),
    });
  }, [buffer, source, openId, onLoaded]);

  const announcedAt = useRef({ received: 0, errors: 0 });
  useEffect(() => {
    if (!announceLive) return;
    const timer = setInterval(() => {
      const { received, errors } = buffer;
      const fresh = received - announcedAt.current.received;
      const failed = errors - announcedAt.current.errors;
      announcedAt.current = { received, errors };
      setAnnounced(fresh > 0 ? `${plural(fresh, 'new event')}, ${plural(failed, 'error')}` : '');
    }, ANNOUNCE_MILLIS);
    return () => clearInterval(timer);
  }, [announceLive, buffer]);

  const marks = useMemo(
    () => [
      ...props.words,
      ...words
        .trim()
        .split(/\s+/)
        .filter((word) => word.length > 1),
    ],
    [props.words, words],
  );

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <Rate buffer={buffer} />
      <div className="flex min-h-8 flex-wrap items-center gap-2 border-b border-line px-2">
        <StateChip tail={tail} waiting={buffer.waiting} paused={!following} />
        <span className="num text-xs text-muted">{formatCount(buffer.perSecond(Date.now()))} / s</span>
        <Button look={following ? 'plain' : 'primary'} tip="Space" onClick={toggle}>
          {following ? 'Pause' : 'Resume'}
        </Button>
        <Button
          look="quiet"
          tip="Hides the rows shown so far"
          onClick={() => {
            buffer.clear();
            draw();
          }}
        >
          Clear
        </Button>
        {tail.phase.name === 'ended' && <Button onClick={() => setStart(start + 1)}>Start again</Button>}
        <input
          aria-label="Words to highlight"
          placeholder="Highlight words"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          className="ml-auto h-7 w-40 rounded-s border border-line bg-surface px-2 text-xs max-sm:hidden"
        />
      </div>
      {source.count === 0 ? (
        <Message title={tail.phase.name === 'live' ? 'Waiting for the next event…' : 'Not connected yet'}>
          {query === ''
            ? 'Every event of the project will appear here as it arrives.'
            : `Only events that fit “${query}” will appear.`}
        </Message>
      ) : (
        <LogGrid
          label="Live events"
          handle={handle}
          source={source}
          columns={props.columns}
          widths={props.widths}
          sort={top ? '-timestamp' : 'timestamp'}
          wrap={props.wrap}
          total={null}
          openId={openId}
          words={marks}
          onOpen={props.onOpen}
          onMove={props.onMove}
          onColumns={props.onColumns}
          onWidths={props.onWidths}
          onSort={(sort) => preferences.set({ liveEdge: sort === '-timestamp' ? 'top' : 'bottom' })}
          onFilter={props.onFilter}
          onMarks={(marked) => marked.size > 0 && pause('person')}
          onScroll={onScroll}
        />
      )}
      {!following && buffer.waiting > 0 && (
        <Button
          look="primary"
          className={cx('absolute left-1/2 -translate-x-1/2 rounded-full shadow-float', top ? 'top-32' : 'bottom-4')}
          onClick={resume}
        >
          {plural(buffer.waiting, 'new event')} · jump to {top ? 'top' : 'bottom'}
        </Button>
      )}
      <span role="status" className="sr-only">
        {announced}
      </span>
    </div>
  );
}

function StateChip({ tail, waiting, paused }: { tail: Tail; waiting: number; paused: boolean }) {
  const now = useNow(1_000);
  const { phase } = tail;
  const stretched = tail.intervalMillis !== null && tail.intervalMillis >= 2_000;
  const words =
    phase.name === 'reconnecting'
      ? `Reconnecting in ${Math.max(0, Math.ceil((phase.at - now) / 1_000))} s: ${phase.why}`
      : phase.name === 'ended'
        ? `Ended: ${phase.why}`
        : phase.name === 'connecting'
          ? 'Connecting'
          : paused
            ? `Paused · ${formatCount(waiting)} new`
            : `Live${stretched ? ` · every ${Math.round((tail.intervalMillis ?? 0) / 1_000)} s` : ''}`;
  const amber = paused || phase.name === 'reconnecting';
  return (
    <span
      className={cx(
        'num inline-flex h-6 max-w-full items-center gap-1.5 truncate rounded-full px-2.5 text-xs font-medium',
        phase.name === 'ended'
          ? 'bg-danger-soft text-danger'
          : amber
            ? 'bg-caution-soft text-caution'
            : 'bg-selected text-accent-ink',
      )}
    >
      <span
        aria-hidden="true"
        className={cx(
          'h-2 w-2 shrink-0 bg-current',
          phase.name === 'live' && !paused ? 'rounded-full' : 'rounded-[2px]',
        )}
      />
      {words}
    </span>
  );
}

const RATE_HEIGHT = 72;

/** Arrivals of the last five minutes. */
function Rate({ buffer }: { buffer: TailBuffer }) {
  const { histogramOpen } = usePreferences();
  const now = useNow(1_000);
  const buckets = buffer.rate(now);
  const from = buckets[0]?.time ?? now;
  if (!histogramOpen) return null;
  return (
    <section aria-label="Rate" className="relative border-b border-line">
      <TimeBars
        label="Events per 5 seconds"
        height={RATE_HEIGHT}
        range={{ from, to: from + buckets.length * BUCKET_MILLIS }}
        intervalMillis={BUCKET_MILLIS}
        buckets={buckets}
      />
    </section>
  );
}
