import { type FormEvent, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Choice, Field } from '../../../ui/field.tsx';
import type { AuditFilter } from '../api/audit.ts';
import { NO_FILTER } from '../filter.ts';

const RANGES: readonly (readonly [from: string, name: string])[] = [
  ['', 'any time'],
  ['-1h', 'last hour'],
  ['-1d', 'last day'],
  ['-7d', 'last week'],
  ['-30d', 'last 30 days'],
];

/** What people and programs search by; the parts of a page besides are found by their action. */
const OPERATIONS: readonly (readonly [action: string, name: string])[] = [
  ['read.search_logs', 'searches'],
  ['read.recent_logs', 'newest events'],
  ['read.live_tail', 'live tail'],
  ['read.get_log', 'one event'],
  ['read.log_context', 'around an event'],
  ['read.get_correlation_trace', 'correlations'],
  ['read.export_logs', 'exports'],
  ['read.log_facets', 'facets'],
  ['read.log_field_values', 'values of a field'],
];

interface AuditFilterProps {
  readonly filter: AuditFilter;
  readonly onChange: (change: Partial<AuditFilter>) => void;
}

/** Conditions on entries; they take effect together, when asked for. */
export function AuditFilterForm({ filter, onChange }: AuditFilterProps) {
  const [draft, setDraft] = useState(filter);
  const searches = filter.chain === 'none';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(draft);
  };
  const text = (name: 'actor' | 'action' | 'entity_type' | 'entity_id', label: string, placeholder: string) => (
    <Field
      label={label}
      placeholder={placeholder}
      value={draft[name]}
      maxLength={256}
      onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
    />
  );
  return (
    <form
      aria-label={searches ? 'Searches' : 'Audit entries'}
      onSubmit={submit}
      className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] items-end gap-2"
    >
      {text('actor', 'Who', 'name or id')}
      {searches ? (
        <Choice
          label="Operation"
          value={draft.action}
          onChange={(event) => setDraft({ ...draft, action: event.target.value })}
        >
          <option value="">any</option>
          {OPERATIONS.map(([action, name]) => (
            <option key={action} value={action}>
              {name}
            </option>
          ))}
          {draft.action !== '' && !OPERATIONS.some(([action]) => action === draft.action) && (
            <option value={draft.action}>{draft.action}</option>
          )}
        </Choice>
      ) : (
        <>
          {text('action', 'Action', 'user.login, api_key.*')}
          {text('entity_type', 'Kind of thing', 'api_key')}
        </>
      )}
      {text('entity_id', searches ? 'Id of the event' : 'Its id', '')}
      <Choice
        label="Result"
        value={draft.result}
        onChange={(event) => setDraft({ ...draft, result: event.target.value })}
      >
        <option value="">any</option>
        <option value="success">success</option>
        <option value="failure">failure</option>
        {!searches && <option value="pending">not finished</option>}
      </Choice>
      <Choice label="When" value={draft.from} onChange={(event) => setDraft({ ...draft, from: event.target.value })}>
        {RANGES.map(([from, name]) => (
          <option key={from} value={from}>
            {name}
          </option>
        ))}
        {!RANGES.some(([from]) => from === draft.from) && <option value={draft.from}>from {draft.from}</option>}
      </Choice>
      <span className="flex gap-2">
        <Button look="primary" type="submit" className="h-8">
          Find
        </Button>
        <Button className="h-8" onClick={() => onChange({ ...NO_FILTER, chain: filter.chain })}>
          Clear
        </Button>
      </span>
    </form>
  );
}
