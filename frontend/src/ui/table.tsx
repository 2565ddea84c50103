import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { ScrollRegion } from './scroll-region.tsx';

interface TableProps {
  readonly label: string;
  /** Column headings in order; an empty one is the column of actions. */
  readonly heads: readonly string[];
  /** Headings of columns of numbers. */
  readonly numbers?: readonly string[];
  readonly children: ReactNode;
}

/** Rows of things that are managed; scrolls sideways by itself where it is narrow. */
export const Table = ({ label, heads, numbers = [], children }: TableProps) => (
  <ScrollRegion label={label} className="relative overflow-x-auto">
    <table className="w-full min-w-[560px] [&_td]:px-3 [&_tbody_tr]:h-9 [&_tbody_tr]:border-b [&_tbody_tr]:border-line/60 [&_tbody_tr:last-child]:border-0">
      <thead className="text-left text-xs text-muted">
        <tr className="border-b border-line">
          {heads.map((head) => (
            <th
              key={head}
              scope="col"
              className={cx('px-3 py-1 font-medium whitespace-nowrap', numbers.includes(head) && 'text-right')}
            >
              {head || <span className="sr-only">Actions</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </ScrollRegion>
);
