import { useVirtualizer } from '@tanstack/react-virtual';
import { BarChart3, ChevronRight, Columns3, Filter, FilterX, Search as SearchIcon } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { formatCompact, formatCount, formatShare } from '../../../lib/format.ts';
import { SEVERITIES, severityOf } from '../../../lib/severity.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { LevelShape } from '../../../ui/level.tsx';
import type { ValueActions } from '../../../ui/log-grid/value-menu.tsx';
import { PanelBody, Skeleton } from '../../../ui/panel.tsx';
import { type Facet, type Facets, useFacets } from '../api/facets.ts';
import { type Search, useFields } from '../api/logs.ts';
import { terms } from '../query-text.ts';

const PINNED = ['level', 'service', 'environment', 'category'] as const;
const TITLES: Readonly<Record<string, string>> = {
  level: 'Level',
  service: 'Service',
  environment: 'Environment',
  category: 'Category',
};

/** Words in any order inside a dotted name: `geo dest` finds `geo.src.dest`. */
export function matchesField(name: string, words: string): boolean {
  const lower = name.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

interface FacetPanelProps {
  readonly search: Search;
  readonly actions: ValueActions;
  readonly onOnly: (field: string, value: string) => void;
}

export function FacetPanel({ search, actions, onOnly }: FacetPanelProps) {
  const pinned = useFacets(search, PINNED, true);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <PanelBody<Facets>
          query={pinned.query}
          queryKey={pinned.queryKey}
          skeleton={<Skeleton rows={8} />}
          ignore={({ isAboutQuery }) => isAboutQuery}
        >
          {(data) => (
            <div>
              {PINNED.map((field) => {
                const facet = data.facets.find((one) => one.field === field);
                // a project without workflows has no categories to choose from
                if (!facet || (field === 'category' && facet.distinct === 0)) return null;
                return (
                  <FacetSection
                    key={field}
                    facet={facet}
                    total={data.total}
                    search={search}
                    actions={actions}
                    onOnly={onOnly}
                    open
                  />
                );
              })}
            </div>
          )}
        </PanelBody>
        <FieldList search={search} actions={actions} onOnly={onOnly} />
      </div>
    </div>
  );
}

function FacetSection({
  facet,
  total,
  search,
  actions,
  onOnly,
  open,
}: FacetPanelProps & { facet: Facet; total: number; open: boolean }) {
  const { field } = facet;
  return (
    <details open={open} className="group border-b border-line">
      <summary className="flex h-7 items-center gap-1 px-2 text-xs font-medium hover:bg-hover max-sm:h-11">
        <ChevronRight size={12} aria-hidden="true" className="text-faint group-open:rotate-90" />
        <span className="flex-1 truncate">{TITLES[field] ?? field}</span>
        {facet.distinct > facet.values.length && (
          <span className="num font-normal text-faint">{formatCompact(facet.distinct)}</span>
        )}
      </summary>
      <FacetValues facet={facet} total={total} query={search.query} actions={actions} onOnly={onOnly} />
    </details>
  );
}

