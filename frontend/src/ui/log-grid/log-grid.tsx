// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: focus roves over the cells
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  lazy,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  Suspense,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import { copyText } from '../../lib/clipboard.ts';
import { useNarrow } from '../../lib/hooks.ts';
import { useShortcut } from '../../lib/keyboard.ts';
import type { LogEvent } from '../../lib/log-event.ts';
import { fieldText, fieldValue } from '../../lib/log-field.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { severityOf } from '../../lib/severity.ts';
import { cx } from '../cx.ts';
import {
  columnWidths,
  gridTemplate,
  isStacked,
  leastWidth,
  messageOf,
  STACKED_LINE,
  stackedColumns,
  stackedTemplate,
} from './columns.ts';
import { EventRow } from './event-row.tsx';
import { type ColumnActions, HeaderCell } from './header-cell.tsx';
import type { GridRow, RowSource } from './row-source.ts';
import type { ValueActions } from './value-menu.tsx';

const InlineEvent = lazy(async () => ({ default: (await import('./inline-event.tsx')).InlineEvent }));
const ValueMenu = lazy(async () => ({ default: (await import('./value-menu.tsx')).ValueMenu }));

export interface GridHandle {
  focusRow(index: number): void;
  scrollToIndex(index: number, align?: 'start' | 'center' | 'end' | 'auto'): void;
  readonly scroller: HTMLDivElement | null;
}

interface LogGridProps {
  readonly label: string;
  readonly source: RowSource;
  readonly columns: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
  readonly sort: '-timestamp' | 'timestamp';
  readonly wrap: boolean;
  /** Rows that exist beyond those loaded; null when unknown. */
  readonly total: number | null;
  readonly openId: string;
  readonly onOpen: (event: LogEvent | null, tab?: 'context') => void;
  /** The reader moved to another row by key. */
  readonly onMove: (event: LogEvent) => void;
  readonly onColumns: (columns: readonly string[]) => void;
  readonly onWidths: (widths: Readonly<Record<string, number>>) => void;
  readonly onSort: (sort: '-timestamp' | 'timestamp') => void;
  readonly onFilter: ValueActions['filter'];
  readonly onNearEnd?: () => void;
  readonly onHover?: (event: LogEvent | null) => void;
  readonly onMarks?: (marked: ReadonlySet<string>) => void;
  readonly onScroll?: (scroller: HTMLDivElement) => void;
  readonly footer?: ReactNode;
  /** Words to mark in cells. */
  readonly words?: readonly string[];
  readonly handle?: RefObject<GridHandle | null>;
  /** False where the page has another grid that takes the single keys. */
  readonly takesKeys?: boolean;
}

const NO_WORDS: readonly string[] = [];
const NEAR_END_ROWS = 40;

