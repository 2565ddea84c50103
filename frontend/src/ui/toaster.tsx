import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from '../lib/store.ts';
import { dismissToast, type Toast, toasts } from '../lib/toasts.ts';
import { Button, IconButton } from './button.tsx';

const STAY_MILLIS = 6_000;

function One({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissToast(toast.id), toast.action ? STAY_MILLIS * 2 : STAY_MILLIS);
    return () => clearTimeout(timer);
  }, [held, toast]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only stops the clock
    <div
      className="pointer-events-auto flex min-h-9 items-center gap-2 rounded-m border border-line bg-raised py-1 pr-1 pl-3 text-s shadow-float"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={toast.kind === 'error' ? 'text-danger' : ''}>{toast.text}</span>
      {toast.action && (
        <Button
          look="quiet"
          onClick={() => {
            toast.action?.run();
            dismissToast(toast.id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton label="Dismiss" icon={X} onClick={() => dismissToast(toast.id)} />
    </div>
  );
}

export function Toaster() {
  const shown = useStore(toasts);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-3 bottom-3 z-50 grid justify-items-end gap-2 max-sm:right-2 max-sm:bottom-16 max-sm:left-2"
    >
      {shown.map((toast) => (
        <One key={toast.id} toast={toast} />
      ))}
    </div>
  );
}
