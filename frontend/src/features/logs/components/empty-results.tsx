import type { ReactNode } from 'react';
import { formatAgo, formatCount } from '../../../lib/format.ts';
import { useRange } from '../../../lib/range-context.ts';
import { absolute, around } from '../../../lib/time-range.ts';
import { Button } from '../../../ui/button.tsx';
import { Message, Skeleton } from '../../../ui/panel.tsx';
import { useCount, useLastEvent, useWithoutFilter } from '../api/counts.ts';
import type { Search } from '../api/logs.ts';
import { FilterChips } from './filter-chips.tsx';

interface EmptyResultsProps {
  readonly search: Search;
  /** What stands here while the project has never had an event. */
  readonly firstEvent: ReactNode;
  readonly onQuery: (query: string) => void;
}

/** No rows: says which of the three reasons holds and offers the way out. */
export function EmptyResults({ search, firstEvent, onQuery }: EmptyResultsProps) {
  const last = useLastEvent();
  const inRange = useCount({ ...search, query: '' }, search.query !== '');
  if (last.data?.total === 0) return firstEvent;
  if (search.query !== '') {
    if (inRange.data === undefined && inRange.isFetching) return <Skeleton rows={3} />;
    if ((inRange.data?.total ?? 0) > 0)
      return <Excluded search={search} all={inRange.data?.total ?? 0} onQuery={onQuery} />;
  }
  if (last.data === undefined && last.isFetching) return <Skeleton rows={3} />;
  return <OutOfRange search={search} lastAt={last.data?.last_event_at ?? null} />;
}

function Excluded({ search, all, onQuery }: { search: Search; all: number; onQuery: (query: string) => void }) {
  const without = useWithoutFilter(search, true);
  const counts = new Map((without.data?.items ?? []).map(({ filter, count }) => [filter, count]));
  return (
    <Message
      title="No event fits all conditions"
      action={
        <Button look="primary" onClick={() => onQuery('')}>
          Remove all · {formatCount(all)} events
        </Button>
      }
    >
      <p className="mb-2">The range holds {formatCount(all)} events. Remove a condition:</p>
      <div className="flex justify-center">
        <FilterChips query={search.query} counts={counts} onQuery={onQuery} />
      </div>
    </Message>
  );
}

function OutOfRange({ search, lastAt }: { search: Search; lastAt: string | null }) {
  const { setRange } = useRange();
  const now = Date.parse(search.to);
  const wider = ['-24h', '-7d', '-30d'] as const;
  return (
    <Message
      title={lastAt === null ? 'No events in this range' : `Last event ${formatAgo(lastAt, Date.now())}`}
      action={
        <>
          {lastAt !== null && (
            <Button look="primary" onClick={() => setRange(absolute(around(Date.parse(lastAt))))}>
              Jump to latest
            </Button>
          )}
          {wider.map((from) => (
            <Wider key={from} from={from} search={search} now={now} onChoose={() => setRange({ from, to: 'now' })} />
          ))}
        </>
      }
    >
      Nothing happened in the chosen time range.
    </Message>
  );
}

const MILLIS = { '-24h': 864e5, '-7d': 6048e5, '-30d': 25920e5 } as const;

function Wider({
  from,
  search,
  now,
  onChoose,
}: {
  from: keyof typeof MILLIS;
  search: Search;
  now: number;
  onChoose: () => void;
}) {
  const count = useCount({ ...search, from: new Date(now - MILLIS[from]).toISOString() }, true);
  return (
    <Button onClick={onChoose}>
      Last {from.slice(1)}
      {count.data && <span className="num text-muted">{formatCount(count.data.total)}</span>}
    </Button>
  );
}
