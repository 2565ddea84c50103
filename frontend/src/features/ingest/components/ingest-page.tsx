import { useId } from 'react';
import { useNavigate, useParams } from 'react-router';
import { Page } from '../../../ui/page.tsx';
import { Message } from '../../../ui/panel.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { LedgerView } from './ledger-view.tsx';
import { QuarantineView } from './quarantine-view.tsx';
import { SettingsView } from './settings-view.tsx';

const TABS = [
  { id: 'ledger', label: 'Ledger', View: LedgerView },
  { id: 'quarantine', label: 'Quarantine', View: QuarantineView },
  { id: 'settings', label: 'Sanitising, rules, quota', View: SettingsView },
] as const;

/** What happens to events on their way in. */
export function IngestPage() {
  const { tab: wanted = 'ledger' } = useParams();
  const navigate = useNavigate();
  const base = useId();
  const tab = TABS.find(({ id }) => id === wanted);
  return (
    <Page title="Ingest" about="What became of what was sent, what could not be stored, and what is never kept.">
      <div className="overflow-x-auto">
        <Tabs
          label="Ingest"
          base={base}
          tabs={TABS}
          current={tab?.id ?? 'ledger'}
          onChange={(id) => void navigate(id === 'ledger' ? '/ingest' : `/ingest/${id}`)}
        />
      </div>
      <div
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-tab-${tab?.id ?? 'ledger'}`}
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
      >
        {tab ? <tab.View /> : <Message title="No such part of the page" />}
      </div>
    </Page>
  );
}
