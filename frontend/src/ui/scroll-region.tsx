import type { ReactNode } from 'react';

/** A part of a page that scrolls by itself; it takes the focus, so that keys scroll it. */
export const ScrollRegion = ({
  label,
  className,
  children,
}: {
  label: string;
  className: string;
  children: ReactNode;
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key
  <section aria-label={label} tabIndex={0} className={className}>
    {children}
  </section>
);
