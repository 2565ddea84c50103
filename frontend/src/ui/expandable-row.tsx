import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

interface ExpandableRowProps {
  readonly open: boolean;
  readonly onOpen: () => void;
  /** Class of the columns that its cells stand in. */
  readonly columns: string;
  readonly cells: ReactNode;
  /** An action beside the line. */
  readonly action?: ReactNode;
  /** Below the line, open or not. */
  readonly below?: ReactNode;
  /** What is seen once it is opened. */
  readonly children: () => ReactNode;
}

/** A line of a list that opens to tell more. */
export const ExpandableRow = ({ open, onOpen, columns, cells, action, below, children }: ExpandableRowProps) => (
  <li className="border-b border-line/60 last:border-0">
    <div className="flex items-center gap-2 pr-3 hover:bg-hover">
      <button
        type="button"
        aria-expanded={open}
        onClick={onOpen}
        className="grid min-w-0 flex-1 grid-cols-[16px_minmax(0,1fr)] items-center gap-x-2 py-1 pl-3 text-left max-sm:min-h-11"
      >
        <ChevronRight size={14} aria-hidden="true" className={cx('text-faint', open && 'rotate-90')} />
        <span className={cx('grid items-center gap-x-3', columns)}>{cells}</span>
      </button>
      {action}
    </div>
    {below}
    {open && children()}
  </li>
);
