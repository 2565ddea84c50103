import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
  /** A dialog that Escape may not close, such as signing in again. */
  readonly insistent?: boolean;
  readonly bare?: boolean;
}

/** A modal on the native element: focus is kept inside and comes back by itself. */
export function Dialog({ title, onClose, children, wide, insistent, bare }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // the element itself would give the focus to its close button
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click on the backdrop doubles Escape, which the element handles
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!insistent) onClose();
      }}
      onClick={(event) => event.target === ref.current && !insistent && onClose()}
      className={cx(
        'max-h-[85dvh] w-[calc(100vw-24px)] overflow-auto rounded-m border border-line bg-raised p-0 shadow-float',
        wide ? 'max-w-3xl' : 'max-w-md',
      )}
    >
      <div className={cx(bare ? '' : 'grid gap-4 p-4')}>
        <div className={cx('flex items-center justify-between gap-2', bare && 'sr-only')}>
          <h2 id={id} className="text-l font-semibold">
            {title}
          </h2>
          {!insistent && !bare && <IconButton label="Close" icon={X} onClick={onClose} />}
        </div>
        {children}
      </div>
    </dialog>
  );
}
