import type { ReactNode } from 'react';
import type { LogEvent } from '../../lib/log-event.ts';

export type GridRow =
  | { readonly kind: 'event'; readonly key: string; readonly event: LogEvent }
  /** A line across all columns, such as a gap in the tail. */
  | { readonly kind: 'note'; readonly key: string; readonly content: ReactNode };

/** What the grid draws: by position, so that ten thousand rows are never copied into React. */
export interface RowSource {
  readonly count: number;
  at(index: number): GridRow | undefined;
  /** Position of a row by its key; -1 when it has gone. */
  indexOf(key: string): number;
}

/** Rows of a list that only grows at its end. */
export function listSource(events: readonly LogEvent[]): RowSource {
  let positions: Map<string, number> | null = null;
  return {
    count: events.length,
    at(index) {
      const event = events[index];
      return event && { kind: 'event', key: event.id, event };
    },
    indexOf(key) {
      positions ??= new Map(events.map((event, index) => [event.id, index]));
      return positions.get(key) ?? -1;
    },
  };
}
