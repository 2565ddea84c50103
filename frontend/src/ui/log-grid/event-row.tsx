// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a table element
// biome-ignore-all lint/a11y/useFocusableInteractive: focus roves over the cells
import { memo } from 'react';
import { cutMiddle, formatIso, type Zone } from '../../lib/format.ts';
import type { LogEvent } from '../../lib/log-event.ts';
import { fieldText, fieldValue } from '../../lib/log-field.ts';
import { severityOf } from '../../lib/severity.ts';
import { singleLine, visibleText } from '../../lib/visible-text.ts';
import { cx } from '../cx.ts';
import { LevelShape } from '../level.tsx';
import { cellText, charsIn, isId, isTime } from './columns.ts';
import { Highlight } from './highlight.tsx';

/** Longest text of a row; the drawer has the whole. */
const ROW_TEXT = 1_000;

interface EventRowProps {
  readonly event: LogEvent;
  readonly columns: readonly string[];
  readonly zone: Zone;
  readonly wrap: boolean;
  readonly open: boolean;
  readonly marked: boolean;
  readonly activeColumn: number;
  readonly words: readonly string[];
  /** Pixels of each column; null for the one that takes what is left. */
  readonly widths: readonly (number | null)[];
  /** The message stands on a line of its own. */
  readonly stacked: boolean;
}

/** The whole time with all its digits, in the shown zone and in UTC. */
function timeTip(event: LogEvent, column: string, zone: Zone): string {
  const iso = fieldText(fieldValue(event, column));
  return zone === 'utc' ? formatIso(iso, 'utc') : `${formatIso(iso, zone)}\n${formatIso(iso, 'utc')}`;
}

/** The cells of one event. Handlers sit on the grid, which finds row and column by data attributes. */
export const EventRow = memo(function EventRow({
  event,
  columns,
  zone,
  wrap,
  open,
  marked,
  activeColumn,
  words,
  widths,
  stacked,
}: EventRowProps) {
  const severity = severityOf(event.severity);
  return columns.map((column, index) => {
    const full = cellText(event, column, zone);
    const width = widths[index];
    const text =
      isId(column) && !wrap && width
        ? cutMiddle(visibleText(full), charsIn(width))
        : wrap
          ? visibleText(full)
          : singleLine(full.length > ROW_TEXT ? `${full.slice(0, ROW_TEXT)}…` : full);
    return (
      <div
        key={column}
        role="gridcell"
        aria-colindex={index + 1}
        data-col={index}
        tabIndex={index === activeColumn ? 0 : -1}
        data-tip={isTime(column) ? timeTip(event, column, zone) : undefined}
        data-level={column === 'level' ? severity : undefined}
        className={cx(
          'min-w-0 px-2 py-(--row-pad) outline-offset-[-2px]',
          column !== 'service' && column !== 'level' && 'font-mono text-xs leading-5',
          wrap ? 'break-words whitespace-pre-wrap' : 'truncate whitespace-pre',
          isTime(column) && 'num text-right text-muted',
          column === 'level' && 'text-level',
          isId(column) && 'text-muted',
          stacked && (column === 'message' ? 'col-span-full row-start-2 -mt-1 pt-0' : 'row-start-1'),
          open && 'font-medium',
        )}
      >
        {index === 0 && (
          <span
            aria-hidden="true"
            data-level={severity}
            className={cx('bg-bar absolute top-0 bottom-0 left-0', marked ? 'w-1.5' : 'w-[3px]')}
          />
        )}
        {column === 'level' ? (
          <span className="inline-flex items-center gap-1.5">
            <LevelShape severity={severity} />
            {text || '—'}
          </span>
        ) : (
          <Highlight text={text} words={words} />
        )}
      </div>
    );
  });
});
