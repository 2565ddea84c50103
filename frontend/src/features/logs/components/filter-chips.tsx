import { X } from 'lucide-react';
import { IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { terms, withoutTerm } from '../query-text.ts';

/** Conditions of the query as chips, in step with the text; removing one edits the text. */
export function FilterChips({
  query,
  counts,
  onQuery,
}: {
  query: string;
  counts?: ReadonlyMap<string, number>;
  onQuery: (query: string) => void;
}) {
  const list = (terms(query) ?? []).filter(({ field }) => field !== undefined || counts !== undefined);
  if (list.length === 0) return null;
  return (
    <ul aria-label="Conditions" className="flex min-w-0 flex-wrap gap-1">
      {list.map((term) => (
        <li
          key={`${term.start}`}
          className="inline-flex h-6 max-w-72 items-center rounded-s border border-line bg-surface pl-2 text-xs max-sm:h-11"
        >
          <span className={cx('truncate font-mono', term.negated && 'text-danger')}>
            {term.negated && <span className="sr-only">not </span>}
            {term.text}
          </span>
          {counts?.has(term.text) && (
            <span className="num ml-2 whitespace-nowrap text-muted">
              {counts.get(term.text)?.toLocaleString('en')} without it
            </span>
          )}
          <IconButton
            label={`Remove ${term.text}`}
            icon={X}
            className="h-6 w-6"
            onClick={() => onQuery(withoutTerm(query, term))}
          />
        </li>
      ))}
    </ul>
  );
}
