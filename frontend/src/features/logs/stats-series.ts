import type { StatsTable } from '../../../../functions/search/api.ts';
import type { Series } from '../../ui/charts/line-chart.tsx';

const TONES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;

interface Course {
  /** What the lines show. */
  readonly measure: string;
  readonly series: readonly Series[];
  /** Groups without a line. */
  readonly further: number;
}

/**
 * The first number of a table over its time, a line for each of the largest groups, or, where there are no groups, for each number.
 * Null for a table without time.
 */
export function toSeries({ columns, rows }: StatsTable): Course | null {
  const time = columns.findIndex(({ kind }) => kind === 'time');
  const measures = columns.flatMap(({ kind, name }, at) => (kind === 'measure' ? [{ at, name }] : []));
  const groups = columns.flatMap(({ kind }, at) => (kind === 'group' ? [at] : []));
  const [first] = measures;
  if (time < 0 || first === undefined) return null;
  const lines = new Map<string, { time: number; value: number }[]>();
  for (const row of rows) {
    const at = Date.parse(String(row[time]));
    for (const measure of groups.length > 0 ? [first] : measures) {
      const value = row[measure.at];
      if (typeof value !== 'number' || Number.isNaN(at)) continue;
      const name = groups.length > 0 ? groups.map((group) => row[group] ?? '(none)').join(', ') : measure.name;
      const line = lines.get(name) ?? [];
      line.push({ time: at, value });
      lines.set(name, line);
    }
  }
  const sum = (points: readonly { value: number }[]) => points.reduce((total, { value }) => total + value, 0);
  const largest = [...lines].sort(([, a], [, b]) => sum(b) - sum(a));
  return {
    measure: first.name,
    series: TONES.slice(0, largest.length).flatMap((tone, index) => {
      const [name, points] = largest[index] ?? [];
      return name === undefined || points === undefined
        ? []
        : [{ name, tone, points: points.sort((a, b) => a.time - b.time) }];
    }),
    further: Math.max(0, largest.length - TONES.length),
  };
}
