import type { Span } from './errors.ts';

/** What an event must be. Leaves name their field as it was written; `null` is free text. */
export type Filter =
  | { readonly kind: 'all'; readonly span: Span }
  | {
      readonly kind: 'and' | 'or';
      readonly operands: readonly Filter[];
      readonly span: Span;
    }
  | { readonly kind: 'not'; readonly operand: Filter; readonly span: Span }
  | Leaf;

export type Leaf =
  /** Free text: the words of `value` in a row. With a field: equality, or the same words in a text field. */
  | {
      readonly kind: 'match';
      readonly field: string | null;
      readonly value: string;
      readonly span: Span;
    }
  /** `pattern` has `*` and `?`; a backslash makes the next `*`, `?` or backslash plain. */
  | {
      readonly kind: 'glob';
      readonly field: string | null;
      readonly pattern: string;
      readonly span: Span;
    }
  | {
      readonly kind: 'regex';
      readonly field: string | null;
      readonly source: string;
      readonly span: Span;
    }
  | { readonly kind: 'exists'; readonly field: string; readonly span: Span }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly op: CompareOp;
      readonly value: string;
      readonly span: Span;
    }
  | {
      readonly kind: 'range';
      readonly field: string;
      readonly low: Bound | null;
      readonly high: Bound | null;
      readonly span: Span;
    };

export type CompareOp = '>' | '>=' | '<' | '<=';

export interface Bound {
  readonly value: string;
  readonly inclusive: boolean;
}

export const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'p50', 'p75', 'p90', 'p95', 'p99', 'distinct'] as const;

/** A number over the events of a group. */
export interface Measure {
  readonly fn: (typeof MEASURES)[number];
  /** `null` for `count` without a field. */
  readonly field: string | null;
}

/** What groups are made by: a field's values, or time in steps. */
export type Grouping =
  | { readonly by: 'field'; readonly field: string }
  | { readonly by: 'time'; readonly step: string };

/** What is done with the events that passed the filter. */
export type Pipe =
  | {
      readonly kind: 'stats';
      readonly measures: readonly Measure[];
      readonly groups: readonly Grouping[];
      readonly span: Span;
    }
  | {
      readonly kind: 'top';
      readonly limit: number;
      readonly field: string;
      readonly span: Span;
    }
  | {
      readonly kind: 'sort';
      readonly by: readonly {
        readonly column: string;
        readonly descending: boolean;
      }[];
      readonly span: Span;
    }
  | { readonly kind: 'limit'; readonly count: number; readonly span: Span }
  | {
      readonly kind: 'fields';
      readonly names: readonly string[];
      readonly span: Span;
    };

/** A query: a filter, then pipes in order. */
export interface Query {
  readonly filter: Filter;
  readonly pipes: readonly Pipe[];
}
