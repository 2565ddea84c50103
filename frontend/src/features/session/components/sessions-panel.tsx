import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { Table } from '../../../ui/table.tsx';
import { When } from '../../../ui/when.tsx';
import { useEndSession, useSessions } from '../api/account.ts';

/** "Firefox on Linux" of a `User-Agent`; the whole is in its tooltip. */
export function clientName(agent: string | undefined): string {
  if (agent === undefined) return 'unknown';
  const browser = [
    ['Edg/', 'Edge'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([mark]) => agent.includes(mark ?? ''))?.[1];
  const system = /Windows|Android|iPhone|iPad|Mac OS|Linux/.exec(agent)?.[0]?.replace('Mac OS', 'macOS');
  return browser ? `${browser}${system ? ` on ${system}` : ''}` : (agent.split(/[\s/(]/)[0] ?? agent);
}

/** Where one is signed in, and the way to end it there. */
export function SessionsPanel() {
  const { query, queryKey } = useSessions();
  const end = useEndSession();
  const others = query.data?.items.filter(({ current }) => !current).length ?? 0;
  return (
    <Panel
      title="Sessions"
      aside={
        <Button
          look="danger"
          deniedBecause={others === 0 ? 'There is no other session' : null}
          onClick={() => end.mutate(null, { onSuccess: () => toast('All other sessions have ended') })}
        >
          End all others
        </Button>
      }
      query={query}
      queryKey={queryKey}
    >
      {(data) => (
        <>
          {end.error && (
            <p role="alert" className="px-3 text-s text-danger">
              {toProblem(end.error).message}
            </p>
          )}
          <Table label="Sessions" heads={['Client', 'Address', 'Begun', 'Last used', 'Ends', '']}>
            {data.items.map((session) => (
              <tr key={session.id}>
                <td data-tip={session.client}>
                  {clientName(session.client)}
                  {session.current && <span className="ml-2 text-xs text-ok">this one</span>}
                </td>
                <td className="font-mono text-xs">{session.ip_address}</td>
                <td>
                  <When at={session.created_at} />
                </td>
                <td>
                  <When at={session.last_used_at} />
                </td>
                <td>
                  <When at={session.expires_at} />
                </td>
                <td className="text-right">
                  <Button
                    look="danger"
                    deniedBecause={session.current ? 'Sign out to end this one' : null}
                    onClick={() => end.mutate(session.id, { onSuccess: () => toast('The session has ended') })}
                  >
                    End
                  </Button>
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Panel>
  );
}
