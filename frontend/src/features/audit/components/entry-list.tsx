import type { useInfiniteQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { saveFile } from '../../../lib/clipboard.ts';
import { formatCount, plural } from '../../../lib/format.ts';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Panel, ProblemView } from '../../../ui/panel.tsx';

/** A page of what is listed. */
interface Listed<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly total_relation: 'eq' | 'gte';
  readonly next_cursor: string | null;
  readonly partial: boolean;
}

interface EntryListProps<Item> {
  readonly title: string;
  readonly label: string;
  /** One of them, and more: `entry`, `entries`. */
  readonly noun: readonly [one: string, many: string];
  /** Beginning of the names of files. */
  readonly file: string;
  readonly query: ReturnType<typeof useInfiniteQuery<Listed<Item>>>;
  readonly queryKey: readonly unknown[];
  readonly toCsv: (items: readonly Item[]) => string;
  readonly empty: ReactNode;
  readonly children: (item: Item) => ReactNode;
}

/** What was told, the newest first: read a page at a time, and saved as files. */
export function EntryList<Item>({
  title,
  label,
  noun,
  file,
  query,
  queryKey,
  toCsv,
  empty,
  children,
}: EntryListProps<Item>) {
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const first = query.data?.pages[0];
  const last = query.data?.pages.at(-1);
  const save = (ending: string, type: string, text: string) =>
    saveFile(`${file}-${new Date().toISOString().slice(0, 10)}.${ending}`, type, [text]);
  return (
    <Panel
      title={title}
      aside={
        first && (
          <span className="flex items-center gap-2">
            <span role="status" className="num text-xs text-muted">
              {first.total_relation === 'gte' ? 'at least ' : ''}
              {plural(first.total, ...noun)}
            </span>
            <Button icon={Download} onClick={() => save('csv', 'text/csv;charset=utf-8', toCsv(items))}>
              CSV
            </Button>
            <Button
              icon={Download}
              onClick={() =>
                save('ndjson', 'application/x-ndjson', items.map((item) => `${JSON.stringify(item)}\n`).join(''))
              }
            >
              NDJSON
            </Button>
          </span>
        )
      }
      query={query.isFetchNextPageError ? { ...query, error: null } : query}
      queryKey={queryKey}
      isEmpty={() => items.length === 0 && last?.next_cursor === null}
      empty={empty}
    >
      {() => (
        <>
          <ul aria-label={label}>{items.map(children)}</ul>
          {query.isFetchNextPageError && query.error && (
            <ProblemView compact problem={toProblem(query.error)} onRetry={() => void query.fetchNextPage()} />
          )}
          <p className="num flex items-center gap-2 px-3 py-2 text-xs text-muted">
            {query.hasNextPage ? (
              <>
                <Button aria-disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {query.isFetchingNextPage ? 'Loading…' : 'Load older'}
                </Button>
                {formatCount(items.length)} loaded; files hold the loaded ones
                {last?.partial && '. The search came to its budget, older ones may match'}
              </>
            ) : (
              `All ${plural(items.length, ...noun)} are here`
            )}
          </p>
        </>
      )}
    </Panel>
  );
}
