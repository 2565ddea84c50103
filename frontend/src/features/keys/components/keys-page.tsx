import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { currentProject } from '../../../lib/api.ts';
import { formatAgo, formatIso } from '../../../lib/format.ts';
import { useTitle } from '../../../lib/hooks.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { useStore } from '../../../lib/store.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field } from '../../../ui/field.tsx';
import { PageHeading } from '../../../ui/page-heading.tsx';
import { Message, Panel } from '../../../ui/panel.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { type ApiKey, useKeys, useMakeKey, useRevokeKey } from '../api/keys.ts';

/** Keys of the chosen project: made, shown once, revoked. */
export function KeysPage() {
  useTitle('API keys');
  const { query, queryKey } = useKeys();
  const project = useStore(currentProject);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto grid max-w-4xl gap-4 p-4">
        <PageHeading>API keys</PageHeading>
        <NewKey />
        <Panel
          title="Keys of this project"
          query={query}
          queryKey={queryKey}
          isEmpty={(data) => data.items.every((key) => key.project_id !== project)}
          empty={<Message title="No keys yet">Shippers and the command line sign in with a key.</Message>}
        >
          {(data) => <KeyTable keys={data.items.filter((key) => key.project_id === project)} onRevoke={setRevoking} />}
        </Panel>
      </div>
      {revoking && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />}
    </div>
  );
}

function NewKey() {
  const make = useMakeKey();
  const [name, setName] = useState('');
  const [ingest, setIngest] = useState(true);
  const [read, setRead] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (make.isPending) return;
    make.mutate(
      { name, scopes: [...(ingest ? (['ingest'] as const) : []), ...(read ? (['read'] as const) : [])] },
      { onSuccess: () => setName('') },
    );
  };
  const scope = (checked: boolean, set: (on: boolean) => void, label: string) => (
    <label className="inline-flex h-8 items-center gap-1.5 max-sm:h-11">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => set(event.target.checked)}
        className="accent-accent-fill"
      />
      {label}
    </label>
  );
  return (
    <section aria-label="New key" className="grid gap-3 rounded-m border border-line bg-surface p-3">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-4">
        <Field
          label="Name of the new key"
          required
          maxLength={100}
          value={name}
          placeholder="checkout shipper"
          onChange={(event) => setName(event.target.value)}
          className="min-w-56 flex-1"
        />
        {scope(ingest, setIngest, 'Send events')}
        {scope(read, setRead, 'Read events')}
        <Button
          look="primary"
          type="submit"
          icon={KeyRound}
          className="h-8"
          deniedBecause={ingest || read ? null : 'Choose what the key may do'}
        >
          Make key
        </Button>
      </form>
      {make.error && (
        <p role="alert" className="text-s text-danger">
          {toProblem(make.error).message}
        </p>
      )}
      {make.data && (
        <div role="status" className="flex flex-wrap items-center gap-3 rounded-s bg-caution-soft p-2">
          <code className="min-w-0 flex-1 font-mono text-s break-all">{make.data.key}</code>
          <CopyButton text={make.data.key} what="API key">
            Copy key
          </CopyButton>
          <p className="w-full text-xs text-caution">Shown only now. Keep it where your shipper reads its secrets.</p>
        </div>
      )}
    </section>
  );
}

const SCOPE_WORDS: Readonly<Record<ApiKey['scopes'][number], string>> = {
  ingest: 'send',
  read: 'read',
  write: 'change',
  admin: 'manage',
};

function KeyTable({ keys, onRevoke }: { keys: readonly ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  const { zone } = usePreferences();
  const when = (iso: string | null | undefined) =>
    iso ? <span data-tip={formatIso(iso, zone)}>{formatAgo(iso, Date.now())}</span> : 'never';
  return (
    <ScrollRegion label="Keys" className="overflow-x-auto">
      <table className="w-full min-w-[560px]">
        <thead className="text-left text-xs text-muted">
          <tr className="border-b border-line">
            <th className="px-3 py-1 font-medium">Name</th>
            <th className="px-3 py-1 font-medium">Key</th>
            <th className="px-3 py-1 font-medium">May</th>
            <th className="px-3 py-1 font-medium">Created</th>
            <th className="px-3 py-1 font-medium">Ends</th>
            <th className="px-3 py-1">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} className="h-9 border-b border-line/60 last:border-0">
              <td className="px-3">{key.name}</td>
              <td className="px-3 font-mono text-xs text-muted">{key.prefix}…</td>
              <td className="px-3">{key.scopes.map((scope) => SCOPE_WORDS[scope]).join(', ')}</td>
              <td className="num px-3 text-muted">{when(key.created_at)}</td>
              <td className="num px-3 text-muted">{when(key.expires_at)}</td>
              <td className="px-3 text-right">
                <Button look="danger" onClick={() => onRevoke(key)}>
                  Revoke
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeKey();
  const [typed, setTyped] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed !== apiKey.name) return;
    revoke.mutate(apiKey.id, {
      onSuccess: () => {
        toast(`Revoked ${apiKey.name}`);
        onClose();
      },
    });
  };
  return (
    <Dialog title={`Revoke ${apiKey.name}`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-3">
        <p>Whatever sends or reads with this key stops within a minute. This cannot be undone.</p>
        <Field
          label={`Type ${apiKey.name} to confirm`}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          error={revoke.error ? toProblem(revoke.error).message : null}
        />
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            look="danger"
            type="submit"
            deniedBecause={typed === apiKey.name ? null : 'Type the name of the key first'}
          >
            Revoke
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
