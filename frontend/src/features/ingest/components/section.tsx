import { type ReactNode, useId } from 'react';

/** A titled part of the settings. */
export function Section({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div>
        <h3 id={id} className="text-s font-semibold">
          {title}
        </h3>
        <p className="text-xs text-muted">{about}</p>
      </div>
      {children}
    </section>
  );
}

export const SMALL_INPUT =
  'h-7 min-w-0 rounded-s border border-line-strong bg-surface px-1.5 text-s aria-disabled:opacity-55 max-sm:h-11';
