import { type ReactNode, useEffect, useRef } from 'react';

/** The one `h1` of a page. It takes the focus when the page comes, so that reading goes on there. */
export function PageHeading({ children, className }: { children: ReactNode; className?: string }) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => ref.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={ref} tabIndex={-1} className={className ?? 'text-l font-semibold'}>
      {children}
    </h1>
  );
}
