import type { ResolvedRange } from '../../../lib/time-range.ts';
import { TimeBars } from '../../../ui/charts/time-bars.tsx';
import { PanelBody } from '../../../ui/panel.tsx';
import { type Histogram, type Search, useHistogram } from '../api/logs.ts';

const HEIGHT = 80;

/** Events over the range by level; a dragged stretch becomes the range and runs. */
export function HistogramPanel({
  search,
  mark,
  onZoom,
}: {
  search: Search;
  mark: number | null;
  onZoom: (range: ResolvedRange) => void;
}) {
  const { query, queryKey } = useHistogram(search, true);
  return (
    <section aria-label="Histogram" className="relative border-b border-line bg-surface" style={{ minHeight: HEIGHT }}>
      <PanelBody<Histogram>
        query={query}
        queryKey={queryKey}
        ignore={({ isAboutQuery }) => isAboutQuery}
        skeleton={<div aria-hidden="true" className="m-2 rounded-s bg-hover" style={{ height: HEIGHT - 16 }} />}
      >
        {(data) => (
          <TimeBars
            label="Events over time"
            height={HEIGHT}
            range={{ from: Date.parse(data.from), to: Date.parse(data.to) }}
            intervalMillis={data.interval_ms}
            buckets={data.buckets.map(({ time, total, counts }) => ({ time: Date.parse(time), total, counts }))}
            mark={mark}
            onZoom={onZoom}
          />
        )}
      </PanelBody>
    </section>
  );
}
