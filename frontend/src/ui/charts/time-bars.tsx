import { type KeyboardEvent, lazy, type PointerEvent, Suspense, useId, useMemo, useRef, useState } from 'react';
import { formatCompact, formatCount, formatMoment, formatTick, plural } from '../../lib/format.ts';
import { useWidth } from '../../lib/hooks.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { SEVERITIES, SEVERITY_LABEL, type Severity } from '../../lib/severity.ts';
import type { ResolvedRange } from '../../lib/time-range.ts';
import { LevelShape } from '../level.tsx';
import { fromZero, linear } from './scale.ts';
import { timeTicks } from './time-axis.ts';

export interface TimeBucket {
  /** Start of the bucket, epoch milliseconds. */
  readonly time: number;
  readonly total: number;
  readonly counts: Partial<Readonly<Record<Severity, number>>>;
}

const TimeTable = lazy(async () => ({ default: (await import('./time-table.tsx')).TimeTable }));

interface TimeBarsProps {
  readonly label: string;
  readonly range: ResolvedRange;
  readonly intervalMillis: number;
  readonly buckets: readonly TimeBucket[];
  readonly height: number;
  /** Called with the chosen stretch of time, by drag or by keys. */
  readonly onZoom?: (range: ResolvedRange) => void;
  /** The moment of the row under the pointer. */
  readonly mark?: number | null;
}

const AXIS = 16;
const LEFT = 40;

