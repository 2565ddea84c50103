import { ArrowDown, ArrowRight, ArrowUp, Search } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { formatCompact, formatCount, formatNumber, formatShare, formatTimestamp } from '../../../lib/format.ts';
import { useTitle } from '../../../lib/hooks.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { joinTerms, phraseText, termText } from '../../../lib/query-term.ts';
import { useRange } from '../../../lib/range-context.ts';
import { type Severity, severityOf } from '../../../lib/severity.ts';
import { absolute } from '../../../lib/time-range.ts';
import { linkTo } from '../../../lib/url-state.ts';
import { singleLine } from '../../../lib/visible-text.ts';
import { Button } from '../../../ui/button.tsx';
import { BarList } from '../../../ui/charts/bar-list.tsx';
import { LineChart, Sparkline } from '../../../ui/charts/line-chart.tsx';
import { TimeBars } from '../../../ui/charts/time-bars.tsx';
import { cx } from '../../../ui/cx.ts';
import { Level } from '../../../ui/level.tsx';
import { PageHeading } from '../../../ui/page-heading.tsx';
import { Message, Panel, PanelBody, Skeleton } from '../../../ui/panel.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { type Overview, type Timeseries, useHealth, useOverview, useRecent, useTimeseries } from '../api/overview.ts';

const CHART = 132;

interface OverviewPageProps {
  /** Stands here while the project has never had an event. */
  readonly empty: ReactNode;
}

/** The state of a project at a glance; every number leads to the events behind it. */
export function OverviewPage({ empty }: OverviewPageProps) {
  useTitle('Overview');
  const { range, resolved, from, to, run, setRange } = useRange();
  const span = { from, to, run };
  const overview = useOverview(span);
  const series = useTimeseries(span);
  const recent = useRecent(span);
  const link = (q: string) => linkTo('/logs', { q, ...range });
  const nothing = overview.query.data?.total_logs === 0 && recent.query.data?.logs.length === 0;

  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto grid max-w-[1600px] gap-3 p-3">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <PageHeading>Overview</PageHeading>
          <SearchBox />
        </div>
        {nothing ? (
          <section aria-label="No events" className="rounded-m border border-line bg-surface">
            {empty}
          </section>
        ) : (
          <>
            <Cards overview={overview} series={series} link={link} />
            <div className="grid gap-3 md:grid-cols-[2fr_1fr]">
              <Panel<Timeseries>
                title="Volume by level"
                query={series.query}
                queryKey={series.queryKey}
                skeleton={<ChartSkeleton />}
              >
                {(data) => (
                  <div className="p-2 pt-0">
                    <TimeBars
                      label="Events by level"
                      height={CHART}
                      range={resolved}
                      intervalMillis={data.interval_ms}
                      buckets={data.points.map((point) => ({
                        time: Date.parse(point.timestamp),
                        total: point.total,
                        counts: point.by_level,
                      }))}
                      onZoom={(zoomed) => setRange(absolute(zoomed))}
                    />
                  </div>
                )}
              </Panel>
              <Panel<Timeseries>
                title="Error rate"
                query={series.query}
                queryKey={series.queryKey}
                skeleton={<ChartSkeleton />}
              >
                {(data) => (
                  <div className="p-2 pt-0">
                    <LineChart
                      label="Error rate"
                      height={CHART}
                      range={resolved}
                      format={formatShare}
                      series={[
                        {
                          name: 'Error rate',
                          tone: 'ERROR',
                          points: data.points.map((point) => ({
                            time: Date.parse(point.timestamp),
                            value: point.error_rate,
                          })),
                        },
                      ]}
                    />
                  </div>
                )}
              </Panel>
            </div>
            <div className="grid items-start gap-3 md:grid-cols-2 lg:grid-cols-[1fr_2fr_1fr]">
              <Panel<Overview>
                title="Top services"
                aside={<span className="pr-1 text-xs text-faint">errors in red</span>}
                query={overview.query}
                queryKey={overview.queryKey}
                isEmpty={(data) => data.logs_by_service.length === 0}
                empty={<Message title="No event names a service" />}
              >
                {(data) => (
                  <BarList
                    items={data.logs_by_service.slice(0, 8).map((one) => ({
                      name: one.service,
                      value: one.count,
                      errors: one.error_count,
                      label: formatCompact(one.count),
                      note: one.error_count > 0 ? formatShare(one.error_rate) : undefined,
                      href: link(termText('service', one.service)),
                    }))}
                  />
                )}
              </Panel>
              <Panel<Overview>
                title="Top errors"
                query={overview.query}
                queryKey={overview.queryKey}
                isEmpty={(data) => data.top_errors.length === 0}
                empty={<Message title="No errors in this range" />}
              >
                {(data) => <TopErrors errors={data.top_errors} link={link} />}
              </Panel>
              {(overview.query.data?.categories.length ?? 0) > 0 && (
                <Panel<Overview> title="Workflow categories" query={overview.query} queryKey={overview.queryKey}>
                  {(data) => (
                    <BarList
                      items={data.categories.slice(0, 8).map((one) => ({
                        name: one.category,
                        value: one.count,
                        label: formatCompact(one.count),
                        href: link(termText('category', one.category)),
                      }))}
                    />
                  )}
                </Panel>
              )}
            </div>
            <Panel
              title="Newest events"
              aside={
                <Link
                  to={link('')}
                  className="inline-flex min-h-6 items-center gap-1 pr-1 text-accent-ink hover:underline"
                >
                  All in Logs <ArrowRight size={14} aria-hidden="true" />
                </Link>
              }
              query={recent.query}
              queryKey={recent.queryKey}
              isEmpty={(data) => data.logs.length === 0}
              empty={empty}
              skeleton={<Skeleton rows={10} />}
            >
              {(data) => <Newest logs={data.logs} href={(id) => linkTo('/logs', { ...range, id })} />}
            </Panel>
          </>
        )}
        <HealthStrip run={run} />
      </div>
    </div>
  );
}

