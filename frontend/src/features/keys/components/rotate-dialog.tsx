import { type FormEvent, useState } from 'react';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Choice } from '../../../ui/field.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { type ApiKey, useRotateKey } from '../api/keys.ts';

/** A new key for an old one, which stays good until the shippers have the new one. */
export function RotateDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const rotate = useRotateKey();
  const [minutes, setMinutes] = useState('1440');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rotate.isPending) rotate.mutate({ id: apiKey.id, overlap_minutes: Number(minutes) });
  };
  return (
    <Dialog title={`Rotate ${apiKey.name}`} onClose={onClose}>
      {rotate.data ? (
        <>
          <SecretOnce
            secret={rotate.data.key}
            what="API key"
            note="Shown only now. Give it to whatever uses the old one, before that ends."
          />
          <Button className="justify-self-end" onClick={onClose}>
            Done
          </Button>
        </>
      ) : (
        <form onSubmit={submit} className="grid gap-3">
          <p className="text-s text-muted">A new key with the same scopes takes its place.</p>
          <Choice label="The old key stays good" value={minutes} onChange={(event) => setMinutes(event.target.value)}>
            <option value="0">not at all</option>
            <option value="60">for an hour</option>
            <option value="1440">for a day</option>
            <option value="10080">for a week</option>
            <option value="43200">for 30 days</option>
          </Choice>
          {rotate.error && (
            <p role="alert" className="text-s text-danger">
              {toProblem(rotate.error).message}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button look="quiet" onClick={onClose}>
              Cancel
            </Button>
            <Button look="primary" type="submit" aria-disabled={rotate.isPending}>
              Make the new key
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