/** Counts over time, stacked by level. Drag, or arrows with Shift and Enter, choose a stretch. */
export function TimeBars({ label, range, intervalMillis, buckets, height, onZoom, mark }: TimeBarsProps) {
  const { zone } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [cursor, setCursor] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const summaryId = useId();

  const plot = Math.max(0, width - LEFT - 8);
  const x = useMemo(() => linear([range.from, range.to], [LEFT, LEFT + plot]), [range.from, range.to, plot]);
  const most = useMemo(() => buckets.reduce((top, { total }) => Math.max(top, total), 0), [buckets]);
  const y = useMemo(() => fromZero(Math.max(1, most), [height - AXIS, 6]), [most, height]);
  const ticks = useMemo(
    () => timeTicks(range.from, range.to, Math.max(2, Math.floor(plot / 90)), zone),
    [range.from, range.to, plot, zone],
  );
  const total = useMemo(() => buckets.reduce((sum, bucket) => sum + bucket.total, 0), [buckets]);
  const present = SEVERITIES.filter((severity) => buckets.some(({ counts }) => (counts[severity] ?? 0) > 0));

  const indexAt = (pixel: number) => {
    const time = x.invert(pixel);
    const index = buckets.findIndex((bucket) => time < bucket.time + intervalMillis);
    return index < 0 ? buckets.length - 1 : index;
  };
  const pixelOf = (event: PointerEvent) => event.clientX - (box.current?.getBoundingClientRect().left ?? 0);
  const chosen = (): ResolvedRange | null => {
    if (cursor === null) return null;
    const [low, high] = [Math.min(cursor, anchor ?? cursor), Math.max(cursor, anchor ?? cursor)];
    const [first, last] = [buckets[low], buckets[high]];
    return first && last
      ? { from: Math.max(range.from, first.time), to: Math.min(range.to, last.time + intervalMillis) }
      : null;
  };
  const zoom = () => {
    const picked = chosen();
    setAnchor(null);
    if (picked && onZoom && picked.to > picked.from) onZoom(picked);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = cursor ?? 0;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buckets.length - 1 }[event.key];
    if (event.key === 'Enter' && cursor !== null) zoom();
    else if (event.key === 'Escape' && anchor !== null) setAnchor(null);
    else if (next !== undefined) {
      if (event.shiftKey) setAnchor(anchor ?? at);
      else setAnchor(null);
      setCursor(cursor === null ? 0 : Math.max(0, Math.min(buckets.length - 1, next)));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const hovered = cursor === null ? undefined : buckets[cursor];
  const bandOf = (bucket: TimeBucket) => {
    const start = Math.max(LEFT, x(bucket.time));
    return {
      start,
      wide: Math.max(
        1,
        Math.min(LEFT + plot, x(bucket.time + intervalMillis)) -
          start -
          (plot / Math.max(1, buckets.length) > 3 ? 1 : 0),
      ),
    };
  };
  const picked = anchor !== null ? chosen() : null;
  const summary = `${label}: ${plural(total, 'event')} from ${formatMoment(range.from, zone)} to ${formatMoment(range.to, zone)}${most > 0 ? `, at most ${formatCount(most)} in one bar` : ''}.`;

  return (
    <div className="min-w-0">
      <p id={summaryId} className="sr-only">
        {summary}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a chart that is moved through by keys has no element of its own */}
      <div
        ref={box}
        role="group"
        aria-label={onZoom ? `${label}. Arrow keys move, Shift extends, Enter zooms` : label}
        aria-describedby={summaryId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart takes arrow keys
        tabIndex={0}
        className="relative touch-pan-y select-none"
        data-own-arrows
        onKeyDown={onKeyDown}
        onBlur={() => {
          setCursor(null);
          setAnchor(null);
        }}
        onPointerDown={(event) => {
          if (!onZoom || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setCursor(indexAt(pixelOf(event)));
          setAnchor(indexAt(pixelOf(event)));
        }}
        onPointerMove={(event) => setCursor(indexAt(pixelOf(event)))}
        onPointerUp={(event) => {
          if (anchor === null) return;
          const moved = indexAt(pixelOf(event)) !== anchor;
          // a click on one bar zooms into that bar
          if (moved || (hovered?.total ?? 0) > 0) zoom();
          else setAnchor(null);
        }}
        onPointerLeave={() => anchor === null && setCursor(null)}
      >
        <svg width={width} height={height} className="block overflow-visible" aria-hidden="true">
          {y.ticks(2).map((tick) => (
            <g key={tick}>
              <line
                x1={LEFT}
                x2={LEFT + plot}
                y1={Math.round(y(tick)) + 0.5}
                y2={Math.round(y(tick)) + 0.5}
                className="stroke-line"
              />
              <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end" className="num fill-faint text-[11px]">
                {formatCompact(tick)}
              </text>
            </g>
          ))}
          {ticks.at.map((tick) => (
            <text key={tick} x={x(tick)} y={height - 3} textAnchor="middle" className="num fill-faint text-[11px]">
              {x(tick) > LEFT + 14 && x(tick) < LEFT + plot - 14 ? formatTick(tick, zone, ticks.step) : ''}
            </text>
          ))}
          {plot > 0 &&
            buckets.map((bucket, index) => {
              const { start, wide } = bandOf(bucket);
              let base = 0;
              return (
                <g key={bucket.time} opacity={cursor === null || cursor === index || anchor !== null ? 1 : 0.7}>
                  {SEVERITIES.map((severity) => {
                    const count = bucket.counts[severity] ?? 0;
                    if (count === 0) return null;
                    const top = y(base + count);
                    const tall = y(base) - top;
                    base += count;
                    // an error among thousands still gets a pixel
                    return (
                      <rect
                        key={severity}
                        data-level={severity}
                        className="fill-bar"
                        x={start}
                        width={wide}
                        y={top}
                        height={Math.max(severity === 'ERROR' || severity === 'FATAL' ? 1.5 : 0.5, tall)}
                      />
                    );
                  })}
                </g>
              );
            })}
          {picked && (
            <rect
              x={x(picked.from)}
              width={Math.max(1, x(picked.to) - x(picked.from))}
              y={0}
              height={height - AXIS}
              className="fill-accent opacity-20"
            />
          )}
          {mark !== null && mark !== undefined && mark >= range.from && mark <= range.to && (
            <line x1={x(mark)} x2={x(mark)} y1={0} y2={height - AXIS} className="stroke-accent" strokeDasharray="2 2" />
          )}
          {hovered && anchor === null && (
            <rect
              x={bandOf(hovered).start - 0.5}
              width={bandOf(hovered).wide + 1}
              y={4}
              height={height - AXIS - 4}
              className="fill-transparent stroke-line-strong"
            />
          )}
        </svg>
        {hovered && (
          <div
            className="pointer-events-none absolute top-full z-30 min-w-40 rounded-s border border-line bg-raised px-2 py-1.5 text-xs shadow-float"
            style={{ left: Math.max(0, Math.min(x(hovered.time) - 70, width - 190)) }}
          >
            <div className="num mb-1 whitespace-nowrap text-muted">
              {formatMoment(picked?.from ?? hovered.time, zone)} –{' '}
              {formatMoment(picked?.to ?? hovered.time + intervalMillis, zone).slice(11)}
            </div>
            {present.map((severity) =>
              (hovered.counts[severity] ?? 0) > 0 ? (
                <div key={severity} className="flex items-center gap-1.5">
                  <LevelShape severity={severity} />
                  <span className="flex-1">{SEVERITY_LABEL[severity]}</span>
                  <span className="num">{formatCount(hovered.counts[severity] ?? 0)}</span>
                </div>
              ) : null,
            )}
            <div className="flex justify-between font-medium">
              <span>All</span>
              <span className="num">{formatCount(hovered.total)}</span>
            </div>
          </div>
        )}
        <span role="status" className="sr-only">
          {hovered && `${formatMoment(hovered.time, zone)}: ${plural(hovered.total, 'event')}`}
        </span>
      </div>
      <button
        type="button"
        aria-expanded={asTable}
        className="sr-only focus:not-sr-only focus:px-2 focus:text-xs focus:text-accent-ink"
        onClick={() => setAsTable(!asTable)}
      >
        {asTable ? 'Hide table' : 'Show as table'}
      </button>
      {asTable && (
        <Suspense fallback={null}>
          <TimeTable label={label} buckets={buckets} />
        </Suspense>
      )}
    </div>
  );
}
