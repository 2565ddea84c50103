import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx.ts';

const LOOK = {
  primary: 'bg-accent-fill text-on-accent font-medium hover:bg-accent-fill-hover border border-transparent',
  plain: 'border border-line bg-surface hover:bg-hover text-ink',
  quiet: 'border border-transparent hover:bg-hover text-muted hover:text-ink',
  danger: 'border border-line text-danger hover:bg-danger-soft',
} as const;

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly look?: keyof typeof LOOK;
  readonly icon?: LucideIcon;
  readonly children?: React.ReactNode;
  /** Why the control may not be used; it stays focusable and says so. */
  readonly deniedBecause?: string | null;
  /** Shown on hover and focus. */
  readonly tip?: string;
}

export function Button({
  look = 'plain',
  icon: Icon,
  className,
  children,
  deniedBecause,
  tip,
  onClick,
  ...rest
}: ButtonProps) {
  const denied = deniedBecause !== undefined && deniedBecause !== null;
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={denied || rest['aria-disabled']}
      data-tip={denied ? deniedBecause : tip}
      onClick={denied ? (event) => event.preventDefault() : onClick}
      className={cx(
        'inline-flex h-7 shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-s px-2.5 text-s max-sm:h-11 max-sm:min-w-11',
        LOOK[look],
        (denied || rest.disabled) && 'opacity-55',
        className,
      )}
    >
      {Icon && <Icon size={14} aria-hidden="true" />}
      {children}
    </button>
  );
}

/** A control that is only an icon: named for screen readers, explained on hover and focus. */
export function IconButton({
  label,
  icon: Icon,
  className,
  pressed,
  tip,
  ...rest
}: Omit<ButtonProps, 'children' | 'icon' | 'look'> & { label: string; icon: LucideIcon; pressed?: boolean }) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      data-tip={tip ?? label}
      {...rest}
      className={cx(
        'inline-grid h-7 w-7 shrink-0 place-items-center rounded-s text-muted hover:bg-hover hover:text-ink aria-pressed:bg-selected aria-pressed:text-accent-ink max-sm:h-11 max-sm:w-11',
        className,
      )}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  );
}