function FacetValues({
  facet,
  total,
  query,
  actions,
  onOnly,
}: {
  facet: Facet;
  total: number;
  query: string;
  actions: ValueActions;
  onOnly: FacetPanelProps['onOnly'];
}) {
  const { field } = facet;
  const chosen = useMemo(
    () =>
      new Map(
        (terms(query) ?? []).filter((term) => term.field === field).map((term) => [term.value ?? '', term.negated]),
      ),
    [query, field],
  );
  const values = useMemo(
    () =>
      field === 'level'
        ? [...facet.values].sort(
            (a, b) => SEVERITIES.indexOf(severityOf(a.value)) - SEVERITIES.indexOf(severityOf(b.value)),
          )
        : facet.values,
    [facet.values, field],
  );
  if (values.length === 0) return <p className="px-6 pb-2 text-xs text-faint">No values in this range</p>;
  return (
    <ul className="pb-1">
      {values.map(({ value, count }) => {
        const negated = chosen.get(value);
        return (
          <li key={value} className="group/value relative flex items-center hover:bg-hover focus-within:bg-hover">
            <button
              type="button"
              onClick={() => onOnly(field, value)}
              aria-pressed={negated === false}
              data-tip={`${visibleText(value)}\n${formatCount(count)} of ${formatCount(total)} events, ${formatShare(total === 0 ? 0 : count / total)}`}
              className={cx(
                'flex h-6 min-w-0 flex-1 items-center gap-1.5 pr-2 pl-6 text-left text-xs max-sm:h-11',
                negated === false && 'font-semibold text-accent-ink',
                negated && 'line-through',
              )}
            >
              {field === 'level' && <LevelShape severity={severityOf(value)} />}
              <span className="min-w-0 flex-1 truncate">{value === '' ? '(empty)' : visibleText(value)}</span>
              <span className="num text-faint group-focus-within/value:opacity-0 group-hover/value:opacity-0">
                {formatCompact(count)}
              </span>
            </button>
            <span className="absolute right-1 flex bg-hover opacity-0 group-focus-within/value:opacity-100 group-hover/value:opacity-100 max-sm:opacity-100">
              <IconButton
                label={`Only ${value}`}
                icon={Filter}
                className="h-6 w-6"
                onClick={() => onOnly(field, value)}
              />
              <IconButton
                label={`Filter out ${value}`}
                icon={FilterX}
                className="h-6 w-6"
                onClick={() => actions.filter(field, value, 'exclude')}
              />
            </span>
          </li>
        );
      })}
      {(facet.other > 0 || facet.missing > 0) && (
        <li className="num px-6 pt-0.5 text-xs text-faint">
          {[
            facet.other > 0 && `${formatCompact(facet.other)} in other values`,
            facet.missing > 0 && `${formatCompact(facet.missing)} without`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </li>
      )}
    </ul>
  );
}

const FIELD_ROW = 28;

/** All attribute keys of the range; a field's values are asked for when it is opened. */
function FieldList({ search, actions, onOnly }: FacetPanelProps) {
  const [words, setWords] = useState('');
  const [opened, setOpened] = useState<string | null>(null);
  const { query, queryKey } = useFields(search, true);
  const box = useRef<HTMLDivElement>(null);
  const shown = useMemo(
    () =>
      (query.data?.items ?? []).filter(
        ({ name }) => !PINNED.includes(name as never) && matchesField(name, words.trim()),
      ),
    [query.data, words],
  );
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => FIELD_ROW,
    overscan: 6,
    getItemKey: (index) => shown[index]?.name ?? index,
  });
  return (
    <section aria-label="All fields">
      <div className="sticky top-0 flex items-center gap-1.5 border-b border-line bg-surface px-2">
        <SearchIcon size={12} aria-hidden="true" className="text-faint" />
        <input
          aria-label="Find a field"
          placeholder={`Find in ${formatCount(query.data?.items.length ?? 0)} fields`}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          className="h-8 w-full bg-transparent text-xs max-sm:h-11"
        />
      </div>
      <PanelBody
        query={query}
        queryKey={queryKey}
        skeleton={<Skeleton rows={4} />}
        ignore={({ isAboutQuery }) => isAboutQuery}
      >
        {() =>
          shown.length === 0 ? (
            <p className="p-3 text-xs text-faint">
              {words === '' ? 'No further fields in this range' : 'No field has that name'}
            </p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key
            <section ref={box} className="max-h-80 overflow-auto" tabIndex={0} aria-label="Names of fields">
              <div className="relative" style={{ height: virtual.getTotalSize() }}>
                {virtual.getVirtualItems().map((item) => {
                  const field = shown[item.index];
                  if (!field) return null;
                  const isOpen = opened === field.name;
                  const isColumn = actions.columns.includes(field.name);
                  return (
                    <div
                      key={item.key}
                      data-index={item.index}
                      ref={virtual.measureElement}
                      className="absolute top-0 left-0 w-full"
                      style={{ transform: `translateY(${item.start}px)` }}
                    >
                      <div className="group/value flex items-center hover:bg-hover">
                        <button
                          type="button"
                          aria-expanded={isOpen}
                          onClick={() => setOpened(isOpen ? null : field.name)}
                          className="flex h-7 min-w-0 flex-1 items-center gap-1 px-2 text-left text-xs max-sm:h-11"
                          data-tip={`${field.name}\n${field.type}, in ${formatCount(field.count)} events`}
                        >
                          <ChevronRight
                            size={12}
                            aria-hidden="true"
                            className={cx('shrink-0 text-faint', isOpen && 'rotate-90')}
                          />
                          <span className="min-w-0 flex-1 truncate">{visibleText(field.name)}</span>
                          <span className="num text-faint">{formatCompact(field.count)}</span>
                        </button>
                        <IconButton
                          label={isColumn ? `Remove column ${field.name}` : `Add column ${field.name}`}
                          icon={Columns3}
                          pressed={isColumn}
                          className={cx(
                            'h-6 w-6',
                            !isColumn && 'opacity-0 group-hover/value:opacity-100 focus:opacity-100 max-sm:opacity-100',
                          )}
                          onClick={() => actions.toggleColumn(field.name)}
                        />
                      </div>
                      {isOpen && (
                        <OneField
                          search={search}
                          field={field.name}
                          numeric={field.type === 'number'}
                          actions={actions}
                          onOnly={onOnly}
                        />
                      )}
                    </div>
                  );
                })}
              </div>
            </section>
          )
        }
      </PanelBody>
    </section>
  );
}

function OneField({ search, field, numeric, actions, onOnly }: FacetPanelProps & { field: string; numeric: boolean }) {
  const { query, queryKey } = useFacets(search, [field], true);
  return (
    <PanelBody<Facets> query={query} queryKey={queryKey} skeleton={<Skeleton rows={3} />}>
      {(data) => {
        const facet = data.facets[0];
        if (!facet) return null;
        const numbers = facet.values.map(({ value }) => Number(value)).filter(Number.isFinite);
        return (
          <>
            <p className="num flex items-center gap-1 px-6 text-xs text-faint">
              <BarChart3 size={12} aria-hidden="true" />
              {formatCount(facet.distinct)} distinct
              {numeric &&
                numbers.length > 0 &&
                facet.distinct === numbers.length &&
                ` · ${Math.min(...numbers)}–${Math.max(...numbers)}`}
            </p>
            <FacetValues facet={facet} total={data.total} query={search.query} actions={actions} onOnly={onOnly} />
          </>
        );
      }}
    </PanelBody>
  );
}
