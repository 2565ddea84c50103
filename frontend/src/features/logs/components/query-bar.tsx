import { CircleHelp, Play } from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { QueryLimitError, QuerySyntaxError } from '../../../../../functions/search/language/errors.ts';
import { parse, tokenize } from '../../../../../functions/search/language/parser.ts';
import { useSettled } from '../../../lib/hooks.ts';
import { useShortcut } from '../../../lib/keyboard.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import type { ApiProblem } from '../../../lib/problem.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { useCombobox } from '../../../ui/use-combobox.ts';
import { type Search, useFields, useValues } from '../api/logs.ts';
import type { KnownAttribute, Suggestion } from '../suggest.ts';

const SyntaxCard = lazy(async () => ({ default: (await import('./syntax-card.tsx')).SyntaxCard }));

interface QueryBarProps {
  readonly text: string;
  readonly onRun: (text: string) => void;
  /** An error the server found in the text that was run. */
  readonly problem: ApiProblem | null;
  readonly search: Search;
}

interface Mistake {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The first mistake of a query text, before it is sent; null for a good one. */
export function mistakeIn(text: string): Mistake | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (error instanceof QuerySyntaxError) {
      const expected = error.expected.length > 0 ? `; expected ${error.expected.join(', ')}` : '';
      return {
        message: `${error.message}${expected}`,
        start: error.span.start,
        end: Math.max(error.span.end, error.span.start + 1),
      };
    }
    if (error instanceof QueryLimitError) return { message: error.message, start: 0, end: text.length };
    throw error;
  }
}

const COLOURS: Readonly<Record<string, string>> = {
  field: 'text-accent-ink',
  operator: 'text-muted',
  keyword: 'text-(--level-fatal)',
  string: 'text-ok',
  regex: 'text-caution',
  glob: 'text-caution',
  pipe: 'text-(--level-fatal)',
  function: 'text-(--level-fatal)',
  paren: 'text-muted',
};

/** The text cut at tokens and at the mistake, each piece in its colour. */
function Coloured({ text, mistake }: { text: string; mistake: Mistake | null }) {
  const pieces = useMemo(() => {
    const tokens = tokenize(text);
    const cuts = new Set([0, text.length, ...tokens.flatMap(({ start, end }) => [start, end])]);
    if (mistake) for (const at of [mistake.start, mistake.end]) cuts.add(Math.min(at, text.length));
    const at = [...cuts].sort((a, b) => a - b);
    return at.slice(0, -1).map((start, index) => {
      const end = at[index + 1] ?? text.length;
      const kind = tokens.find((token) => token.start <= start && end <= token.end)?.kind;
      return {
        start,
        text: text.slice(start, end),
        colour: kind && COLOURS[kind],
        wrong: mistake !== null && start >= mistake.start && end <= mistake.end,
      };
    });
  }, [text, mistake]);
  return pieces.map((piece) => (
    <span
      key={piece.start}
      className={cx(piece.colour, piece.wrong && 'underline decoration-danger decoration-wavy underline-offset-4')}
    >
      {piece.text}
    </span>
  ));
}

const TYPE = 'px-2 py-[6px] pr-8 font-mono text-s leading-[18px] break-words whitespace-pre-wrap';
const SETTLE_MILLIS = 350;
const NO_FIELDS: readonly KnownAttribute[] = [];

