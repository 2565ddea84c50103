import { Star, Trash2, Users } from 'lucide-react';
import { useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { formatAgo } from '../../../lib/format.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { INPUT } from '../../../ui/field.tsx';
import { Message, PanelBody } from '../../../ui/panel.tsx';
import {
  fieldsOf,
  type SavedSearch,
  type SavedSearchFields,
  useDeleteSearch,
  useSavedSearches,
  useSaveSearch,
} from '../api/saved-searches.ts';

interface SavedSearchesDialogProps {
  readonly current: string;
  readonly onOpen: (saved: SavedSearch) => void;
  readonly onDeleted: (saved: SavedSearch) => void;
  readonly onClose: () => void;
}

/** All saved searches: found by words, opened, starred, shared, deleted. */
export function SavedSearchesDialog({ current, onOpen, onDeleted, onClose }: SavedSearchesDialogProps) {
  const { query, queryKey } = useSavedSearches();
  const save = useSaveSearch();
  const remove = useDeleteSearch();
  const mayNotShare = useDenied('write');
  const [words, setWords] = useState('');
  const wanted = words.trim().toLowerCase();
  const change = (saved: SavedSearch, change: Partial<SavedSearchFields>) =>
    save.mutate({ id: saved.id, fields: { ...fieldsOf(saved), ...change } });
  // asked from a toast, when this dialog may be closed
  const restore = (saved: SavedSearch) =>
    save.mutateAsync({ fields: fieldsOf(saved) }).then(
      () => toast(`${saved.name} is back`),
      (error) => toast(`Not restored: ${toProblem(error).message}`, { kind: 'error' }),
    );
  const drop = (saved: SavedSearch) =>
    remove.mutate(saved.id, {
      onSuccess: () => {
        onDeleted(saved);
        toast(`Deleted ${saved.name}`, { action: { label: 'Undo', run: () => void restore(saved) } });
      },
    });
  const failed = save.error ?? remove.error;
  return (
    <Dialog title="Saved searches" onClose={onClose} wide>
      <input
        data-first
        aria-label="Find in saved searches"
        placeholder="Find by name, description or query"
        value={words}
        onChange={(event) => setWords(event.target.value)}
        className={INPUT}
      />
      {failed && (
        <p role="alert" className="text-s text-danger">
          {toProblem(failed).message}
        </p>
      )}
      <PanelBody
        query={query}
        queryKey={queryKey}
        isEmpty={(data) => data.items.length === 0}
        empty={<Message title="None saved yet">Save a search from the menu beside the query bar.</Message>}
      >
        {({ items }) => {
          const shown = items.filter(({ name, description, query }) =>
            `${name} ${description} ${query}`.toLowerCase().includes(wanted),
          );
          return (
            <ul aria-label="Saved searches" className="max-h-[50dvh] overflow-auto">
              {shown.map((saved) => {
                const denied = saved.visibility === 'shared' ? mayNotShare : null;
                return (
                  <li key={saved.id} className="flex items-center gap-1 border-b border-line/60 last:border-0">
                    <button
                      type="button"
                      aria-current={saved.id === current ? 'true' : undefined}
                      onClick={() => onOpen(saved)}
                      className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] rounded-s px-2 py-1 text-left hover:bg-hover aria-[current]:bg-selected"
                    >
                      <span className="flex flex-wrap gap-x-2 text-s font-medium">
                        <span className="truncate">{saved.name}</span>
                        <span className="truncate font-normal text-muted">
                          {saved.visibility === 'shared' ? `team, by ${saved.owner.name}` : 'private'} ·{' '}
                          {formatAgo(saved.updated_at, Date.now())}
                        </span>
                      </span>
                      {saved.description && <span className="truncate text-xs text-muted">{saved.description}</span>}
                      <code className="truncate font-mono text-xs text-accent-ink">{saved.query || 'all events'}</code>
                    </button>
                    <IconButton
                      label={saved.is_default ? `No longer begin with ${saved.name}` : `Begin with ${saved.name}`}
                      tip={denied ?? (saved.is_default ? 'No longer begin with it' : 'Begin with it')}
                      icon={Star}
                      pressed={saved.is_default}
                      aria-disabled={denied !== null}
                      onClick={() => denied === null && change(saved, { is_default: !saved.is_default })}
                    />
                    <IconButton
                      label={saved.visibility === 'shared' ? `Make ${saved.name} private` : `Share ${saved.name}`}
                      tip={mayNotShare ?? (saved.visibility === 'shared' ? 'Make private' : 'Share with the project')}
                      icon={Users}
                      pressed={saved.visibility === 'shared'}
                      aria-disabled={mayNotShare !== null}
                      onClick={() =>
                        mayNotShare === null &&
                        change(saved, { visibility: saved.visibility === 'shared' ? 'private' : 'shared' })
                      }
                    />
                    <IconButton
                      label={`Delete ${saved.name}`}
                      tip={denied ?? 'Delete'}
                      icon={Trash2}
                      aria-disabled={denied !== null}
                      onClick={() => denied === null && drop(saved)}
                    />
                  </li>
                );
              })}
              {shown.length === 0 && <li className="p-2 text-s text-muted">None holds these words.</li>}
            </ul>
          );
        }}
      </PanelBody>
    </Dialog>
  );
}
