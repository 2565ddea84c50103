import { useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { When } from '../../../ui/when.tsx';
import { type Draft, type Settings, useSaveSettings, useSettings } from '../api/settings.ts';
import { DropRules } from './drop-rules.tsx';
import { DryRun } from './dry-run.tsx';
import { QuotaFields } from './quota-fields.tsx';
import { SanitiseRules } from './sanitise-rules.tsx';

/** What is never kept, and how much may come. */
export function SettingsView() {
  const { query, queryKey } = useSettings();
  return (
    <Panel title="Settings of ingest" query={query} queryKey={queryKey}>
      {(data) => <Form key={data.version} saved={data} onReload={() => void query.refetch()} />}
    </Panel>
  );
}

const draftOf = ({ sanitising, drop_rules, quota }: Settings): Draft => ({ sanitising, drop_rules, quota });

function Form({ saved, onReload }: { saved: Settings; onReload: () => void }) {
  const save = useSaveSettings();
  const denied = useDenied('admin');
  const [draft, setDraft] = useState(() => draftOf(saved));
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(saved));
  const problem = save.error ? toProblem(save.error) : null;
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-3 pt-1">
      <SanitiseRules
        rules={saved.rules}
        sanitising={draft.sanitising}
        denied={denied}
        onChange={(sanitising) => put({ sanitising })}
      />
      <DropRules rules={draft.drop_rules} denied={denied} onChange={(drop_rules) => put({ drop_rules })} />
      <QuotaFields quota={draft.quota} stage={saved.stage_quota} denied={denied} onChange={(quota) => put({ quota })} />
      <DryRun draft={draft} />
      <div className="grid gap-2 border-t border-line pt-3">
        {problem && (
          <div role="alert" className="text-s text-danger">
            {problem.message}
            <ul className="list-disc pl-5">
              {problem.errors.map(({ pointer, detail }) => (
                <li key={pointer}>
                  {pointer.slice(2)}: {detail}
                </li>
              ))}
            </ul>
            {problem.status === 409 && <Button onClick={onReload}>Read the newer settings</Button>}
          </div>
        )}
        <div className="flex flex-wrap items-center justify-end gap-2">
          <span className="mr-auto text-xs text-muted">
            {saved.updated_at ? (
              <>
                Changed <When at={saved.updated_at} /> by {saved.updated_by ?? 'somebody'}
              </>
            ) : (
              'Never changed'
            )}
            ; changes hold for new events within a minute.
          </span>
          <Button
            deniedBecause={changed ? null : 'Nothing was changed'}
            onClick={() => {
              setDraft(draftOf(saved));
              save.reset();
            }}
          >
            Discard
          </Button>
          <Button
            look="primary"
            deniedBecause={denied ?? (changed ? null : 'Nothing was changed')}
            onClick={() =>
              !save.isPending &&
              save.mutate({ ...draft, version: saved.version }, { onSuccess: () => toast('Settings saved') })
            }
          >
            Save settings
          </Button>
        </div>
      </div>
    </div>
  );
}
