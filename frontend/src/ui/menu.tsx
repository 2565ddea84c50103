import { Check, type LucideIcon } from 'lucide-react';
import { type ComponentProps, type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { cx } from './cx.ts';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  readonly icon?: LucideIcon;
  readonly hint?: string;
  /** Makes it an item that is on or off. */
  readonly checked?: boolean;
  readonly line?: boolean;
  readonly deniedBecause?: string | null;
}

/** Places an open popover below its anchor, or above when there is no room. */
export function placeBeside(anchor: Element, popover: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const box = popover.getBoundingClientRect();
  const below = at.bottom + 4 + box.height <= innerHeight || at.top < innerHeight - at.bottom;
  popover.style.top = `${below ? Math.min(at.bottom + 4, Math.max(4, innerHeight - box.height - 4)) : Math.max(4, at.top - 4 - box.height)}px`;
  popover.style.left = `${Math.max(4, Math.min(at.left, innerWidth - box.width - 4))}px`;
}

export const POPOVER = 'fixed m-0 rounded-m border border-line bg-raised p-1 text-s text-ink shadow-float';

interface MenuProps {
  readonly items: readonly MenuItem[] | (() => readonly MenuItem[]);
  readonly header?: ReactNode;
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly buttonProps?: ComponentProps<'button'> & { readonly 'data-tip'?: string };
}

/** A menu button as the ARIA practices describe it, on the popover attribute. */
export function Menu({ items, header, label, children, className, buttonProps }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const shown = open ? (typeof items === 'function' ? items() : items) : [];

  const options = () => [...(list.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
  const close = () => {
    if (list.current?.matches(':popover-open')) list.current.hidePopover();
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = options();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const go = (to: number) => all[(to + all.length) % all.length]?.focus();
    if (event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(all.length - 1);
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (event.key.length === 1 && /\S/.test(event.key)) {
      const hit = [...all.slice(at + 1), ...all].find((one) =>
        one.textContent?.toLowerCase().startsWith(event.key.toLowerCase()),
      );
      hit?.focus();
    } else return;
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        aria-label={label}
        {...buttonProps}
        className={className}
        onClick={(event) => {
          event.stopPropagation();
          list.current?.togglePopover();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          event.stopPropagation();
          list.current?.showPopover();
        }}
      >
        {children}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className={cx(POPOVER, 'max-h-[70dvh] min-w-44 max-w-80 overflow-auto')}
        onKeyDown={onKeyDown}
        // drawn before it shows, so that it has its size and the first key finds an item
        onBeforeToggle={(event) => flushSync(() => setOpen(event.newState === 'open'))}
        onToggle={(event) => {
          if (event.newState !== 'open' || !button.current || !list.current) return;
          placeBeside(button.current, list.current);
          options()[0]?.focus();
        }}
      >
        {open && header}
        {shown.map((item) => (
          <div key={item.label} role="none">
            {item.line && <hr className="my-1 border-line" />}
            {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: checked only where the role is a checkbox's */}
            <button
              type="button"
              data-item
              tabIndex={-1}
              role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
              aria-checked={item.checked}
              aria-disabled={item.deniedBecause ? true : undefined}
              data-tip={item.deniedBecause ?? undefined}
              className="flex min-h-7 w-full items-center gap-2 rounded-s px-2 py-1 text-left hover:bg-hover focus:bg-hover focus:outline-none max-sm:min-h-11"
              onClick={(event) => {
                event.stopPropagation();
                if (item.deniedBecause) return;
                close();
                item.run();
              }}
            >
              <span className="grid w-4 shrink-0 place-items-center text-muted" aria-hidden="true">
                {item.checked ? <Check size={14} /> : item.icon ? <item.icon size={14} /> : null}
              </span>
              <span className="min-w-0 flex-1 truncate">{item.label}</span>
              {item.hint && <span className="text-xs text-faint">{item.hint}</span>}
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
