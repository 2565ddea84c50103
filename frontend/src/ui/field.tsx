import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from './cx.ts';

export const INPUT =
  'h-8 w-full rounded-s border border-line-strong bg-surface px-2 text-s text-ink max-sm:h-11 max-sm:text-l aria-invalid:border-danger';

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null;
}

/** A labelled input with its hint and error tied to it. */
export function Field({ label, hint, error, className, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className={cx('grid gap-1', className)}>
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
      </label>
      <input
        id={id}
        {...rest}
        aria-invalid={error ? true : undefined}
        aria-describedby={hint || error ? `${id}-note` : undefined}
        className={INPUT}
      />
      {(hint || error) && (
        <p id={`${id}-note`} className={cx('text-xs', error ? 'text-danger' : 'text-faint')}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps extends ComponentProps<'select'> {
  readonly label: string;
}

/** A labelled choice of few. */
export function Choice({ label, className, children, ...rest }: ChoiceProps) {
  const id = useId();
  return (
    <div className={cx('grid gap-1', className)}>
      <label htmlFor={id} className="text-xs font-medium text-muted">
        {label}
      </label>
      <select id={id} {...rest} className={INPUT}>
        {children}
      </select>
    </div>
  );
}
