import { type FormEvent, useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import type { UrlState } from '../../../lib/url-state.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field } from '../../../ui/field.tsx';
import { type SavedSearch, useSaveSearch } from '../api/saved-searches.ts';
import { toSaved } from '../saved-view.ts';

interface SaveSearchDialogProps {
  readonly url: UrlState;
  readonly onSaved: (saved: SavedSearch) => void;
  readonly onClose: () => void;
}

/** Gives what is on screen a name. */
export function SaveSearchDialog({ url, onSaved, onClose }: SaveSearchDialogProps) {
  const save = useSaveSearch();
  const mayNotShare = useDenied('write');
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [shared, setShared] = useState(false);
  const [withRange, setWithRange] = useState(false);
  const [isDefault, setIsDefault] = useState(false);
  const problem = save.error ? toProblem(save.error) : null;
  const errorAt = (member: string) => problem?.errors.find(({ pointer }) => pointer === `#/${member}`)?.detail;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    const fields = {
      ...toSaved(url, withRange),
      name,
      description,
      visibility: shared ? ('shared' as const) : ('private' as const),
      is_default: isDefault,
    };
    save.mutate(
      { fields },
      {
        onSuccess: (saved) => {
          toast(`Saved ${saved.name}`);
          onSaved(saved);
        },
      },
    );
  };
  const check = (checked: boolean, set: (on: boolean) => void, label: string, denied: string | null = null) => (
    <label className="flex min-h-7 items-center gap-2 aria-disabled:opacity-55 max-sm:min-h-11" data-tip={denied}>
      <input
        type="checkbox"
        checked={checked}
        aria-disabled={denied !== null}
        onChange={(event) => denied === null && set(event.target.checked)}
        className="accent-accent-fill"
      />
      {label}
      {denied && <span className="text-xs text-muted">({denied})</span>}
    </label>
  );
  return (
    <Dialog title="Save the search" onClose={onClose}>
      <form onSubmit={submit} className="grid gap-3">
        <code className="max-h-24 overflow-auto rounded-s bg-sunken px-2 py-1 font-mono text-xs break-words whitespace-pre-wrap">
          {url.q || 'all events'}
        </code>
        <Field
          label="Name"
          required
          maxLength={100}
          data-first
          value={name}
          error={errorAt('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label="Description"
          maxLength={1000}
          value={description}
          error={errorAt('description')}
          onChange={(event) => setDescription(event.target.value)}
        />
        <fieldset>
          <legend className="sr-only">Options</legend>
          {check(withRange, setWithRange, `With its time range, ${url.from} to ${url.to}`)}
          {check(shared, setShared, 'For everyone in this project', mayNotShare)}
          {check(isDefault, setIsDefault, shared ? 'Everyone begins with it' : 'I begin with it')}
        </fieldset>
        {problem && problem.errors.length === 0 && (
          <p role="alert" className="text-s text-danger">
            {problem.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button look="primary" type="submit" aria-disabled={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
