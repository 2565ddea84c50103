import { useId, useState } from 'react';
import { Link } from 'react-router';
import { Button } from '../../../ui/button.tsx';
import { GuardedPage } from '../../../ui/guarded-page.tsx';
import { Page } from '../../../ui/page.tsx';
import { Message } from '../../../ui/panel.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { type AuditFilter, useAudit, useSearches } from '../api/audit.ts';
import { useAuditSettings } from '../api/settings.ts';
import { entriesToCsv, searchesToCsv } from '../export-entries.ts';
import { NO_FILTER, useAuditFilter } from '../filter.ts';
import { AuditFilterForm } from './audit-filter.tsx';
import { EntryList } from './entry-list.tsx';
import { EntryRow } from './entry-row.tsx';
import { SearchRow } from './search-row.tsx';
import { VerifiedBadge } from './verified-badge.tsx';

const TABS = [
  { id: 'project', label: 'What was done' },
  { id: 'none', label: 'What was searched' },
] as const;

/** What was done in the project, by whom, and that nobody altered it since; and what was searched, where that is recorded. */
export const AuditPage = () => (
  <GuardedPage title="Audit" needs="audit">
    {() => <Audit />}
  </GuardedPage>
);

function Audit() {
  const [filter, setFilter] = useAuditFilter();
  const base = useId();
  const searches = filter.chain === 'none';
  const trail = !searches && filter.entity_type !== '' && filter.entity_id !== '';
  const tab = searches ? 'none' : 'project';
  return (
    <Page
      title={trail ? `Trail of ${filter.entity_type} ${filter.entity_id}` : 'Audit'}
      about={
        searches
          ? 'Reads of events, as far as the project has them recorded. They stand in no chain and end with their time.'
          : 'Every change and every sign-in of this project, as a chain that nobody can alter unseen.'
      }
      action={searches ? undefined : <VerifiedBadge />}
    >
      <Tabs
        label="Audit"
        base={base}
        tabs={TABS}
        current={tab}
        onChange={(id) => setFilter({ ...NO_FILTER, chain: id === 'none' ? 'none' : '' })}
      />
      <div
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-tab-${tab}`}
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
        <AuditFilterForm key={JSON.stringify(filter)} filter={filter} onChange={setFilter} />
        {searches ? (
          <Searches filter={filter} onFilter={setFilter} />
        ) : (
          <Entries title={trail ? 'What happened to it' : 'Entries'} filter={filter} onFilter={setFilter} />
        )}
      </div>
    </Page>
  );
}

interface ListProps {
  readonly filter: AuditFilter;
  readonly onFilter: (change: Partial<AuditFilter>) => void;
}

/** Which of a list is open, and how one is opened or closed. */
function useOpened() {
  const [opened, setOpened] = useState<string | null>(null);
  return (id: string) => ({ open: opened === id, onOpen: () => setOpened(opened === id ? null : id) });
}

function Entries({ title, filter, onFilter }: ListProps & { title: string }) {
  const opening = useOpened();
  return (
    <EntryList
      {...useAudit(filter)}
      title={title}
      label="Audit entries"
      noun={['entry', 'entries']}
      file="tributary-audit"
      toCsv={entriesToCsv}
      empty={<NothingLikeThat title="No entry is like that" onFilter={onFilter} filter={filter} />}
    >
      {(entry) => <EntryRow key={entry.id} entry={entry} {...opening(entry.id)} onFilter={onFilter} />}
    </EntryList>
  );
}

function Searches({ filter, onFilter }: ListProps) {
  const opening = useOpened();
  const { query: settings } = useAuditSettings();
  const filtered = JSON.stringify(filter) !== JSON.stringify({ ...NO_FILTER, chain: 'none' });
  return (
    <>
      {settings.data && !settings.data.record_searches && (
        <p className="text-s text-muted">
          Searches of this project are not recorded now.{' '}
          <Link to="/project" className="text-accent-ink underline underline-offset-2">
            Settings of the project
          </Link>
        </p>
      )}
      <EntryList
        {...useSearches(filter)}
        title="Searches"
        label="Searches"
        noun={['search', 'searches']}
        file="tributary-searches"
        toCsv={searchesToCsv}
        empty={
          filtered ? (
            <NothingLikeThat title="No search is like that" onFilter={onFilter} filter={filter} />
          ) : (
            <Message title="No search is recorded">The first one that is will stand here.</Message>
          )
        }
      >
        {(search) => <SearchRow key={search.id} search={search} {...opening(search.id)} onFilter={onFilter} />}
      </EntryList>
    </>
  );
}

const NothingLikeThat = ({ title, filter, onFilter }: ListProps & { title: string }) => (
  <Message
    title={title}
    action={<Button onClick={() => onFilter({ ...NO_FILTER, chain: filter.chain })}>Remove all conditions</Button>}
  />
);
