import { Bookmark, BookmarkPlus, ListFilter, RotateCcw, Save, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import type { SetUrl, UrlState } from '../../../lib/url-state.ts';
import { Menu, type MenuItem } from '../../../ui/menu.tsx';
import { fieldsOf, type SavedSearch, useSavedSearches, useSaveSearch } from '../api/saved-searches.ts';
import { isModified, toSaved, viewOf } from '../saved-view.ts';

const SaveSearchDialog = lazy(async () => ({
  default: (await import('./save-search-dialog.tsx')).SaveSearchDialog,
}));
const SavedSearchesDialog = lazy(async () => ({
  default: (await import('./saved-searches-dialog.tsx')).SavedSearchesDialog,
}));

/** More than these are found by words in their own dialog. */
const IN_MENU = 12;

/** Which saved search is on screen, whether it was changed, and the way to others. */
export function SavedSearches({ url, setUrl }: { url: UrlState; setUrl: SetUrl }) {
  const { query } = useSavedSearches();
  const save = useSaveSearch();
  const mayNotShare = useDenied('write');
  const [over, setOver] = useState<'save' | 'all' | null>(null);
  const all = query.data?.items ?? [];
  const current = all.find(({ id }) => id === url.view);
  const modified = current !== undefined && isModified(current, url);
  const denied = current?.visibility === 'shared' ? mayNotShare : null;

  const begun = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is looked at anew
  useEffect(() => {
    if (query.data === undefined) return;
    const params = new URLSearchParams(location.search);
    const first = !begun.current && [...params.keys()].every((key) => key === 'live');
    begun.current = true;
    const { items } = query.data;
    // one's own default goes before the project's
    const usual =
      items.find((one) => one.is_default && one.visibility === 'private') ?? items.find((one) => one.is_default);
    const opened = first ? usual : items.find(({ id }) => id === params.get('view'));
    if (opened === undefined) return;
    // what a link says beside the name is a change on top; what it leaves out is as it was saved
    const missing = Object.entries(viewOf(opened)).filter(([key]) => !params.has(key));
    if (missing.length > 0) setUrl({ view: opened.id, ...Object.fromEntries(missing) }, { replace: true });
  }, [query.data, url.view, setUrl]);

  const open = (saved: SavedSearch) => {
    setOver(null);
    setUrl({ ...viewOf(saved), id: '' });
  };
  const update = () => {
    if (current === undefined) return setOver('save');
    if (denied !== null || !modified || save.isPending) return;
    const withRange = current.range.from !== undefined;
    save.mutate(
      { id: current.id, fields: { ...fieldsOf(current), ...toSaved(url, withRange) } },
      {
        onSuccess: () => toast(`Saved ${current.name}`),
        onError: (error) => toast(`Not saved: ${toProblem(error).message}`, { kind: 'error' }),
      },
    );
  };
  useShortcut('save', update);

  const items: readonly MenuItem[] = [
    ...all.slice(0, IN_MENU).map((saved) => ({
      label: saved.name,
      hint: [saved.is_default && 'default', saved.visibility === 'shared' && 'team'].filter(Boolean).join(', '),
      checked: saved.id === url.view,
      run: () => open(saved),
    })),
    ...(all.length > 0
      ? [{ label: `All saved searches (${all.length})`, icon: ListFilter, line: true, run: () => setOver('all') }]
      : []),
    ...(current
      ? [
          {
            label: 'Save changes',
            icon: Save,
            hint: 'Ctrl S',
            line: true,
            deniedBecause: denied ?? (modified ? null : 'Nothing was changed'),
            run: update,
          },
          {
            label: 'Reset to saved',
            icon: RotateCcw,
            deniedBecause: modified ? null : 'Nothing was changed',
            run: () => open(current),
          },
          { label: 'Close it', icon: X, run: () => setUrl({ view: '' }) },
        ]
      : []),
    { label: 'Save as…', icon: BookmarkPlus, line: current === undefined, run: () => setOver('save') },
  ];
  const name = current?.name ?? (url.view !== '' && query.isSuccess ? 'Not found' : 'Saved');

  return (
    <>
      <Menu
        label={`Saved searches: ${name}${modified ? ' modified' : ''}`}
        items={items}
        header={
          query.error ? (
            <p role="alert" className="px-2 py-1 text-xs text-danger">
              {toProblem(query.error).message}
            </p>
          ) : undefined
        }
        className="relative inline-flex h-8 max-w-56 shrink-0 items-center gap-1.5 rounded-s border border-line px-2 text-s hover:bg-hover max-sm:h-11 max-sm:w-11 max-sm:justify-center"
      >
        <Bookmark size={14} aria-hidden="true" className={current ? 'fill-accent text-accent' : 'text-muted'} />
        <span className="truncate max-sm:sr-only">{name}</span>
        {modified && (
          <span className="rounded-s bg-caution-soft px-1 text-xs text-caution max-sm:absolute max-sm:top-0 max-sm:left-0 max-sm:h-2 max-sm:w-2 max-sm:overflow-hidden max-sm:rounded-full max-sm:bg-caution">
            modified
          </span>
        )}
      </Menu>
      <Suspense fallback={null}>
        {over === 'save' && (
          <SaveSearchDialog
            url={url}
            onClose={() => setOver(null)}
            onSaved={(saved) => {
              setOver(null);
              setUrl({ view: saved.id });
            }}
          />
        )}
        {over === 'all' && (
          <SavedSearchesDialog
            current={url.view}
            onOpen={open}
            onDeleted={(saved) => saved.id === url.view && setUrl({ view: '' })}
            onClose={() => setOver(null)}
          />
        )}
      </Suspense>
    </>
  );
}
