import { X } from 'lucide-react';
import { formatCount } from '../../../lib/format.ts';
import { IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { terms, withoutTerm } from '../query-text.ts';

interface FilterChipsProps {
  readonly query: string;
  /** Events if that condition were removed, by its text. */
  readonly counts?: ReadonlyMap<string, number>;
  readonly onQuery: (query: string) => void;
}

/** Conditions of the query as chips, in step with the text; removing one edits the text. */
export function FilterChips({ query, counts, onQuery }: FilterChipsProps) {
  const all = terms(query);
  if (all.length === 0) return null;
  return (
    <ul aria-label="Conditions" className="flex min-w-0 flex-wrap gap-1 max-sm:shrink-0 max-sm:flex-nowrap">
      {all.map((term, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: equal conditions differ by place only
          key={index}
          className="inline-flex h-6 max-w-72 items-center rounded-s border border-line bg-surface pl-2 text-xs max-sm:h-11"
        >
          <span className={cx('truncate font-mono', term.negated && 'text-danger')}>{term.text}</span>
          {counts?.has(term.text) && (
            <span className="num ml-2 whitespace-nowrap text-muted">
              {formatCount(counts.get(term.text) ?? 0)} without it
            </span>
          )}
          <IconButton
            label={`Remove ${term.text}`}
            icon={X}
            className="h-6 w-6"
            onClick={() => onQuery(withoutTerm(query, index))}
          />
        </li>
      ))}
    </ul>
  );
}
