import { formatBytes, formatCount } from '../../../lib/format.ts';
import { Field } from '../../../ui/field.tsx';
import type { Draft, Settings } from '../api/settings.ts';
import { Section } from './section.tsx';

const QUOTAS = [
  { name: 'events_per_minute', label: 'Events a minute', format: formatCount },
  { name: 'bytes_per_minute', label: 'Bytes a minute', format: formatBytes },
  { name: 'events_per_day', label: 'Events a day', format: formatCount },
  { name: 'bytes_per_day', label: 'Bytes a day', format: formatBytes },
] as const;

interface QuotaFieldsProps {
  readonly quota: Draft['quota'];
  readonly stage: Settings['stage_quota'];
  readonly denied: string | null;
  readonly onChange: (quota: Draft['quota']) => void;
}

/** What the project may send; the stage's own where nothing is set. */
export const QuotaFields = ({ quota, stage, denied, onChange }: QuotaFieldsProps) => (
  <Section title="Quota" about="Beyond it senders are told to come back later. Empty fields leave the stage's own.">
    <div className="grid grid-cols-[repeat(auto-fill,minmax(160px,1fr))] gap-3">
      {QUOTAS.map(({ name, label, format }) => (
        <Field
          key={name}
          label={label}
          type="number"
          min={1}
          step={1}
          readOnly={denied !== null}
          hint={`the stage's: ${format(stage[name])}`}
          value={quota[name] ?? ''}
          onChange={({ target }) => {
            const { [name]: _before, ...rest } = quota;
            onChange(target.value === '' ? rest : { ...rest, [name]: Number(target.value) });
          }}
        />
      ))}
    </div>
  </Section>
);
