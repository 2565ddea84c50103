import type { KeyboardEvent } from 'react';
import { cx } from './cx.ts';

interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly label: string }[];
  readonly current: T;
  readonly onChange: (id: T) => void;
  /** Id prefix shared with the panel: `${base}-tab-${id}` labels `${base}-panel`. */
  readonly base: string;
}

export function Tabs<T extends string>({ label, tabs, current, onChange, base }: TabsProps<T>) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = tabs.findIndex(({ id }) => id === current);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next =
      event.key === 'Home'
        ? tabs[0]
        : event.key === 'End'
          ? tabs.at(-1)
          : step
            ? tabs[(at + step + tabs.length) % tabs.length]
            : undefined;
    if (!next) return;
    event.preventDefault();
    onChange(next.id);
    document.getElementById(`${base}-tab-${next.id}`)?.focus();
  };
  return (
    <div
      role="tablist"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="flex gap-1 border-b border-line"
    >
      {tabs.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`${base}-tab-${id}`}
          aria-selected={id === current}
          aria-controls={`${base}-panel`}
          tabIndex={id === current ? 0 : -1}
          onClick={() => onChange(id)}
          className={cx(
            '-mb-px h-8 border-b-2 px-2.5 text-s max-sm:h-11',
            id === current ? 'border-accent font-medium text-ink' : 'border-transparent text-muted hover:text-ink',
          )}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
