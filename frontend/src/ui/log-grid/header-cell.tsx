// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: focus roves over the cells
import { ArrowDown, ArrowUp, ChevronDown } from 'lucide-react';
import { type PointerEvent, useRef } from 'react';
import { Menu, type MenuItem } from '../menu.tsx';
import { columnLabel } from './columns.ts';

export interface ColumnActions {
  move(column: string, by: -1 | 1): void;
  moveTo(column: string, before: string): void;
  hide(column: string): void;
  resize(column: string, width: number | null): void;
  sort(order: 'timestamp' | '-timestamp'): void;
}

interface HeaderCellProps {
  readonly column: string;
  readonly index: number;
  readonly count: number;
  readonly sort: string;
  readonly actions: ColumnActions;
}

const STEP = 24;

/** A column's head: its menu, its edge to drag, and itself to drag onto another. */
export function HeaderCell({ column, index, count, sort, actions }: HeaderCellProps) {
  const cell = useRef<HTMLDivElement>(null);
  const start = useRef<{ x: number; width: number } | null>(null);
  const label = columnLabel(column);
  const sorted = column === 'timestamp' ? (sort === '-timestamp' ? 'descending' : 'ascending') : undefined;
  const widthNow = () => Math.round(cell.current?.getBoundingClientRect().width ?? 120);
  const resize = (width: number) => actions.resize(column, Math.max(48, Math.min(2_000, Math.round(width))));

  const items = (): MenuItem[] => [
    ...(column === 'timestamp'
      ? [
          { label: 'Newest first', checked: sort === '-timestamp', run: () => actions.sort('-timestamp') },
          { label: 'Oldest first', checked: sort === 'timestamp', run: () => actions.sort('timestamp') },
        ]
      : []),
    {
      label: 'Move left',
      run: () => actions.move(column, -1),
      deniedBecause: index === 0 ? 'It is the first column' : null,
      line: column === 'timestamp',
    },
    {
      label: 'Move right',
      run: () => actions.move(column, 1),
      deniedBecause: index === count - 1 ? 'It is the last column' : null,
    },
    { label: 'Wider', run: () => resize(widthNow() + STEP * 2), line: true },
    { label: 'Narrower', run: () => resize(widthNow() - STEP * 2) },
    { label: 'Fit to content', run: () => actions.resize(column, null) },
    {
      label: 'Hide column',
      run: () => actions.hide(column),
      line: true,
      deniedBecause: count === 1 ? 'The last column stays' : null,
    },
  ];

  return (
    <div
      ref={cell}
      role="columnheader"
      tabIndex={-1}
      aria-colindex={index + 1}
      aria-sort={sorted}
      className="group/head relative flex min-w-0 items-center border-r border-line last:border-r-0"
      onDragOver={(event) => event.dataTransfer.types.includes('application/x-column') && event.preventDefault()}
      onDrop={(event) => {
        const moved = event.dataTransfer.getData('application/x-column');
        if (moved !== '' && moved !== column) actions.moveTo(moved, column);
      }}
    >
      <Menu
        label={`${label} column`}
        items={items}
        className="flex h-7 min-w-0 flex-1 items-center gap-1 px-2 text-left text-xs font-medium text-muted hover:text-ink"
        buttonProps={{
          draggable: true,
          'data-tip': column === label ? undefined : column,
          onDragStart: (event) => event.dataTransfer.setData('application/x-column', column),
        }}
      >
        <span className="truncate">{label}</span>
        {sorted &&
          (sorted === 'descending' ? (
            <ArrowDown size={12} aria-hidden="true" />
          ) : (
            <ArrowUp size={12} aria-hidden="true" />
          ))}
        <ChevronDown
          size={12}
          aria-hidden="true"
          className="opacity-0 group-focus-within/head:opacity-100 group-hover/head:opacity-100"
        />
      </Menu>
      <div
        aria-hidden="true"
        className="absolute top-0 -right-1 z-10 h-full w-2 cursor-col-resize touch-none hover:bg-accent/40"
        onPointerDown={(event: PointerEvent<HTMLDivElement>) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = { x: event.clientX, width: widthNow() };
        }}
        onPointerMove={(event) => start.current && resize(start.current.width + event.clientX - start.current.x)}
        onPointerUp={() => {
          start.current = null;
        }}
        onDoubleClick={() => actions.resize(column, null)}
      />
    </div>
  );
}