const ChartSkeleton = () => (
  <div aria-hidden="true" className="m-3 rounded-s bg-hover" style={{ height: CHART - 24 }} />
);

const WINDOWS = ['15m', '1h', '6h', '24h', '7d'] as const;

function SearchBox() {
  const navigate = useNavigate();
  const { range } = useRange();
  const [text, setText] = useState('');
  const [level, setLevel] = useState('');
  const [span, setSpan] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const q = [level && `level:>=${level}`, text.trim()].filter(Boolean).join(' ');
    void navigate(linkTo('/logs', { q, ...(span === '' ? range : { from: `-${span}`, to: 'now' }) }));
  };
  const select = 'h-8 rounded-s border border-line-strong bg-surface px-1.5 text-s max-sm:h-11';
  return (
    <form onSubmit={submit} className="flex min-w-0 flex-wrap items-center gap-2 max-sm:w-full">
      <input
        aria-label="Search logs"
        placeholder="Search logs: words or service:checkout"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="h-8 w-80 min-w-0 rounded-s border border-line-strong bg-surface px-2 font-mono text-s max-sm:h-11 max-sm:w-full"
      />
      <select
        aria-label="Least level"
        className={select}
        value={level}
        onChange={(event) => setLevel(event.target.value)}
      >
        <option value="">Any level</option>
        <option value="warn">Warnings and up</option>
        <option value="error">Errors and up</option>
      </select>
      <select
        aria-label="Time to search"
        className={select}
        value={span}
        onChange={(event) => setSpan(event.target.value)}
      >
        <option value="">This range</option>
        {WINDOWS.map((one) => (
          <option key={one} value={one}>
            Last {one}
          </option>
        ))}
      </select>
      <Button look="primary" icon={Search} type="submit" className="h-8">
        Search
      </Button>
    </form>
  );
}

interface CardsProps {
  readonly overview: ReturnType<typeof useOverview>;
  readonly series: ReturnType<typeof useTimeseries>;
  readonly link: (q: string) => string;
}

