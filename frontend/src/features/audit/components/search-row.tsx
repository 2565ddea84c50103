import { Link } from 'react-router';
import { formatCount, formatTimestamp, plural } from '../../../lib/format.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { linkTo } from '../../../lib/url-state.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { ExpandableRow } from '../../../ui/expandable-row.tsx';
import type { AuditFilter, Search } from '../api/audit.ts';
import { type Fact, Facts } from './facts.tsx';

interface SearchRowProps {
  readonly search: Search;
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly onFilter: (change: Partial<AuditFilter>) => void;
}

/** A time as an address holds it. */
const toMillis = (nanos: string): string => new Date(nanos).toISOString();

/** `search logs` for `read.search_logs`. */
const operationOf = ({ action }: Search): string => action.replace(/^read\./, '').replaceAll('_', ' ');

/** What was looked for, in a line. */
const askedOf = ({ entity_type: type, entity_id: id, query }: Search): string =>
  type === 'log' ? id : query || 'all events';

/** What came of it, in a word or two. */
const outcomeOf = ({ result, error_code: code, count, total }: Search): string =>
  result === 'failure'
    ? (code ?? 'failure').replaceAll('_', ' ')
    : count !== undefined
      ? plural(count, 'event')
      : total !== undefined
        ? `of ${formatCount(total)}`
        : 'answered';

/** One search in a line; opened, all that was asked and what came of it. */
export function SearchRow({ search, open, onOpen, onFilter }: SearchRowProps) {
  const { zone } = usePreferences();
  return (
    <ExpandableRow
      open={open}
      onOpen={onOpen}
      columns="sm:grid-cols-[150px_minmax(0,1fr)_minmax(0,1fr)_minmax(0,2fr)_110px]"
      cells={
        <>
          <span className="num font-mono text-xs text-muted">{formatTimestamp(search.timestamp, zone)}</span>
          <span className="truncate">{visibleText(search.actor.name || search.actor.id)}</span>
          <span className="truncate font-medium">{operationOf(search)}</span>
          <span className="truncate font-mono text-xs">{visibleText(askedOf(search))}</span>
          <span className={search.result === 'failure' ? 'text-danger' : 'num text-muted'}>{outcomeOf(search)}</span>
        </>
      }
    >
      {() => <Details search={search} onFilter={onFilter} />}
    </ExpandableRow>
  );
}

function Details({ search, onFilter }: Pick<SearchRowProps, 'search' | 'onFilter'>) {
  const { actor, query, from, to, count, total, partial, parameters } = search;
  const facts: readonly Fact[] = [
    ['Query', query],
    ['From', from],
    ['To', to],
    ['Asked besides', Object.keys(parameters).length > 0 ? JSON.stringify(parameters) : undefined],
    ['Events handed out', count === undefined ? undefined : formatCount(count)],
    ['Events that matched', total === undefined ? undefined : formatCount(total)],
    ['Complete', partial === undefined ? undefined : partial ? 'no, there was more' : 'yes'],
    ['Took', `${search.took_ms} ms`],
    ['Actor', `${actor.type} ${actor.id}`],
    ['Address', search.ip_address],
    ['Client', search.user_agent],
    ['Request', search.request_id],
    ['Correlation', search.correlation_id],
    ['Trace', search.trace_id],
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 bg-sunken px-4 py-3 sm:pl-10">
      <Facts facts={facts} />
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => onFilter({ actor: actor.id })}>All by {actor.name || actor.id}</Button>
        <Button onClick={() => onFilter({ action: search.action })}>All of this kind</Button>
        {query && (
          <Link
            to={linkTo('/logs', { q: query, ...(from && { from: toMillis(from) }), ...(to && { to: toMillis(to) }) })}
            className="inline-flex min-h-6 items-center text-accent-ink underline underline-offset-2"
          >
            Search the same in Logs
          </Link>
        )}
        <CopyButton text={() => JSON.stringify(search, null, 2)} what="search as JSON">
          Copy as JSON
        </CopyButton>
      </div>
    </div>
  );
}
