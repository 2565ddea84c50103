import { formatCount, formatMoment } from '../../lib/format.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { SEVERITIES, SEVERITY_LABEL } from '../../lib/severity.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import type { TimeBucket } from './time-bars.tsx';

/** The numbers behind a chart of bars. */
export function TimeTable({ label, buckets }: { label: string; buckets: readonly TimeBucket[] }) {
  const { zone } = usePreferences();
  const present = SEVERITIES.filter((severity) => buckets.some(({ counts }) => (counts[severity] ?? 0) > 0));
  return (
    <ScrollRegion label={`${label} as a table`} className="max-h-48 overflow-auto border-t border-line">
      <table className="num w-full text-xs">
        <thead className="sticky top-0 bg-surface text-left text-muted">
          <tr>
            <th className="px-2 font-medium">Time</th>
            {present.map((severity) => (
              <th key={severity} className="px-2 text-right font-medium">
                {SEVERITY_LABEL[severity]}
              </th>
            ))}
            <th className="px-2 text-right font-medium">All</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket) => (
            <tr key={bucket.time}>
              <td className="px-2">{formatMoment(bucket.time, zone)}</td>
              {present.map((severity) => (
                <td key={severity} className="px-2 text-right">
                  {formatCount(bucket.counts[severity] ?? 0)}
                </td>
              ))}
              <td className="px-2 text-right">{formatCount(bucket.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
