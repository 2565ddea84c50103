import { useMemo } from 'react';
import type { StatsTable } from '../../../../../functions/search/api.ts';
import { formatCompact, formatCount, formatNumber, formatTimestamp, plural } from '../../../lib/format.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { useRange } from '../../../lib/range-context.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { LineChart } from '../../../ui/charts/line-chart.tsx';
import { cx } from '../../../ui/cx.ts';
import type { ValueActions } from '../../../ui/log-grid/value-menu.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { toSeries } from '../stats-series.ts';

/** What a query with `| stats` or `| top` answers: groups with their numbers, the first number also as a bar. */
export function StatsView({ table, onFilter }: { table: StatsTable; onFilter: ValueActions['filter'] }) {
  const { zone } = usePreferences();
  const { resolved } = useRange();
  const course = useMemo(() => toSeries(table), [table]);
  const measure = table.columns.findIndex(({ kind }) => kind === 'measure');
  const most = table.rows.reduce((top, row) => Math.max(top, Number(row[measure] ?? 0)), 0);
  return (
    <ScrollRegion label="Table of groups" className="min-h-0 flex-1 overflow-auto">
      {(table.approximate || table.omitted > 0) && (
        <p role="status" className="border-b border-line bg-caution-soft px-3 py-1 text-caution">
          {[
            table.approximate && `Approximate: ${table.approximation?.reason ?? 'not all values were counted'}`,
            table.omitted > 0 && `${plural(table.omitted, 'group')} left out; ask for fewer, or add a condition`,
          ]
            .filter(Boolean)
            .join('. ')}
        </p>
      )}
      {course && (
        <figure className="border-b border-line p-2">
          <LineChart
            label={`${course.measure} over time`}
            range={resolved}
            series={course.series}
            height={180}
            format={formatCompact}
          />
          <figcaption className="flex flex-wrap gap-x-4 pl-12 text-xs text-muted">
            {course.series.map(({ name, tone }) => (
              <span key={name} className="inline-flex max-w-60 items-center gap-1.5">
                <i data-level={tone} className="bg-bar h-2 w-2 shrink-0 rounded-full" />
                <span className="truncate">{visibleText(name)}</span>
              </span>
            ))}
            {course.further > 0 && `and ${plural(course.further, 'smaller group')} in the table only`}
          </figcaption>
        </figure>
      )}
      <table className="w-full">
        <thead className="sticky top-0 bg-surface text-xs text-muted">
          <tr className="border-b border-line">
            {table.columns.map(({ name, kind }) => (
              <th
                key={name}
                scope="col"
                className={cx('px-3 py-1 font-medium', kind === 'measure' ? 'text-right' : 'text-left')}
              >
                {name}
              </th>
            ))}
            {measure >= 0 && (
              <th className="w-1/3 px-3">
                <span className="sr-only">Share of the largest</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row of an answer has no other identity
            <tr key={index} className="h-7 border-b border-line/60 hover:bg-hover">
              {table.columns.map(({ name, kind }, column) => {
                const value = row[column] ?? null;
                if (kind === 'measure') {
                  return (
                    <td
                      key={name}
                      className="num px-3 text-right"
                      data-tip={value === null ? undefined : String(value)}
                    >
                      {value === null
                        ? '–'
                        : Number.isInteger(value)
                          ? formatCount(Number(value))
                          : formatNumber(Number(value))}
                    </td>
                  );
                }
                if (kind === 'time') {
                  return (
                    <td key={name} className="num px-3 font-mono text-xs">
                      {value === null ? '–' : formatTimestamp(value, zone)}
                    </td>
                  );
                }
                return (
                  <td key={name} className="max-w-96 px-3">
                    {value === null ? (
                      <span className="text-faint">(none)</span>
                    ) : (
                      <Menu
                        label={`${name} is ${value}; actions`}
                        className="min-h-6 max-w-full truncate text-left hover:text-accent-ink"
                        items={[
                          { label: 'Filter for value', run: () => onFilter(name, String(value), 'include') },
                          { label: 'Filter out value', run: () => onFilter(name, String(value), 'exclude') },
                        ]}
                      >
                        {visibleText(String(value))}
                      </Menu>
                    )}
                  </td>
                );
              })}
              {measure >= 0 && (
                <td className="px-3">
                  <span
                    data-level="INFO"
                    aria-hidden="true"
                    className="bg-bar block h-2 rounded-[2px]"
                    style={{ width: `${most === 0 ? 0 : (Number(row[measure] ?? 0) / most) * 100}%` }}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