function Cards({ overview, series, link }: CardsProps) {
  const points = series.query.data?.points ?? [];
  const totals = points.map(({ total }) => total);
  return (
    <section aria-label="Figures" className="rounded-m border border-line bg-surface">
      <PanelBody<Overview>
        query={overview.query}
        queryKey={overview.queryKey}
        skeleton={<Skeleton rows={4} className="min-h-28" />}
      >
        {(data) => (
          <div className="grid grid-cols-2 lg:grid-cols-4">
            <Card
              name="Total logs"
              value={formatCompact(data.total_logs)}
              whole={formatCount(data.total_logs)}
              now={data.total_logs}
              before={data.previous.total_logs}
              href={link('')}
              spark={<Sparkline values={totals} />}
            />
            <Card
              name="Logs / minute"
              value={formatNumber(data.logs_per_minute)}
              now={data.logs_per_minute}
              before={data.previous.logs_per_minute}
              href={link('')}
              spark={<Sparkline values={totals} />}
            />
            <Card
              name="Active services"
              value={formatCount(data.active_services)}
              now={data.active_services}
              before={data.previous.active_services}
              href={link('service:*')}
              absolute
            />
            <Card
              name="Error rate"
              value={formatShare(data.error_rate)}
              whole={`${formatCount(data.error_count)} errors`}
              now={data.error_rate}
              before={data.previous.error_rate}
              href={link('level:>=error')}
              spark={<Sparkline level="ERROR" values={points.map((point) => point.error_rate)} />}
              worseUp
            />
          </div>
        )}
      </PanelBody>
    </section>
  );
}

interface CardProps {
  readonly name: string;
  readonly value: string;
  readonly whole?: string;
  readonly now: number;
  readonly before: number;
  readonly href: string;
  readonly spark?: ReactNode;
  /** A difference, not a share, is what tells something. */
  readonly absolute?: boolean;
  readonly worseUp?: boolean;
}

/** The change against the equal window before, in words; colour only repeats it. */
export function trendWords(now: number, before: number, absolute: boolean): string {
  if (before === 0 && now === 0) return 'none before either';
  if (before === 0) return 'none in the window before';
  if (absolute)
    return now === before
      ? 'same as before'
      : `${formatCount(Math.abs(now - before))} ${now > before ? 'more' : 'fewer'} than before`;
  const change = now / before - 1;
  if (Math.abs(change) < 0.005) return 'same as before';
  return change > 9
    ? `${formatNumber(now / before)} × the window before`
    : `${formatShare(Math.abs(change))} ${change > 0 ? 'more' : 'less'} than before`;
}

function Card({ name, value, whole, now, before, href, spark, absolute, worseUp }: CardProps) {
  const Arrow = now > before ? ArrowUp : now < before ? ArrowDown : ArrowRight;
  const worse = worseUp && now > before * 1.05;
  return (
    <Link
      to={href}
      className="group grid min-w-0 content-start gap-0.5 border-line px-4 py-3 outline-offset-[-2px] first:rounded-l-m last:rounded-r-m hover:bg-hover not-first:border-l max-lg:odd:border-l-0 max-lg:[&:nth-child(n+3)]:border-t"
    >
      <span className="text-xs text-muted">{name}</span>
      <span className="num text-2xl font-semibold tracking-tight" data-tip={whole}>
        {value}
      </span>
      <span className={cx('num flex items-center gap-1 text-xs', worse ? 'text-danger' : 'text-faint')}>
        <Arrow size={12} aria-hidden="true" className="shrink-0" />
        {trendWords(now, before, absolute ?? false)}
      </span>
      {spark ?? <div className="h-7" />}
    </Link>
  );
}

