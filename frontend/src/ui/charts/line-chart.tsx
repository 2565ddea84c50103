import { useRef, useState } from 'react';
import { formatMoment, formatTick } from '../../lib/format.ts';
import { useWidth } from '../../lib/hooks.ts';
import { usePreferences } from '../../lib/preferences.ts';
import type { ResolvedRange } from '../../lib/time-range.ts';
import { fromZero, linear } from './scale.ts';
import { timeTicks } from './time-axis.ts';

export interface Point {
  readonly time: number;
  readonly value: number;
}

/** One line. `tone` is its colour: errors, or one of those that tell groups apart. */
export interface Series {
  readonly name: string;
  readonly tone: 'ERROR' | 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
  readonly points: readonly Point[];
}

interface LineChartProps {
  readonly label: string;
  readonly range: ResolvedRange;
  readonly series: readonly Series[];
  readonly height: number;
  readonly format: (value: number) => string;
}

/** Straight pieces from point to point, as SVG writes them. */
const linePath = (points: readonly (readonly [number, number])[]): string =>
  points.length === 0 ? '' : `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join('L')}`;

const AXIS = 16;
const LEFT = 48;

/** Values over time, a line each, with the moment under the cursor told in words. */
export function LineChart({ label, range, series, height, format }: LineChartProps) {
  const { zone } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [at, setAt] = useState<number | null>(null);
  const plot = Math.max(0, width - LEFT - 12);
  const x = linear([range.from, range.to], [LEFT, LEFT + plot]);
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ time }) => time)))].sort((a, b) => a - b);
  const most = series.reduce((top, { points }) => points.reduce((high, { value }) => Math.max(high, value), top), 0);
  const y = fromZero(most > 0 ? most : 1, [height - AXIS, 8]);
  const ticks = timeTicks(range.from, range.to, Math.max(2, Math.floor(plot / 90)), zone);
  const moment = at === null ? undefined : times[at];
  const hovered = series.flatMap(({ name, tone, points }) => {
    const value = points.find(({ time }) => time === moment)?.value;
    return value === undefined ? [] : [{ name, tone, value }];
  });
  const nearest = (pixel: number) => {
    const wanted = x.invert(pixel);
    let best = 0;
    for (const [index, time] of times.entries())
      if (Math.abs(time - wanted) < Math.abs((times[best] ?? 0) - wanted)) best = index;
    return best;
  };
  const alone = series.length === 1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart that is moved through by keys has no element of its own
    <div
      ref={box}
      role="group"
      aria-label={`${label}, highest ${format(most)}. Arrow keys move`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart takes arrow keys
      tabIndex={0}
      data-own-arrows
      className="relative"
      onPointerMove={(event) => setAt(nearest(event.clientX - event.currentTarget.getBoundingClientRect().left))}
      onPointerLeave={() => setAt(null)}
      onBlur={() => setAt(null)}
      onKeyDown={(event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        setAt(Math.max(0, Math.min(times.length - 1, at === null ? 0 : at + step)));
      }}
    >
      <svg width={width} height={height} className="block" aria-hidden="true">
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
              {format(tick)}
            </text>
          </g>
        ))}
        {ticks.at.map((tick) =>
          x(tick) > LEFT + 14 && x(tick) < LEFT + plot - 14 ? (
            <text key={tick} x={x(tick)} y={height - 3} textAnchor="middle" className="num fill-faint text-[11px]">
              {formatTick(tick, zone, ticks.step)}
            </text>
          ) : null,
        )}
        {series.map(({ name, tone, points }) => {
          // a step of time may begin before the range does
          const path = linePath(points.map(({ time, value }) => [x(Math.max(time, range.from)), y(value)]));
          const [first, last] = [points[0], points.at(-1)];
          return (
            <g key={name} data-level={tone}>
              {alone && first && last && (
                <path
                  d={`${path}L${x(last.time)},${height - AXIS}L${x(first.time)},${height - AXIS}Z`}
                  className="fill-bar opacity-15"
                />
              )}
              <path d={path} className="fill-none stroke-[var(--bar)]" strokeWidth="1.5" strokeLinejoin="round" />
            </g>
          );
        })}
        {moment !== undefined &&
          hovered.map(({ name, tone, value }) => (
            <circle key={name} data-level={tone} cx={x(moment)} cy={y(value)} r="3" className="fill-bar" />
          ))}
      </svg>
      {moment !== undefined && (
        <div
          className="num pointer-events-none absolute top-1 z-10 rounded-s border border-line bg-raised px-2 py-0.5 text-xs whitespace-nowrap shadow-float"
          style={{ left: Math.max(0, Math.min(x(moment) + 8, width - 190)) }}
        >
          {formatMoment(moment, zone)}
          {hovered.map(({ name, tone, value }) =>
            alone ? (
              <span key={name}>
                {' '}
                · <b className="font-medium">{format(value)}</b>
              </span>
            ) : (
              <span key={name} className="flex items-center gap-1.5">
                <i data-level={tone} className="bg-bar h-2 w-2 rounded-full" />
                <span className="max-w-40 flex-1 truncate">{name}</span>
                <b className="font-medium">{format(value)}</b>
              </span>
            ),
          )}
        </div>
      )}
      <span role="status" className="sr-only">
        {moment !== undefined &&
          `${formatMoment(moment, zone)}: ${hovered.map(({ name, value }) => (alone ? format(value) : `${name} ${format(value)}`)).join(', ')}`}
      </span>
    </div>
  );
}

/** The shape of a course without axes, beside a number that says it. */
export function Sparkline({ values, level }: { values: readonly number[]; level?: 'ERROR' }) {
  if (values.length < 2) return <div className="h-7" />;
  const x = linear([0, values.length - 1], [1, 119]);
  const y = linear([0, Math.max(...values, 1e-9)], [27, 2]);
  const path = linePath(values.map((value, index) => [x(index), y(value)]));
  return (
    <svg
      viewBox="0 0 120 28"
      preserveAspectRatio="none"
      className="h-7 w-full"
      aria-hidden="true"
      data-level={level ?? 'INFO'}
    >
      <path
        d={path}
        fill="none"
        className="stroke-[var(--bar)]"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
}