/** A virtual grid of log events: one tab stop, moved in by arrows, any length. */
export function LogGrid(props: LogGridProps) {
  const {
    label,
    source,
    columns: chosen,
    widths: setWidths,
    sort,
    wrap,
    total,
    openId,
    onOpen,
    onMove,
    onColumns,
    onWidths,
    onFilter,
    onNearEnd,
    footer,
  } = props;
  const { zone, density } = usePreferences();
  const stacked = isStacked(useNarrow(), chosen);
  const columns = useMemo(() => (stacked ? stackedColumns(chosen) : chosen), [stacked, chosen]);
  const lineHeight = density === 'compact' ? 22 : 28;
  const rowHeight = stacked ? lineHeight + STACKED_LINE : lineHeight;
  const scroller = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const [activeColumn, setActiveColumn] = useState(0);
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [menu, setMenu] = useState<{ at: { x: number; y: number }; field: string; value: string } | null>(null);
  const wantsFocus = useRef(false);

  const activeIndex = activeKey === null ? -1 : source.indexOf(activeKey);
  const measured = wrap || expanded.size > 0;
  const virtual = useVirtualizer({
    count: source.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollPaddingStart: rowHeight,
    getItemKey: (index) => source.at(index)?.key ?? index,
    // the focused row stays mounted when scrolled away, or focus would fall to the body
    rangeExtractor: (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      return activeIndex >= 0 && !indexes.includes(activeIndex)
        ? [...indexes, activeIndex].sort((a, b) => a - b)
        : indexes;
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes depend on these
  useEffect(() => virtual.measure(), [rowHeight, wrap, virtual]);

  const firstKey = source.at(0)?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: refitted for a new result only
  const widths = useMemo(() => {
    const sample: LogEvent[] = [];
    for (let index = 0; index < source.count && sample.length < 60; index += 1) {
      const row = source.at(index);
      if (row?.kind === 'event') sample.push(row.event);
    }
    return columnWidths(columns, setWidths, sample, zone);
    // fitting again with each new page would move columns under the reader
  }, [columns, setWidths, zone, firstKey === undefined]);
  const template = stacked ? stackedTemplate(columns, widths) : gridTemplate(widths);
  const least = stacked ? undefined : leastWidth(widths);

  const eventAt = (index: number): LogEvent | null => {
    const row = source.at(index);
    return row?.kind === 'event' ? row.event : null;
  };
  const focusRow = useCallback(
    (index: number) => {
      const row = source.at(Math.max(0, Math.min(source.count - 1, index)));
      if (!row) return;
      setActiveKey(row.key);
      wantsFocus.current = true;
      virtual.scrollToIndex(Math.max(0, Math.min(source.count - 1, index)), { align: 'auto' });
      if (row.kind === 'event') onMove(row.event);
    },
    [source, virtual, onMove],
  );
  useImperativeHandle(props.handle, () => ({
    focusRow,
    scrollToIndex: (index, align = 'auto') => virtual.scrollToIndex(index, { align }),
    get scroller() {
      return scroller.current;
    },
  }));
  useEffect(() => {
    if (!wantsFocus.current || activeIndex < 0) return;
    const cell =
      scroller.current?.querySelector<HTMLElement>(`[data-index="${activeIndex}"] [data-col="${activeColumn}"]`) ??
      scroller.current?.querySelector<HTMLElement>(`[data-index="${activeIndex}"]`);
    if (!cell) return;
    cell.focus({ preventScroll: true });
    wantsFocus.current = false;
  });

  useEffect(() => {
    const first = source.at(0);
    // the focused row went with the old result: keys go on at the top of the new one
    if (activeKey === null || activeIndex >= 0 || first === undefined || document.activeElement !== document.body)
      return;
    setActiveKey(first.key);
    wantsFocus.current = true;
  }, [source, activeKey, activeIndex]);

  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (onNearEnd && source.count > 0 && lastIndex >= source.count - NEAR_END_ROWS) onNearEnd();
  }, [lastIndex, source.count, onNearEnd]);

  const marks = (next: ReadonlySet<string>) => {
    setMarked(next);
    props.onMarks?.(next);
  };
  const toggle = (set: ReadonlySet<string>, key: string) => {
    const next = new Set(set);
    if (!next.delete(key)) next.add(key);
    return next;
  };
  const step = (by: 1 | -1) => {
    if (source.count === 0) return false;
    focusRow(activeIndex < 0 ? Math.max(0, openId === '' ? 0 : source.indexOf(openId) + by) : activeIndex + by);
    return true;
  };
  const stepError = (by: 1 | -1) => {
    for (let index = activeIndex + by; index >= 0 && index < source.count; index += by) {
      if (['ERROR', 'FATAL'].includes(severityOf(eventAt(index)?.severity))) return focusRow(index);
    }
  };
  const focusedValue = (): { event: LogEvent; field: string; value: string } | null => {
    const event = eventAt(activeIndex);
    const field = columns[activeColumn];
    if (!event || field === undefined) return null;
    return { event, field, value: field === 'message' ? messageOf(event) : fieldText(fieldValue(event, field)) };
  };
  const filterFocused = (how: 'include' | 'exclude') => {
    const focused = focusedValue();
    if (focused === null || focused.value === '' || focused.field === 'timestamp') return false;
    onFilter(focused.field, focused.value, how);
    return true;
  };

  const keys = props.takesKeys ?? true;
  useShortcut('next', () => step(1), keys);
  useShortcut('previous', () => step(-1), keys);
  useShortcut('nextError', () => stepError(1), keys);
  useShortcut('previousError', () => stepError(-1), keys);
  const openActive = (tab?: 'context') => {
    const event = eventAt(activeIndex);
    if (event === null) return false;
    onOpen(event, tab);
  };
  useShortcut('open', () => openActive(), keys);
  useShortcut('context', () => openActive('context'), keys);
  useShortcut('expand', () => (activeKey === null ? false : setExpanded(toggle(expanded, activeKey))), keys);
  useShortcut('mark', () => (activeKey === null ? false : marks(toggle(marked, activeKey))), keys);
  useShortcut('include', () => filterFocused('include'), keys);
  useShortcut('exclude', () => filterFocused('exclude'), keys);
  useShortcut(
    'copy',
    () => {
      const chosen = marked.size > 0 ? [...marked].map((key) => eventAt(source.indexOf(key))) : [eventAt(activeIndex)];
      const events = chosen.filter((event) => event !== null);
      if (events.length === 0) return false;
      void copyText(
        JSON.stringify(events.length === 1 ? events[0] : events, null, 2),
        events.length === 1 ? 'event as JSON' : `${events.length} events as JSON`,
      );
    },
    keys,
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      !(event.target instanceof HTMLElement) ||
      !event.target.closest('[data-index]')
    )
      return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const jump = { PageDown: activeIndex + page, PageUp: activeIndex - page, Home: 0, End: source.count - 1 }[
      event.key
    ];
    if (jump !== undefined) focusRow(jump);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      setActiveColumn(Math.max(0, Math.min(columns.length - 1, activeColumn + (event.key === 'ArrowRight' ? 1 : -1))));
      wantsFocus.current = true;
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const focused = focusedValue();
      const box = event.target.getBoundingClientRect();
      if (focused) setMenu({ at: { x: box.left + 8, y: box.bottom }, field: focused.field, value: focused.value });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const locate = (target: EventTarget): { index: number; column: number } | null => {
    if (!(target instanceof Element)) return null;
    const row = target.closest('[data-index]');
    if (!row) return null;
    return {
      index: Number(row.getAttribute('data-index')),
      column: Number(target.closest('[data-col]')?.getAttribute('data-col') ?? 0),
    };
  };
  const onClick = (event: MouseEvent) => {
    const at = locate(event.target);
    if (at === null || (event.target as Element).closest('button, a, [data-inline]')) return;
    // dragging over text selects it; that is no click
    if (!window.getSelection()?.isCollapsed) return;
    const row = source.at(at.index);
    if (row?.kind !== 'event') return;
    setActiveKey(row.key);
    setActiveColumn(at.column);
    onOpen(row.key === openId ? null : row.event);
  };
  const onContextMenu = (event: MouseEvent) => {
    const at = locate(event.target);
    const found = at && eventAt(at.index);
    const field = at && columns[at.column];
    if (!found || !field || (event.target as Element).closest('[data-inline]')) return;
    event.preventDefault();
    setActiveKey(found.id);
    setActiveColumn(at.column);
    setMenu({
      at: { x: event.clientX, y: event.clientY },
      field,
      value: field === 'message' ? messageOf(found) : fieldText(fieldValue(found, field)),
    });
  };

  // what the grid hides for want of room stays a column
  const actions: ColumnActions = {
    move(column, by) {
      const from = chosen.indexOf(column);
      const next = [...chosen];
      next.splice(from, 1);
      next.splice(Math.max(0, from + by), 0, column);
      onColumns(next);
    },
    moveTo(column, before) {
      const rest = chosen.filter((one) => one !== column);
      rest.splice(rest.indexOf(before) + (chosen.indexOf(column) < chosen.indexOf(before) ? 1 : 0), 0, column);
      onColumns(rest);
    },
    hide: (column) => onColumns(chosen.filter((one) => one !== column)),
    resize(column, width) {
      const next = { ...setWidths };
      if (width === null) delete next[column];
      else next[column] = width;
      onWidths(next);
    },
    sort: props.onSort,
  };
  const values: ValueActions = {
    filter: onFilter,
    columns: chosen,
    toggleColumn: (field) =>
      onColumns(chosen.includes(field) ? chosen.filter((one) => one !== field) : [...chosen, field]),
  };

  const rowOf = (row: GridRow, index: number, start: number) => {
    const isActive = index === activeIndex || (activeIndex < 0 && index === 0);
    const common = {
      'data-index': index,
      ref: measured ? virtual.measureElement : undefined,
      'aria-rowindex': index + 2,
      style: { transform: `translateY(${start}px)`, minHeight: rowHeight, ...(measured ? {} : { height: rowHeight }) },
    };
    if (row.kind === 'note') {
      return (
        <div key={row.key} {...common} role="row" tabIndex={isActive ? 0 : -1} className="absolute top-0 left-0 w-full">
          <div role="gridcell" aria-colspan={columns.length} className="flex h-full items-center">
            {row.content}
          </div>
        </div>
      );
    }
    const isMarked = marked.has(row.key);
    return (
      <div
        key={row.key}
        {...common}
        role="row"
        aria-selected={row.key === openId}
        className={cx(
          'absolute top-0 left-0 w-full cursor-default border-b border-line/60 hover:bg-hover',
          row.key === openId
            ? 'bg-selected hover:bg-selected'
            : isMarked
              ? 'bg-hit/40'
              : index === activeIndex && 'bg-hover',
        )}
      >
        <div role="presentation" className="grid content-start" style={{ gridTemplateColumns: template }}>
          <EventRow
            event={row.event}
            columns={columns}
            zone={zone}
            wrap={wrap}
            open={row.key === openId}
            marked={isMarked}
            activeColumn={isActive ? activeColumn : -1}
            words={props.words ?? NO_WORDS}
            widths={widths}
            stacked={stacked}
          />
        </div>
        {expanded.has(row.key) && (
          <Suspense fallback={null}>
            <InlineEvent event={row.event} actions={values} />
          </Suspense>
        )}
      </div>
    );
  };

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={total === null ? -1 : total + 1}
        aria-colcount={columns.length}
        tabIndex={source.count === 0 ? 0 : -1}
        className={cx(
          'min-h-0 flex-1 overflow-auto overscroll-contain [overflow-anchor:none]',
          lineHeight === 22 ? '[--row-pad:1px]' : '[--row-pad:4px]',
        )}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onContextMenu={onContextMenu}
        onScroll={(event) => props.onScroll?.(event.currentTarget)}
        onPointerOver={(event) => {
          if (!props.onHover) return;
          const at = locate(event.target);
          props.onHover(at && eventAt(at.index));
        }}
        onPointerLeave={() => props.onHover?.(null)}
        onFocus={(event) => {
          const at = locate(event.target);
          const row = at && source.at(at.index);
          if (!row || row.key === activeKey) return;
          setActiveKey(row.key);
        }}
      >
        <div role="rowgroup" className="sticky top-0 z-20 border-b border-line bg-surface" style={{ minWidth: least }}>
          <div role="row" aria-rowindex={1} className="grid" style={{ gridTemplateColumns: template }}>
            {columns.map((column, index) =>
              stacked && column === 'message' ? null : (
                <HeaderCell
                  key={column}
                  column={column}
                  index={index}
                  count={columns.length}
                  sort={sort}
                  actions={actions}
                />
              ),
            )}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize(), minWidth: least }}>
          {items.map((item) => {
            const row = source.at(item.index);
            return row && rowOf(row, item.index, item.start);
          })}
        </div>
        {footer && <div className="sticky left-0 w-full">{footer}</div>}
      </div>
      {menu && (
        <Suspense fallback={null}>
          <ValueMenu
            at={menu.at}
            field={menu.field}
            value={menu.value}
            actions={values}
            onClose={() => setMenu(null)}
          />
        </Suspense>
      )}
    </div>
  );
}
