import { useState } from 'react';
import { formatCount } from '../../../lib/format.ts';
import { useSettled } from '../../../lib/hooks.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { Choice, Field } from '../../../ui/field.tsx';
import { GuardedPage } from '../../../ui/guarded-page.tsx';
import { Page } from '../../../ui/page.tsx';
import { Message, Panel } from '../../../ui/panel.tsx';
import { Table } from '../../../ui/table.tsx';
import { When } from '../../../ui/when.tsx';
import { type User, useUpdateUser, useUsers } from '../api/users.ts';

type Change = 'disable' | 'enable' | 'raise' | 'lower';

const CHANGES = {
  disable: { action: 'Disable', fields: { disabled: true }, about: 'Sessions and live connections end at once.' },
  enable: { action: 'Enable', fields: { disabled: false }, about: 'They can sign in again.' },
  raise: {
    action: 'Make admin',
    fields: { role: 'admin' },
    about: 'They administer the whole platform: users, limits and every project.',
  },
  lower: { action: 'Make user', fields: { role: 'user' }, about: 'They keep their roles in projects.' },
} as const;

/** Everybody who has an account: found, promoted, disabled. */
export const UsersPage = ({ userId }: { userId: string }) => (
  <GuardedPage title="Users" needs="platform">
    {() => <Users userId={userId} />}
  </GuardedPage>
);

function Users({ userId }: { userId: string }) {
  const [words, setWords] = useState('');
  const [state, setState] = useState('');
  const [page, setPage] = useState(1);
  const [changing, setChanging] = useState<{ user: User; to: Change } | null>(null);
  const q = useSettled(words.trim(), 250);
  const { query, queryKey } = useUsers({
    page,
    ...(q !== '' && { q }),
    ...(state === 'admin' && { role: 'admin' as const }),
    ...(state === 'disabled' && { disabled: true }),
  });
  const update = useUpdateUser();
  return (
    <Page title="Users" about="Accounts of the whole platform. What they may do in a project is set there.">
      <div className="flex flex-wrap gap-3">
        <Field
          label="Find"
          placeholder="Name or e-mail"
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setPage(1);
          }}
          className="min-w-56 flex-1"
        />
        <Choice
          label="Show"
          value={state}
          onChange={(event) => {
            setState(event.target.value);
            setPage(1);
          }}
          className="w-40"
        >
          <option value="">all</option>
          <option value="admin">admins</option>
          <option value="disabled">disabled</option>
        </Choice>
      </div>
      <Panel
        title="Accounts"
        aside={query.data && <span className="num text-xs text-muted">{formatCount(query.data.total)}</span>}
        query={query}
        queryKey={queryKey}
        isEmpty={(data) => data.items.length === 0}
        empty={
          <Message
            title="Nobody found"
            action={
              <Button
                onClick={() => {
                  setWords('');
                  setState('');
                }}
              >
                Show all
              </Button>
            }
          />
        }
      >
        {(data) => (
          <>
            <Table label="Users" heads={['Name', 'E-mail', 'Role', 'Created', 'Last seen', '']}>
              {data.items.map((user) => {
                const own = user.id === userId ? 'Nobody can do so to themselves' : null;
                return (
                  <tr key={user.id}>
                    <td>
                      {user.username}
                      {user.full_name && <span className="text-muted"> {user.full_name}</span>}
                      {user.disabled && <span className="ml-2 text-xs text-caution">disabled</span>}
                    </td>
                    <td className="text-muted">{user.email}</td>
                    <td>{user.role}</td>
                    <td>
                      <When at={user.created_at} />
                    </td>
                    <td>
                      <When at={user.last_login_at} />
                    </td>
                    <td className="text-right whitespace-nowrap">
                      <Button
                        className="mr-1"
                        deniedBecause={own}
                        onClick={() => setChanging({ user, to: user.is_admin ? 'lower' : 'raise' })}
                      >
                        {user.is_admin ? 'Make user' : 'Make admin'}
                      </Button>
                      <Button
                        look={user.disabled ? 'plain' : 'danger'}
                        deniedBecause={own}
                        onClick={() => setChanging({ user, to: user.disabled ? 'enable' : 'disable' })}
                      >
                        {user.disabled ? 'Enable' : 'Disable'}
                      </Button>
                    </td>
                  </tr>
                );
              })}
            </Table>
            {data.total > data.page_size && (
              <div className="num flex items-center justify-end gap-2 p-2 text-s text-muted">
                Page {data.page} of {Math.ceil(data.total / data.page_size)}
                <Button
                  deniedBecause={data.page > 1 ? null : 'This is the first'}
                  onClick={() => setPage(data.page - 1)}
                >
                  Previous
                </Button>
                <Button
                  deniedBecause={data.page * data.page_size < data.total ? null : 'This is the last'}
                  onClick={() => setPage(data.page + 1)}
                >
                  Next
                </Button>
              </div>
            )}
          </>
        )}
      </Panel>
      {changing && (
        <ConfirmDialog
          title={`${CHANGES[changing.to].action}: ${changing.user.username}`}
          action={CHANGES[changing.to].action}
          run={() =>
            update
              .mutateAsync({ id: changing.user.id, ...CHANGES[changing.to].fields })
              .then(() => toast(`Changed ${changing.user.username}`))
          }
          onClose={() => setChanging(null)}
        >
          {CHANGES[changing.to].about} Effective within a minute.
        </ConfirmDialog>
      )}
    </Page>
  );
}
