import { Download } from 'lucide-react';
import { useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { saveFile } from '../../../lib/clipboard.ts';
import { formatCount, plural } from '../../../lib/format.ts';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Page } from '../../../ui/page.tsx';
import { Message, Panel, ProblemView } from '../../../ui/panel.tsx';
import { type Entry, useAudit } from '../api/audit.ts';
import { toCsv } from '../export-entries.ts';
import { NO_FILTER, useAuditFilter } from '../filter.ts';
import { AuditFilterForm } from './audit-filter.tsx';
import { EntryRow } from './entry-row.tsx';
import { VerifiedBadge } from './verified-badge.tsx';

/** What was done in the project, by whom, and that nobody altered it since. */
export function AuditPage() {
  const denied = useDenied('admin');
  const [filter, setFilter] = useAuditFilter();
  const { query, queryKey } = useAudit(filter);
  const [opened, setOpened] = useState<string | null>(null);
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const first = query.data?.pages[0];
  const last = query.data?.pages.at(-1);
  const save = (name: string, type: string, text: string) =>
    saveFile(`tributary-audit-${new Date().toISOString().slice(0, 10)}.${name}`, type, [text]);
  const trail = filter.entity_type !== '' && filter.entity_id !== '';
  if (denied !== null)
    return (
      <Page title="Audit">
        <Message title="Only admins read the audit trail">{denied}.</Message>
      </Page>
    );
  return (
    <Page
      title={trail ? `Trail of ${filter.entity_type} ${filter.entity_id}` : 'Audit'}
      about="Every change and every sign-in of this project, as a chain that nobody can alter unseen."
      action={<VerifiedBadge />}
    >
      <AuditFilterForm key={JSON.stringify(filter)} filter={filter} onChange={setFilter} />
      <Panel
        title={trail ? 'What happened to it' : 'Entries'}
        aside={
          first && (
            <span className="flex items-center gap-2">
              <span role="status" className="num text-xs text-muted">
                {first.total_relation === 'gte' ? 'at least ' : ''}
                {plural(first.total, 'entry', 'entries')}
              </span>
              <Button icon={Download} onClick={() => save('csv', 'text/csv;charset=utf-8', toCsv(entries))}>
                CSV
              </Button>
              <Button
                icon={Download}
                onClick={() =>
                  save('ndjson', 'application/x-ndjson', entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
                }
              >
                NDJSON
              </Button>
            </span>
          )
        }
        query={query.isFetchNextPageError ? { ...query, error: null } : query}
        queryKey={queryKey}
        isEmpty={() => entries.length === 0 && last?.next_cursor === null}
        empty={
          <Message
            title="No entry is like that"
            action={<Button onClick={() => setFilter(NO_FILTER)}>Remove all conditions</Button>}
          />
        }
      >
        {() => (
          <>
            <ul aria-label="Audit entries">
              {entries.map((entry: Entry) => (
                <EntryRow
                  key={entry.id}
                  entry={entry}
                  open={opened === entry.id}
                  onOpen={() => setOpened(opened === entry.id ? null : entry.id)}
                  onFilter={setFilter}
                />
              ))}
            </ul>
            {query.isFetchNextPageError && query.error && (
              <ProblemView compact problem={toProblem(query.error)} onRetry={() => void query.fetchNextPage()} />
            )}
            <p className="num flex items-center gap-2 px-3 py-2 text-xs text-muted">
              {query.hasNextPage ? (
                <>
                  <Button aria-disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {query.isFetchingNextPage ? 'Loading…' : 'Load older'}
                  </Button>
                  {formatCount(entries.length)} loaded; files hold the loaded ones
                  {last?.partial && '. The search came to its budget, older entries may match'}
                </>
              ) : (
                `All ${plural(entries.length, 'entry', 'entries')} are here`
              )}
            </p>
          </>
        )}
      </Panel>
    </Page>
  );
}
