import { Columns3, Copy, Filter, FilterX } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { copyText } from '../../lib/clipboard.ts';
import { cx } from '../cx.ts';
import { type MenuItem, POPOVER } from '../menu.tsx';

/** What can be done with one value of one field. */
export interface ValueActions {
  /** `value` null means an absent field. */
  filter(field: string, value: string, how: 'include' | 'exclude'): void;
  readonly columns: readonly string[];
  toggleColumn(field: string): void;
}

export function valueItems(field: string, value: string, actions: ValueActions): MenuItem[] {
  const filterable = value !== '' && field !== 'timestamp' && field !== 'received_at';
  const shown = actions.columns.includes(field);
  return [
    ...(filterable
      ? [
          { label: 'Filter for value', icon: Filter, hint: '+', run: () => actions.filter(field, value, 'include') },
          { label: 'Filter out value', icon: FilterX, hint: 'x', run: () => actions.filter(field, value, 'exclude') },
        ]
      : []),
    { label: 'Copy value', icon: Copy, run: () => void copyText(value, 'value') },
    {
      label: shown ? 'Remove column' : 'Add as column',
      icon: Columns3,
      run: () => actions.toggleColumn(field),
      deniedBecause: shown && actions.columns.length === 1 ? 'The last column stays' : null,
    },
  ];
}

interface ValueMenuProps {
  readonly at: { readonly x: number; readonly y: number };
  readonly field: string;
  readonly value: string;
  readonly actions: ValueActions;
  readonly onClose: () => void;
}

/** What can be done with a value, as a menu at a point: of what was clicked with the right button or asked for by key. */
export function ValueMenu({ at, field, value, actions, onClose }: ValueMenuProps) {
  const ref = useRef<HTMLDivElement>(null);
  const back = useRef(typeof document === 'undefined' ? null : document.activeElement);
  useEffect(() => {
    const list = ref.current;
    if (!list) return;
    list.showPopover();
    const box = list.getBoundingClientRect();
    list.style.left = `${Math.max(4, Math.min(at.x, innerWidth - box.width - 4))}px`;
    list.style.top = `${Math.max(4, Math.min(at.y, innerHeight - box.height - 4))}px`;
    list.querySelector<HTMLElement>('[data-item]')?.focus();
  }, [at]);
  const close = () => {
    onClose();
    if (back.current instanceof HTMLElement) back.current.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(ref.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
    const index = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(index + step + all.length) % all.length]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={ref}
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={`${field}: ${value.slice(0, 60)}`}
      className={cx(POPOVER, 'min-w-44')}
      onKeyDown={onKeyDown}
      onToggle={(event) => event.newState === 'closed' && onClose()}
    >
      {valueItems(field, value, actions).map((item) => (
        <button
          key={item.label}
          type="button"
          data-item
          role="menuitem"
          tabIndex={-1}
          aria-disabled={item.deniedBecause ? true : undefined}
          className="flex min-h-7 w-full items-center gap-2 rounded-s px-2 text-left hover:bg-hover focus:bg-hover focus:outline-none max-sm:min-h-11"
          onClick={(event) => {
            event.stopPropagation();
            if (item.deniedBecause) return;
            close();
            item.run();
          }}
        >
          {item.icon && <item.icon size={14} aria-hidden="true" className="text-muted" />}
          <span className="flex-1">{item.label}</span>
          {item.hint && <kbd className="font-mono text-xs text-faint">{item.hint}</kbd>}
        </button>
      ))}
    </div>
  );
}
