import type { LogEvent } from '../../../lib/log-event.ts';
import type { UrlState } from '../../../lib/url-state.ts';
import type { ValueActions } from '../../../ui/log-grid/value-menu.tsx';

/** What the page gives to whichever rows it shows, found or live. */
export interface ResultsProps {
  readonly query: string;
  readonly columns: readonly string[];
  readonly widths: UrlState['w'];
  readonly wrap: boolean;
  readonly openId: string;
  readonly words: readonly string[];
  readonly onOpen: (event: LogEvent | null, tab?: 'context') => void;
  /** An open event follows the reader from row to row. */
  readonly onMove: (event: LogEvent) => void;
  readonly onColumns: (columns: readonly string[]) => void;
  readonly onWidths: (widths: UrlState['w']) => void;
  readonly onFilter: ValueActions['filter'];
  /** Gives the page the loaded rows: for export, stepping and finding. */
  readonly onLoaded: (loaded: LoadedRows) => void;
}

export interface LoadedRows {
  events(): readonly LogEvent[];
  /** How many events the search has in all; null while unknown. */
  readonly total: number | null;
  step(by: 1 | -1): void;
}
