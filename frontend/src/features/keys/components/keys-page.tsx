import { useState } from 'react';
import { currentProject } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { GuardedPage } from '../../../ui/guarded-page.tsx';
import { Page } from '../../../ui/page.tsx';
import { Message, Panel } from '../../../ui/panel.tsx';
import { Table } from '../../../ui/table.tsx';
import { When } from '../../../ui/when.tsx';
import { type ApiKey, useKeys, useRevokeKey } from '../api/keys.ts';
import { NewKey } from './new-key.tsx';
import { RotateDialog } from './rotate-dialog.tsx';

const SCOPE_WORDS: Readonly<Record<ApiKey['scopes'][number], string>> = {
  ingest: 'send',
  read: 'read',
  write: 'change',
  admin: 'manage',
};

/** Keys of the chosen project: made, shown once, rotated, revoked. */
export const KeysPage = () => (
  <GuardedPage title="API keys" needs="admin">
    {() => <Keys />}
  </GuardedPage>
);

function Keys() {
  const { query, queryKey } = useKeys();
  const revoke = useRevokeKey();
  const project = useStore(currentProject);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  return (
    <Page title="API keys" about="Shippers and the command line sign in with a key of this project.">
      <NewKey />
      <Panel
        title="Keys of this project"
        query={query}
        queryKey={queryKey}
        isEmpty={(data) => data.items.every((key) => key.project_id !== project)}
        empty={<Message title="No keys yet">Make one above; it is shown once.</Message>}
      >
        {(data) => (
          <Table label="Keys" heads={['Name', 'Key', 'May', 'Created', 'Last used', 'Ends', '']}>
            {data.items
              .filter((key) => key.project_id === project)
              .map((key) => (
                <tr key={key.id}>
                  <td>{key.name}</td>
                  <td className="font-mono text-xs whitespace-nowrap text-muted">{key.prefix}…</td>
                  <td className="whitespace-nowrap">{key.scopes.map((scope) => SCOPE_WORDS[scope]).join(', ')}</td>
                  <td>
                    <When at={key.created_at} />
                  </td>
                  <td>
                    <When at={key.last_used_at} />
                  </td>
                  <td>
                    <When at={key.expires_at} />
                    {key.replaced_by !== undefined && <span className="block text-xs text-caution">replaced</span>}
                  </td>
                  <td className="text-right whitespace-nowrap">
                    <Button
                      className="mr-1"
                      deniedBecause={key.replaced_by === undefined ? null : 'Another key took its place'}
                      onClick={() => setRotating(key)}
                    >
                      Rotate
                    </Button>
                    <Button look="danger" onClick={() => setRevoking(key)}>
                      Revoke
                    </Button>
                  </td>
                </tr>
              ))}
          </Table>
        )}
      </Panel>
      {rotating && <RotateDialog apiKey={rotating} onClose={() => setRotating(null)} />}
      {revoking && (
        <ConfirmDialog
          title={`Revoke ${revoking.name}`}
          typed={revoking.name}
          action="Revoke"
          run={() => revoke.mutateAsync(revoking.id).then(() => toast(`Revoked ${revoking.name}`))}
          onClose={() => setRevoking(null)}
        >
          Whatever sends or reads with this key stops within a minute. This cannot be undone.
        </ConfirmDialog>
      )}
    </Page>
  );
}
