import { Sparkles } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { formatAgo, formatCount, plural } from '../../../lib/format.ts';
import { useNow } from '../../../lib/hooks.ts';
import { toProblem } from '../../../lib/problem.ts';
import { linkTo } from '../../../lib/url-state.ts';
import { Button } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { type NewestEvent, useArrivals, useGenerate, useNewest } from '../api/send.ts';

/** The live check: whether anything comes, how much, and what came last by which protocol. */
export function Arrivals({ local }: { local: boolean }) {
  const arrivals = useArrivals();
  const generate = useGenerate();
  const now = useNow(1_000);
  const before = useRef<number | null>(null);
  const [, draw] = useState(0);
  useEffect(() => {
    if (before.current === null && arrivals.data) {
      before.current = arrivals.data.total;
      draw(1);
    }
  }, [arrivals.data]);
  const total = arrivals.data?.total ?? 0;
  const fresh = before.current === null ? 0 : total - before.current;
  const last = arrivals.data?.last_event_at ?? null;
  const connected = fresh > 0 || total > 0;
  const newest = useNewest(fresh);
  return (
    <section
      aria-label="Arrivals"
      className="flex flex-wrap items-center gap-3 rounded-m border border-line bg-surface px-3 py-2"
    >
      <span
        aria-hidden="true"
        data-level={connected ? 'INFO' : 'NONE'}
        className={cx('bg-bar h-2 w-2 rounded-full', !connected && 'animate-pulse')}
      />
      <p role="status" className="num min-w-0 flex-1 text-s">
        {arrivals.data === undefined ? (
          'Looking for events…'
        ) : fresh > 0 ? (
          <>
            <b className="font-medium">Connected, {plural(fresh, 'event')}</b> since you opened this page
          </>
        ) : total > 0 ? (
          `${formatCount(total)} events so far, the last ${last === null ? '' : formatAgo(last, now)}`
        ) : (
          'Waiting for your first event…'
        )}
      </p>
      {total > 0 && (
        <Link
          to={linkTo('/logs', fresh > 0 ? { from: '-15m', to: 'now' } : {})}
          className="inline-flex min-h-6 items-center text-accent-ink underline underline-offset-2"
        >
          Show in Logs
        </Link>
      )}
      {local && (
        <Button
          icon={Sparkles}
          aria-disabled={generate.isPending}
          onClick={() => !generate.isPending && generate.mutate()}
        >
          {generate.isPending ? 'Generating…' : 'Generate sample logs'}
        </Button>
      )}
      {fresh > 0 && newest.data && <Newest event={newest.data} />}
      {generate.data && (
        <p className="w-full text-xs text-muted">
          {plural(generate.data.accepted, 'sample event')} accepted; they appear within seconds.
        </p>
      )}
      {(generate.error || arrivals.error) && (
        <p role="alert" className="w-full text-s text-danger">
          {toProblem(generate.error ?? arrivals.error).message}
        </p>
      )}
    </section>
  );
}

/** So that one sees which of several shippers it was. */
function Newest({ event: { service, message, source } }: { event: NewestEvent }) {
  return (
    <p className="w-full truncate text-xs text-muted">
      Newest, by {source.protocol}: {service !== undefined && <b className="font-medium">{service}</b>}{' '}
      <span className="font-mono">{message}</span>
    </p>
  );
}
