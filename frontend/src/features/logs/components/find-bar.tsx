import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { formatCount } from '../../../lib/format.ts';
import { useSettled } from '../../../lib/hooks.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import { IconButton } from '../../../ui/button.tsx';
import { cellText } from '../../../ui/log-grid/columns.ts';
import type { GridRow, RowSource } from '../../../ui/log-grid/row-source.ts';

interface FindBarProps {
  readonly source: RowSource;
  readonly columns: readonly string[];
  readonly onGo: (index: number) => void;
  readonly onClose: () => void;
}

/** Finds in the rows that are loaded, for the browser's own find sees only those drawn. */
export function FindBar({ source, columns, onGo, onClose }: FindBarProps) {
  const [words, setWords] = useState('');
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const needle = useSettled(words.trim().toLowerCase(), 80);
  const hits = useMemo(() => {
    if (needle === '') return [];
    const found: number[] = [];
    for (let index = 0; index < source.count; index += 1)
      if (rowContains(source.at(index), columns, needle)) found.push(index);
    return found;
  }, [source, columns, needle]);
  useEffect(() => input.current?.focus(), []);
  useShortcut('find', () => input.current?.select());
  const go = (by: 1 | -1) => {
    if (hits.length === 0) return;
    const next = (at + by + hits.length) % hits.length;
    setAt(next);
    onGo(hits[next] ?? 0);
    // the reader goes on pressing Enter
    requestAnimationFrame(() => requestAnimationFrame(() => input.current?.focus({ preventScroll: true })));
  };
  return (
    <search className="absolute top-8 right-4 z-30 flex items-center gap-1 rounded-m border border-line bg-raised p-1 shadow-float">
      <input
        ref={input}
        aria-label="Find in loaded rows"
        placeholder="Find in loaded rows"
        value={words}
        className="h-7 w-48 bg-transparent px-2 text-s"
        onChange={(event) => {
          setWords(event.target.value);
          setAt(-1);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape') onClose();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <span role="status" className="num px-1 text-xs whitespace-nowrap text-muted">
        {needle === ''
          ? `in ${formatCount(source.count)}`
          : hits.length === 0
            ? 'no hit'
            : `${at < 0 ? '' : `${at + 1} of `}${formatCount(hits.length)}`}
      </span>
      <IconButton label="Previous hit" icon={ChevronUp} onClick={() => go(-1)} />
      <IconButton label="Next hit" icon={ChevronDown} onClick={() => go(1)} />
      <IconButton label="Close find" icon={X} onClick={onClose} />
    </search>
  );
}

/** Whether a shown column of the row holds the text, in any case. */
function rowContains(row: GridRow | undefined, columns: readonly string[], needle: string): boolean {
  if (row?.kind !== 'event') return false;
  return columns.some((column) => cellText(row.event, column, 'utc').toLowerCase().includes(needle));
}
