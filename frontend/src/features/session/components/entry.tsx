import type { ReactNode } from 'react';
import { useTitle } from '../../../lib/hooks.ts';
import { Mark } from '../../../ui/mark.tsx';

/** A page before one is signed in: one form in the middle. */
export function Entry({ title, children, after }: { title: string; children: ReactNode; after?: ReactNode }) {
  useTitle(title);
  return (
    <main className="grid h-full place-items-center overflow-auto bg-sunken p-4">
      <div className="grid w-full max-w-sm gap-4">
        <div className="flex items-center gap-2 text-l font-semibold">
          <Mark size={24} /> Tributary
        </div>
        <div className="grid gap-4 rounded-m border border-line bg-surface p-5">
          <h1 className="text-xl font-semibold">{title}</h1>
          {children}
        </div>
        {after}
      </div>
    </main>
  );
}

export const ENTRY_LINK = 'inline-flex min-h-6 items-center text-accent-ink underline underline-offset-2';
