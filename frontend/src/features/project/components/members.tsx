import { useState } from 'react';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { Table } from '../../../ui/table.tsx';
import { type Member, type Role, useMembers, useProjectChanges } from '../api/project.ts';

const ROLES: readonly (readonly [role: Role, may: string])[] = [
  ['viewer', 'reads'],
  ['member', 'reads, sends and changes'],
  ['admin', 'manages members and keys too'],
];

interface MembersProps {
  readonly project: string;
  readonly userId: string;
  /** Why roles may not be changed. */
  readonly denied: string | null;
}

/** Who belongs to the project, with their roles. */
export function Members({ project, userId, denied }: MembersProps) {
  const { query, queryKey } = useMembers(project);
  const { setRole, remove } = useProjectChanges(project);
  const [removing, setRemoving] = useState<Member | null>(null);
  const admins = query.data?.items.filter(({ role, disabled }) => role === 'admin' && !disabled) ?? [];
  const whyNot = (member: Member) =>
    denied ??
    (member.role === 'admin' && admins.length === 1 ? 'The last admin stays; make somebody else admin first' : null);
  return (
    <Panel
      title="Members"
      aside={
        denied && admins.length > 0 ? (
          <span className="text-xs text-muted">
            {denied}. Ask {admins.map(({ email }) => email).join(', ')}.
          </span>
        ) : undefined
      }
      query={query}
      queryKey={queryKey}
    >
      {(data) => (
        <>
          {setRole.error && (
            <p role="alert" className="px-3 text-s text-danger">
              {toProblem(setRole.error).message}
            </p>
          )}
          <Table label="Members" heads={['Name', 'E-mail', 'Role', '']}>
            {data.items.map((member) => {
              const reason = whyNot(member);
              return (
                <tr key={member.user_id}>
                  <td>
                    {member.full_name || member.username}
                    {member.user_id === userId && <span className="text-muted"> (you)</span>}
                    {member.disabled && <span className="ml-2 text-xs text-caution">disabled</span>}
                  </td>
                  <td className="text-muted">{member.email}</td>
                  <td>
                    <select
                      aria-label={`Role of ${member.username}`}
                      aria-disabled={reason !== null}
                      data-tip={reason}
                      value={member.role}
                      className="h-7 rounded-s border border-line-strong bg-surface px-1 text-s aria-disabled:opacity-55 max-sm:h-11"
                      onChange={({ target }) => {
                        if (reason !== null) return;
                        setRole.mutate(
                          { user: member.user_id, role: target.value as Role },
                          { onSuccess: ({ role }) => toast(`${member.username} is now ${role}`) },
                        );
                      }}
                    >
                      {ROLES.map(([role, may]) => (
                        <option key={role} value={role}>
                          {role}: {may}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td className="text-right">
                    <Button look="danger" deniedBecause={reason} onClick={() => setRemoving(member)}>
                      Remove
                    </Button>
                  </td>
                </tr>
              );
            })}
          </Table>
          {removing && (
            <ConfirmDialog
              title={`Remove ${removing.username}`}
              action="Remove"
              run={() => remove.mutateAsync(removing.user_id).then(() => toast(`Removed ${removing.username}`))}
              onClose={() => setRemoving(null)}
            >
              {removing.email} no longer sees this project; live connections end at once.
            </ConfirmDialog>
          )}
        </>
      )}
    </Panel>
  );
}
