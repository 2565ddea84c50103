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

interface LineChartProps {
  readonly label: string;
  readonly range: ResolvedRange;
  readonly points: readonly Point[];
  readonly height: number;
  readonly format: (value: number) => string;
}

/** Straight pieces from point to point, as SVG writes them. */
const linePath = (points: readonly (readonly [number, number])[]): string =>
  points.length === 0 ? '' : `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join('L')}`;

const AXIS = 16;
const LEFT = 48;

/** One value over time, with its last value told in the summary. */
export function LineChart({ label, range, points, height, format }: LineChartProps) {
  const { zone } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [at, setAt] = useState<number | null>(null);
  const plot = Math.max(0, width - LEFT - 12);
  const x = linear([range.from, range.to], [LEFT, LEFT + plot]);
  const most = points.reduce((top, { value }) => Math.max(top, value), 0);
  const y = fromZero(most > 0 ? most : 1, [height - AXIS, 8]);
  const ticks = timeTicks(range.from, range.to, Math.max(2, Math.floor(plot / 90)), zone);
  const path = linePath(points.map(({ time, value }) => [x(time), y(value)]));
  const [first, last] = [points[0], points.at(-1)];
  const fill = first && last ? `${path}L${x(last.time)},${height - AXIS}L${x(first.time)},${height - AXIS}Z` : '';
  const hovered = at === null ? undefined : points[at];
  const nearest = (pixel: number) => {
    const time = x.invert(pixel);
    let best = 0;
    for (const [index, point] of points.entries())
      if (Math.abs(point.time - time) < Math.abs((points[best]?.time ?? 0) - time)) best = index;
    return best;
  };
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
        setAt(Math.max(0, Math.min(points.length - 1, at === null ? 0 : at + step)));
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
        <g data-level="ERROR">
          <path d={fill} className="fill-bar opacity-15" />
          <path d={path} className="fill-none stroke-[var(--bar)]" strokeWidth="1.5" strokeLinejoin="round" />
          {hovered && <circle cx={x(hovered.time)} cy={y(hovered.value)} r="3" className="fill-bar" />}
        </g>
      </svg>
      {hovered && (
        <div
          className="num pointer-events-none absolute top-1 rounded-s border border-line bg-raised px-2 py-0.5 text-xs whitespace-nowrap shadow-float"
          style={{ left: Math.max(0, Math.min(x(hovered.time) + 8, width - 180)) }}
        >
          {formatMoment(hovered.time, zone)} · <b className="font-medium">{format(hovered.value)}</b>
        </div>
      )}
      <span role="status" className="sr-only">
        {hovered && `${formatMoment(hovered.time, zone)}: ${format(hovered.value)}`}
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
