import type { ReactNode } from 'react';
import { useTitle } from '../lib/hooks.ts';
import { PageHeading } from './page-heading.tsx';

interface PageProps {
  readonly title: string;
  /** One sentence of what the page is for. */
  readonly about?: ReactNode;
  /** The page's own action, beside the heading. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A page of panels under each other that scrolls as a whole. */
export function Page({ title, about, action, children }: PageProps) {
  useTitle(title);
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto grid max-w-5xl grid-cols-[minmax(0,1fr)] gap-4 p-4">
        <div className="flex flex-wrap items-start justify-between gap-2">
          <div>
            <PageHeading>{title}</PageHeading>
            {about && <p className="text-s text-muted">{about}</p>}
          </div>
          {action}
        </div>
        {children}
      </div>
    </div>
  );
}
