import { useState } from 'react';
import { Link } from 'react-router';
import { formatTimestamp } from '../../../lib/format.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { termText } from '../../../lib/query-term.ts';
import { severityOf } from '../../../lib/severity.ts';
import { absolute, around } from '../../../lib/time-range.ts';
import { linkTo } from '../../../lib/url-state.ts';
import { singleLine } from '../../../lib/visible-text.ts';
import { cx } from '../../../ui/cx.ts';
import { LevelShape } from '../../../ui/level.tsx';
import { messageOf } from '../../../ui/log-grid/columns.ts';
import { PanelBody } from '../../../ui/panel.tsx';
import { type EventContext, useEventContext } from '../api/event.ts';

const WINDOWS = [
  [5, '± 5 s'],
  [15, '± 15 s'],
  [60, '± 1 m'],
  [300, '± 5 m'],
  [900, '± 15 m'],
] as const;

/** What happened around the event, within a time and by what it has in common. */
export function ContextView({ event, onOpen }: { event: LogEvent; onOpen: (event: LogEvent) => void }) {
  const { zone } = usePreferences();
  const [seconds, setSeconds] = useState(15);
  const [scope, setScope] = useState(event.service === undefined ? 'all' : 'service');
  const { query, queryKey } = useEventContext(event.id, scope, seconds);
  const scopes = [
    { id: 'all', field: '', label: 'Anything', value: '' },
    { id: 'service', field: 'service', label: 'Service', value: event.service },
    { id: 'host', field: 'host', label: 'Host', value: event.host },
    { id: 'correlation', field: 'correlation_id', label: 'Correlation', value: event.correlation_id },
    { id: 'trace', field: 'trace_id', label: 'Trace', value: event.trace_id },
  ].filter(({ value }) => value !== undefined);
  const chosen = scopes.find(({ id }) => id === scope);
  const asSearch = linkTo('/logs', {
    q: chosen?.value ? termText(chosen.field, chosen.value) : '',
    ...absolute(around(Date.parse(event.timestamp), seconds * 2_000)),
    id: event.id,
  });
  const select = 'h-7 rounded-s border border-line-strong bg-surface px-1 text-xs max-sm:h-11';
  return (
    <div>
      <div className="sticky top-0 z-10 flex flex-wrap items-center gap-2 border-b border-line bg-surface px-3 py-1 text-xs">
        <select
          aria-label="Time around the event"
          className={select}
          value={seconds}
          onChange={(change) => setSeconds(Number(change.target.value))}
        >
          {WINDOWS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <select
          aria-label="In common with the event"
          className={select}
          value={scope}
          onChange={(change) => setScope(change.target.value)}
        >
          {scopes.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
        <Link
          to={asSearch}
          className="ml-auto inline-flex min-h-6 items-center text-accent-ink underline underline-offset-2"
        >
          Open as search
        </Link>
      </div>
      <PanelBody<EventContext> query={query} queryKey={queryKey}>
        {(data) => (
          <ol className="font-mono text-xs">
            {[...data.before, data.event, ...data.after].map((one) => {
              const here = one.id === event.id;
              return (
                <li
                  key={one.id}
                  aria-current={here ? 'true' : undefined}
                  className={cx('border-b border-line/60', here && 'bg-selected')}
                >
                  <button
                    type="button"
                    className="flex min-h-7 w-full items-start gap-2 px-3 py-1 text-left hover:bg-hover"
                    onClick={() => onOpen(one)}
                  >
                    <span className="num shrink-0 text-muted">{formatTimestamp(one.timestamp, zone).slice(7)}</span>
                    <span className="pt-1">
                      <LevelShape severity={severityOf(one.severity)} />
                    </span>
                    <span className="min-w-0 flex-1 break-words">{singleLine(messageOf(one).slice(0, 500))}</span>
                  </button>
                </li>
              );
            })}
          </ol>
        )}
      </PanelBody>
    </div>
  );
}
