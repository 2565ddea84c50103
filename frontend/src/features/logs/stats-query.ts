import type { Grouping, Measure, Pipe } from '../../../../functions/search/language/ast.ts';
import { parse } from '../../../../functions/search/language/parser.ts';
import { print } from '../../../../functions/search/language/printer.ts';

/** The numbers that a query asks for. */
export interface Numbers {
  readonly measures: readonly Measure[];
  readonly groups: readonly Grouping[];
}

interface Read {
  /** Conditions, as written. */
  readonly head: string;
  readonly numbers: Numbers | null;
  /** What is done with the rows of numbers. */
  readonly rest: readonly Pipe[];
}

const NOWHERE = { start: 0, end: 0 };
const COUNT: Measure = { fn: 'count', field: null };

/** What a query asks for, `top` as the count that it is short for; null for a text that is no query. */
export function readNumbers(text: string): Read | null {
  try {
    const { pipes } = parse(text);
    const [first, ...rest] = pipes;
    const head = (first === undefined ? text : text.slice(0, text.lastIndexOf('|', first.span.start))).trim();
    if (first?.kind === 'stats') return { head, numbers: first, rest };
    if (first?.kind !== 'top') return { head, numbers: null, rest: pipes };
    const shortened: readonly Pipe[] = [
      { kind: 'sort', by: [{ column: 'count', descending: true }], span: NOWHERE },
      { kind: 'limit', count: first.limit, span: NOWHERE },
    ];
    return {
      head,
      numbers: { measures: [COUNT], groups: [{ by: 'field', field: first.field }] },
      rest: [...shortened, ...rest],
    };
  } catch {
    return null;
  }
}

/** The columns that rows of these numbers have. */
const columnsOf = ({ measures, groups }: Numbers): ReadonlySet<string> => {
  const pipe: Pipe = { kind: 'stats', measures, groups, span: NOWHERE };
  const [, made = '', by = ''] = /^\* \| stats (.*?)(?: by (.*))?$/.exec(print({ filter: ALL, pipes: [pipe] })) ?? [];
  return new Set([...made.split(', '), ...by.split(', ')]);
};
const ALL = { kind: 'all', span: NOWHERE } as const;

/** The text asking for other numbers; what sorted or chose columns that are no more is left out. */
export function withNumbers(text: string, numbers: Numbers | null): string {
  const read = readNumbers(text);
  if (read === null) return text;
  if (numbers === null) return read.head;
  const columns = columnsOf(numbers);
  const rest = read.rest.filter(
    (pipe) => pipe.kind === 'limit' || (pipe.kind === 'sort' && pipe.by.every(({ column }) => columns.has(column))),
  );
  const pipes: readonly Pipe[] = [
    { kind: 'stats', measures: numbers.measures, groups: numbers.groups, span: NOWHERE },
    ...(read.numbers === null ? [] : rest),
  ];
  return `${read.head} ${print({ filter: ALL, pipes }).slice(2)}`.trim();
}

/** What stats mode begins with. */
export const FIRST_NUMBERS: Numbers = { measures: [COUNT], groups: [{ by: 'field', field: 'service' }] };