function TopErrors({ errors, link }: { errors: Overview['top_errors']; link: (q: string) => string }) {
  const { zone } = usePreferences();
  return (
    <ul className="grid gap-0.5 p-2 pt-1">
      {errors.slice(0, 8).map((error) => (
        <li key={`${error.service} ${error.message}`}>
          <Link
            to={link(
              joinTerms(
                'level:>=error',
                error.service ? termText('service', error.service) : '',
                // a pattern of many lines is found by its first
                phraseText(error.message.split('\n')[0] ?? ''),
              ),
            )}
            className="grid min-h-7 grid-cols-[1fr_auto] items-baseline gap-x-3 rounded-s px-1 py-0.5 hover:bg-hover max-sm:min-h-11"
          >
            <span className="truncate font-mono text-xs" data-tip={error.message.slice(0, 400)}>
              {singleLine(error.message.slice(0, 300))}
            </span>
            <span className="num text-right">{formatCount(error.count)}</span>
            <span className="col-span-2 text-xs text-faint">
              {error.service && `${error.service} · `}
              {error.last_seen && (
                <>
                  last <span className="num">{formatTimestamp(error.last_seen, zone)}</span>
                </>
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Newest({
  logs,
  href,
}: {
  logs: readonly {
    id: string;
    timestamp: string;
    severity?: string | null;
    level?: string | null;
    service?: string;
    message?: string;
    original?: string;
  }[];
  href: (id: string) => string;
}) {
  const { zone } = usePreferences();
  return (
    <ScrollRegion label="Newest events" className="overflow-x-auto">
      <table className="w-full min-w-[560px] table-fixed">
        <colgroup>
          <col className="w-[152px]" />
          <col className="w-[92px]" />
          <col className="w-[140px]" />
          <col />
        </colgroup>
        <thead className="text-left text-xs text-muted">
          <tr className="border-b border-line">
            <th className="px-3 py-1 text-right font-medium">Time</th>
            <th className="px-2 py-1 font-medium">Level</th>
            <th className="px-2 py-1 font-medium">Service</th>
            <th className="px-2 py-1 font-medium">Message</th>
          </tr>
        </thead>
        <tbody>
          {logs.map((event) => {
            const severity: Severity = severityOf(event.severity);
            return (
              <tr key={event.id} className="h-7 border-b border-line/60 last:border-0 hover:bg-hover">
                <td className="num px-3 text-right font-mono text-xs whitespace-nowrap text-muted">
                  {formatTimestamp(event.timestamp, zone)}
                </td>
                <td className="px-2 whitespace-nowrap">
                  <Level severity={severity} word={event.level} />
                </td>
                <td className="truncate px-2">{event.service ?? ''}</td>
                <td className="truncate px-2">
                  <Link to={href(event.id)} className="font-mono text-xs hover:text-accent-ink hover:underline">
                    {singleLine((event.message ?? event.original ?? '(no message)').slice(0, 400))}
                  </Link>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** What plays the part of each name that `/health` has from the first clients. */
const PARTS: Readonly<Record<string, string>> = { elasticsearch: 'OpenSearch', database: 'DynamoDB', redis: 'Kinesis' };
const GOOD: ReadonlySet<string> = new Set(['green', 'healthy', 'ok', 'ready']);

function HealthStrip({ run }: { run: number }) {
  const { query, queryKey } = useHealth(run);
  return (
    <section
      aria-label="Health of the platform"
      className="flex min-h-8 items-center rounded-m border border-line bg-surface px-3 text-xs"
    >
      <PanelBody query={query} queryKey={queryKey} skeleton={<Skeleton rows={1} className="w-64" />}>
        {(data) => (
          <ul className="flex flex-wrap gap-x-4 gap-y-1 py-1">
            <li className="font-medium">Platform {data.status}</li>
            {Object.entries(data.services).map(([name, state]) => (
              <li key={name} className="flex items-center gap-1.5 text-muted">
                <span
                  data-level={GOOD.has(state) ? 'INFO' : 'ERROR'}
                  className={cx('bg-bar h-2 w-2', GOOD.has(state) ? 'rounded-full' : '')}
                  aria-hidden="true"
                />
                {PARTS[name] ?? name}: {state}
              </li>
            ))}
          </ul>
        )}
      </PanelBody>
    </section>
  );
}