/** The query: coloured, completed while typing, checked before it runs. */
export function QueryBar({ text, onRun, problem, search }: QueryBarProps) {
  const [draft, setDraft] = useState(text);
  const [caret, setCaret] = useState(text.length);
  const [open, setOpen] = useState(false);
  const [help, setHelp] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  // needed from the first key on, not for the first rows
  const [suggest, setSuggest] = useState<typeof import('../suggest.ts') | null>(null);
  const { recentQueries } = usePreferences();
  useEffect(() => setDraft(text), [text]);

  const fields = useFields(search, open).query.data?.items ?? NO_FIELDS;
  const place = useMemo(
    () => (open && suggest ? suggest.placeAt(draft, caret, fields) : null),
    [open, suggest, draft, caret, fields],
  );
  const values = useValues(
    search,
    place?.expects === 'value' ? (place.field ?? null) : null,
    useSettled(place?.prefix ?? '', 40),
  );
  const items = useMemo<readonly Suggestion[]>(() => {
    if (place === null || suggest === null) return [];
    const found = suggest.suggestAt(draft, place, fields, values);
    if (draft.trim() === '') return [...suggest.suggestRecent(recentQueries, '', Date.now()), ...found];
    // between two conditions anything may come: a list of all that is in the way
    return place.expects === 'term' && place.prefix === '' ? [] : found;
  }, [place, suggest, draft, fields, values, recentQueries]);

  const run = (wanted = draft) => {
    setOpen(false);
    onRun(wanted.trim());
  };
  const box = useCombobox({
    items,
    open,
    first: -1,
    onChoose: (item) => {
      setDraft(item.text);
      setCaret(item.caret);
      requestAnimationFrame(() => input.current?.setSelectionRange(item.caret, item.caret));
      if (item.runs) run(item.text);
    },
  });
  useShortcut('query', () => {
    input.current?.focus();
    input.current?.select();
  });
  useShortcut('run', () => run());

  const settled = useSettled(draft, SETTLE_MILLIS);
  const local = useMemo(() => (settled === draft ? mistakeIn(draft) : null), [settled, draft]);
  const served = problem?.span && draft === text ? { message: problem.message, ...problem.span } : null;
  const mistake = local ?? served;
  const changed = draft.trim() !== text;
  const lines = draft.split('\n').length;

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (box.onKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) run();
    else if (event.key === 'Escape') {
      // the first press closes the list, the next leaves the bar
      if (open && items.length > 0) setOpen(false);
      else input.current?.blur();
    } else if (event.key === 'ArrowDown' && !open && lines === 1) setOpen(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const follow = (target: HTMLTextAreaElement) => setCaret(target.selectionStart);

  return (
    <div className="flex min-w-0 flex-1 items-start gap-2">
      <div className="relative min-w-0 flex-1">
        <div className="relative rounded-s border border-line-strong bg-surface has-[textarea:focus-visible]:outline-2 has-[textarea:focus-visible]:outline-accent">
          <pre aria-hidden="true" className={cx(TYPE, 'min-h-[30px] text-ink max-sm:min-h-[42px]')}>
            <Coloured text={draft} mistake={mistake} />
            {'\u200b'}
          </pre>
          <textarea
            ref={input}
            {...box.fieldProps}
            aria-label="Query"
            aria-invalid={mistake ? true : undefined}
            aria-describedby={mistake ? 'query-mistake' : undefined}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            value={draft}
            placeholder="Search: words, field:value, level:>=warn, -excluded"
            onChange={(event) => {
              setDraft(event.target.value);
              follow(event.target);
              setOpen(true);
            }}
            onSelect={(event) => follow(event.currentTarget)}
            onFocus={(event) => {
              if (suggest === null) void import('../suggest.ts').then(setSuggest);
              follow(event.currentTarget);
              if (draft.trim() === '') setOpen(true);
            }}
            onBlur={() => setOpen(false)}
            onKeyDown={onKeyDown}
            className={cx(
              TYPE,
              'absolute inset-0 h-full w-full resize-none overflow-hidden bg-transparent text-transparent caret-ink placeholder:overflow-hidden placeholder:text-ellipsis placeholder:whitespace-nowrap focus-visible:outline-none',
            )}
          />
          <IconButton
            label="Query syntax"
            icon={CircleHelp}
            className="absolute top-[1px] right-[1px]"
            onClick={() => setHelp(true)}
          />
        </div>
        {open && items.length > 0 && (
          // biome-ignore lint/a11y/useAriaPropsSupportedByRole: its role is among the list's props
          <div
            {...box.listProps}
            aria-label="Suggestions"
            className="absolute top-full left-0 z-40 mt-1 max-h-80 w-full max-w-xl overflow-auto rounded-m border border-line bg-raised p-1 shadow-float"
          >
            {items.map((item, index) => (
              <div
                key={`${item.label} ${item.note ?? ''}`}
                {...box.optionProps(index)}
                className={cx(
                  'flex min-h-7 items-center gap-3 rounded-s px-2 max-sm:min-h-11',
                  box.at === index && 'bg-selected',
                )}
              >
                <span className="min-w-0 flex-1 truncate font-mono text-xs">{item.label}</span>
                {item.note && <span className="truncate text-xs text-faint">{item.note}</span>}
                {item.count && <span className="num text-xs text-muted">{item.count}</span>}
              </div>
            ))}
          </div>
        )}
        <span role="status" className="sr-only">
          {open && items.length > 0 ? `${items.length} suggestions` : ''}
        </span>
        {mistake && !(open && items.length > 0) && (
          <p id="query-mistake" role="alert" className="px-2 pt-1 text-xs text-danger">
            {mistake.message}
          </p>
        )}
      </div>
      <Button
        look={changed ? 'primary' : 'plain'}
        icon={Play}
        tip="Run ( Enter )"
        onClick={() => run()}
        className="h-8"
      >
        <span className="max-sm:sr-only">Run</span>
      </Button>
      {help && (
        <Suspense fallback={null}>
          <SyntaxCard onClose={() => setHelp(false)} onUse={(example) => setDraft(example)} />
        </Suspense>
      )}
    </div>
  );
}
