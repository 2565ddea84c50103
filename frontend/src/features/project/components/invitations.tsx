import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, Field } from '../../../ui/field.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { SecretOnce } from '../../../ui/secret-once.tsx';
import { Table } from '../../../ui/table.tsx';
import { When } from '../../../ui/when.tsx';
import { type Role, useInvitations, useProjectChanges } from '../api/project.ts';

/** Who is invited, and the way to invite more. */
export function Invitations({ project, denied }: { project: string; denied: string | null }) {
  const { query, queryKey } = useInvitations(project, denied === null);
  const { invite, takeBack } = useProjectChanges(project);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  if (denied !== null) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (invite.isPending) return;
    invite.mutate(
      { email, role },
      {
        onSuccess: (made) => {
          setEmail('');
          if (made.mailed) toast(`Invited ${made.email}`);
        },
      },
    );
  };
  const problem = invite.error ? toProblem(invite.error) : null;
  return (
    <Panel title="Invitations" query={query} queryKey={queryKey} isEmpty={() => false}>
      {(data) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3 p-3 pt-1">
          <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
            <Field
              label="E-mail address"
              type="email"
              required
              value={email}
              error={problem && (problem.errors[0]?.detail ?? problem.message)}
              onChange={(event) => setEmail(event.target.value)}
              className="min-w-56 flex-1"
            />
            <Choice label="Role" value={role} onChange={({ target }) => setRole(target.value as Role)} className="w-32">
              <option>viewer</option>
              <option>member</option>
              <option>admin</option>
            </Choice>
            <Button look="primary" type="submit" icon={Send} className="h-8" aria-disabled={invite.isPending}>
              Invite
            </Button>
          </form>
          {invite.data?.token !== undefined && (
            <SecretOnce
              secret={`${location.origin}/register?invitation=${invite.data.token}`}
              what="invitation"
              note={`No mail is sent here: pass this link on to ${invite.data.email}. It is shown only now and good once.`}
            />
          )}
          {data.items.length === 0 ? (
            <p className="text-s text-muted">Nobody is invited at the moment.</p>
          ) : (
            <Table label="Invitations" heads={['E-mail', 'Role', 'Invited by', 'Invited', 'Ends', '']}>
              {data.items.map((one) => (
                <tr key={one.id}>
                  <td>{one.email}</td>
                  <td>{one.role}</td>
                  <td className="text-muted">{one.invited_by}</td>
                  <td>
                    <When at={one.created_at} />
                  </td>
                  <td>
                    <When at={one.expires_at} />
                  </td>
                  <td className="text-right">
                    <Button
                      look="danger"
                      onClick={() =>
                        takeBack.mutate(one.id, { onSuccess: () => toast(`${one.email} is no longer invited`) })
                      }
                    >
                      Take back
                    </Button>
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </div>
      )}
    </Panel>
  );
}
