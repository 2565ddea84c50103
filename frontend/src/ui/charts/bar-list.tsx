import { Link } from 'react-router';

export interface BarItem {
  readonly name: string;
  readonly value: number;
  readonly label: string;
  readonly note?: string;
  readonly href: string;
  /** The part of the value that failed, drawn inside the bar. */
  readonly errors?: number;
}

/** Names with their share as a bar, longest first; each leads to the search behind it. */
export function BarList({ items }: { items: readonly BarItem[] }) {
  const most = items.reduce((top, { value }) => Math.max(top, value), 1);
  return (
    <ul className="grid gap-0.5 p-2 pt-1">
      {items.map((item) => (
        <li key={item.name}>
          <Link
            to={item.href}
            className="group grid min-h-7 grid-cols-[1fr_auto] items-center gap-x-2 rounded-s px-1 hover:bg-hover max-sm:min-h-11"
          >
            <span className="truncate" title={item.name}>
              {item.name}
            </span>
            <span className="num text-right">
              {item.note && <span className="mr-2 text-xs text-faint">{item.note}</span>}
              {item.label}
            </span>
            <span className="col-span-2 mb-1 flex h-1 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
              <span data-level="ERROR" className="bg-bar" style={{ width: `${((item.errors ?? 0) / most) * 100}%` }} />
              <span
                data-level="INFO"
                className="bg-bar"
                style={{ width: `${((item.value - (item.errors ?? 0)) / most) * 100}%` }}
              />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
