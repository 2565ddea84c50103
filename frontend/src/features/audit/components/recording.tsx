import { type FormEvent, useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { plural } from '../../../lib/format.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { When } from '../../../ui/when.tsx';
import { type Settings, useAuditSettings, useSaveAuditSettings } from '../api/settings.ts';

/** Whether searches of the project are recorded: for all whose searches are meant, and for admins to change. */
export function Recording() {
  const { query, queryKey } = useAuditSettings();
  return (
    <Panel title="Recording of searches" query={query} queryKey={queryKey}>
      {(data) => <Form key={data.version} saved={data} onReload={() => void query.refetch()} />}
    </Panel>
  );
}

function Form({ saved, onReload }: { saved: Settings; onReload: () => void }) {
  const save = useSaveAuditSettings();
  const denied = useDenied('admin');
  const [on, setOn] = useState(saved.record_searches);
  const [days, setDays] = useState(String(saved.keep_days));
  const changed = on !== saved.record_searches || days !== String(saved.keep_days);
  const problem = save.error ? toProblem(save.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (denied !== null || !changed || save.isPending) return;
    save.mutate(
      { record_searches: on, keep_days: Number(days), version: saved.version },
      { onSuccess: () => toast(on ? 'Searches are recorded within a minute' : 'Searches are no longer recorded') },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-3 p-3 pt-1">
      <p className="max-w-prose text-s text-muted">
        {saved.record_searches
          ? `Every search of this project is kept for ${plural(saved.keep_days, 'day')}: who asked, the query with secrets masked, and how many events came.`
          : 'Nobody keeps who searched this project for what. Changes and exports stand in the audit trail all the same.'}
      </p>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <label className="flex min-h-8 items-center gap-2 max-sm:min-h-11">
          <input
            type="checkbox"
            checked={on}
            aria-disabled={denied !== null}
            onChange={({ target }) => denied === null && setOn(target.checked)}
            className="accent-accent-fill"
          />
          Record searches
        </label>
        <Field
          label="Days kept"
          type="number"
          min={1}
          max={3650}
          required
          readOnly={denied !== null}
          value={days}
          onChange={({ target }) => setDays(target.value)}
          className="w-28"
        />
        <Button type="submit" className="h-8" deniedBecause={denied ?? (changed ? null : 'Nothing was changed')}>
          Save
        </Button>
        <span className="text-xs text-muted">
          {saved.updated_at ? (
            <>
              Changed <When at={saved.updated_at} /> by {saved.updated_by ?? 'somebody'}
            </>
          ) : (
            'Never changed'
          )}
        </span>
      </div>
      {problem && (
        <div role="alert" className="flex flex-wrap items-center gap-2 text-s text-danger">
          {problem.errors[0]?.detail ?? problem.message}
          {problem.status === 409 && <Button onClick={onReload}>Read the newer settings</Button>}
        </div>
      )}
    </form>
  );
}
