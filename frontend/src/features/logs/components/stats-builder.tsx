import { Plus, X } from 'lucide-react';
import { useMemo } from 'react';
import { type Grouping, MEASURES, type Measure } from '../../../../../functions/search/language/ast.ts';
import { KNOWN_FIELDS } from '../../../../../functions/search/language/fields.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { type Search, useFields } from '../api/logs.ts';
import { FIRST_NUMBERS, type Numbers, readNumbers, withNumbers } from '../stats-query.ts';

const STEPS = ['1m', '5m', '15m', '1h', '6h', '1d'];
const SELECT = 'h-7 max-w-40 min-w-0 rounded-s border border-line-strong bg-surface px-1 text-xs max-sm:h-11';
const NO_FIELDS: readonly { name: string; type: string }[] = [];

interface StatsBuilderProps {
  readonly search: Search;
  readonly onQuery: (query: string) => void;
}

/** Measures and groups as controls; the text of the query is what they change. */
export function StatsBuilder({ search, onQuery }: StatsBuilderProps) {
  const attributes = useFields(search, true).query.data?.items ?? NO_FIELDS;
  const numbers = readNumbers(search.query)?.numbers ?? null;
  const all = useMemo(
    () => [...new Set([...KNOWN_FIELDS.map(({ name }) => name), ...attributes.map(({ name }) => name)])],
    [attributes],
  );
  const numeric = useMemo(
    () => attributes.filter(({ type }) => type === 'number').map(({ name }) => name),
    [attributes],
  );
  const put = (next: Numbers) => onQuery(withNumbers(search.query, next));
  if (numbers === null)
    return (
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5 text-s text-muted">
        The query asks for events.
        <Button onClick={() => put(FIRST_NUMBERS)}>Count by service</Button>
      </div>
    );

  const { measures, groups } = numbers;
  const fieldsFor = (fn: Measure['fn']) =>
    fn === 'distinct' || fn === 'count' || numeric.length === 0 ? all : numeric;
  const setMeasure = (at: number, next: Measure) =>
    put({ measures: measures.map((measure, index) => (index === at ? next : measure)), groups });
  const setGroup = (at: number, next: Grouping) =>
    put({ measures, groups: groups.map((group, index) => (index === at ? next : group)) });
  const without = <T,>(items: readonly T[], at: number) => items.filter((_, index) => index !== at);
  const unused = (fields: readonly string[]) =>
    fields.find((field) => !groups.some((group) => group.by === 'field' && group.field === field)) ?? 'level';
  const timed = groups.some(({ by }) => by === 'time');
  /** A name that the lists do not hold, typed into the query, stays choosable. */
  const options = (names: readonly string[], current: string) =>
    (names.includes(current) ? names : [current, ...names]).map((name) => <option key={name}>{name}</option>);

  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-2 py-1.5">
      <fieldset className="flex min-w-0 flex-wrap items-center gap-1">
        <legend className="sr-only">Numbers</legend>
        {measures.map((measure, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: equal numbers differ by place only
          <span key={at} className="flex min-w-0 items-center gap-1">
            <select
              aria-label={`Number ${at + 1}`}
              className={SELECT}
              value={measure.fn}
              onChange={({ target }) => {
                const fn = target.value as Measure['fn'];
                const [first = 'duration_ms'] = fieldsFor(fn);
                setMeasure(at, { fn, field: fn === 'count' ? null : (measure.field ?? first) });
              }}
            >
              {MEASURES.map((fn) => (
                <option key={fn}>{fn}</option>
              ))}
            </select>
            {measure.field !== null && (
              <>
                <span className="text-xs text-muted">of</span>
                <select
                  aria-label={`Field of number ${at + 1}`}
                  className={SELECT}
                  value={measure.field}
                  onChange={({ target }) => setMeasure(at, { ...measure, field: target.value })}
                >
                  {options(fieldsFor(measure.fn), measure.field)}
                </select>
              </>
            )}
            {measures.length > 1 && (
              <IconButton
                label={`Remove number ${at + 1}`}
                icon={X}
                onClick={() => put({ measures: without(measures, at), groups })}
              />
            )}
          </span>
        ))}
        <IconButton
          label="Add a number"
          icon={Plus}
          onClick={() => put({ measures: [...measures, { fn: 'p95', field: numeric[0] ?? 'duration_ms' }], groups })}
        />
      </fieldset>
      <fieldset className="flex min-w-0 flex-wrap items-center gap-1">
        <legend className="float-left mr-1 text-xs text-muted">by</legend>
        {groups.map((group, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no identity
          <span key={at} className="flex min-w-0 items-center">
            {group.by === 'time' ? (
              <select
                aria-label="Step of time"
                className={SELECT}
                value={group.step}
                onChange={({ target }) => setGroup(at, { by: 'time', step: target.value })}
              >
                {(STEPS.includes(group.step) ? STEPS : [group.step, ...STEPS]).map((step) => (
                  <option key={step} value={step}>
                    time, {step}
                  </option>
                ))}
              </select>
            ) : (
              <select
                aria-label={`Group ${at + 1}`}
                className={SELECT}
                value={group.field}
                onChange={({ target }) => setGroup(at, { by: 'field', field: target.value })}
              >
                {options(all, group.field)}
              </select>
            )}
            <IconButton
              label={`Remove group ${at + 1}`}
              icon={X}
              onClick={() => put({ measures, groups: without(groups, at) })}
            />
          </span>
        ))}
        <Button
          look="quiet"
          onClick={() => put({ measures, groups: [...groups, { by: 'field', field: unused(all) }] })}
        >
          Add a group
        </Button>
        {!timed && (
          <Button look="quiet" onClick={() => put({ measures, groups: [...groups, { by: 'time', step: '5m' }] })}>
            Over time
          </Button>
        )}
      </fieldset>
    </div>
  );
}
