import { type FormEvent, type ReactNode, useState } from 'react';
import { toProblem } from '../lib/problem.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  /** Has to be typed before; for what cannot be undone. */
  readonly typed?: string;
  readonly action: string;
  /** @throws what the dialog then shows */
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks once more before something that others notice. */
export function ConfirmDialog({ title, children, typed, action, run, onClose }: ConfirmDialogProps) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const missing = typed !== undefined && text !== typed;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (missing || busy) return;
    setBusy(true);
    setError(null);
    try {
      await run();
      onClose();
    } catch (failure) {
      setError(toProblem(failure).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-3">
        <div className="text-s">{children}</div>
        {typed !== undefined && (
          <Field
            data-first
            label={`Type ${typed} to confirm`}
            value={text}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
          />
        )}
        <p role="alert" className="text-s text-danger empty:hidden">
          {error}
        </p>
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            look="danger"
            type="submit"
            aria-disabled={busy}
            deniedBecause={missing ? `Type ${typed} first` : null}
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
