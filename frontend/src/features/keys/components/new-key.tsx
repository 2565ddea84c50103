import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, Field } from '../../../ui/field.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { type ApiKey, useMakeKey } from '../api/keys.ts';

const SCOPES: readonly (readonly [scope: ApiKey['scopes'][number], label: string])[] = [
  ['ingest', 'Send events'],
  ['read', 'Read events'],
  ['write', 'Change what the project shares'],
  ['admin', 'Manage the project'],
];

/** The form of a new key, and the key itself, once. */
export function NewKey() {
  const make = useMakeKey();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly ApiKey['scopes'][number][]>(['ingest']);
  const [days, setDays] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (make.isPending) return;
    const key = { name, scopes: [...scopes], ...(days !== '' && { expires_in_days: Number(days) }) };
    make.mutate(key, { onSuccess: () => setName('') });
  };
  return (
    <section aria-label="New key" className="grid gap-3 rounded-m border border-line bg-surface p-3">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <Field
          label="Name of the new key"
          required
          maxLength={100}
          value={name}
          placeholder="checkout shipper"
          onChange={(event) => setName(event.target.value)}
          className="min-w-56 flex-1"
        />
        <Choice label="Ends" value={days} onChange={(event) => setDays(event.target.value)} className="w-32">
          <option value="">never</option>
          <option value="30">in 30 days</option>
          <option value="90">in 90 days</option>
          <option value="365">in a year</option>
        </Choice>
        <Button
          look="primary"
          type="submit"
          icon={KeyRound}
          className="h-8"
          deniedBecause={scopes.length > 0 ? null : 'Choose what the key may do'}
        >
          Make key
        </Button>
        <fieldset className="flex w-full flex-wrap gap-x-4">
          <legend className="sr-only">What the key may do</legend>
          {SCOPES.map(([scope, label]) => (
            <label key={scope} className="inline-flex h-7 items-center gap-1.5 max-sm:h-11">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={({ target }) =>
                  setScopes(target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                }
                className="accent-accent-fill"
              />
              {label}
            </label>
          ))}
        </fieldset>
      </form>
      {make.error && (
        <p role="alert" className="text-s text-danger">
          {toProblem(make.error).message}
        </p>
      )}
      {make.data && (
        <SecretOnce
          secret={make.data.key}
          what="API key"
          note="Shown only now. Keep it where your shipper reads its secrets."
        />
      )}
    </section>
  );
}
