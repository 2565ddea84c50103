import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { fetchStatus, signIn } from '../api/session.ts';
import { CredentialsForm } from './credentials-form.tsx';
import { ENTRY_LINK, Entry } from './entry.tsx';

/** Only paths of this app may be returned to. */
const safePath = (wanted: unknown): string =>
  typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) && !wanted.startsWith('/login') ? wanted : '/';

export function LoginPage() {
  const navigate = useNavigate();
  const location = useLocation();
  const cameFrom = location.state as { from?: unknown; register?: unknown } | null;
  const [wanted, setWanted] = useState<'sign-in' | 'register'>(cameFrom?.register === true ? 'register' : 'sign-in');
  const [demoProblem, setDemoProblem] = useState<string | null>(null);
  const status = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => fetchStatus(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const demo = status.data?.local ? status.data.demo : undefined;
  const registration = status.data?.registration ?? 'open';
  const mode = registration === 'open' ? wanted : 'sign-in';
  const done = () => navigate(safePath(cameFrom?.from), { replace: true });

  return (
    <Entry
      title={mode === 'register' ? 'Create an account' : 'Sign in'}
      after={
        <>
          {demo && (
            <section aria-label="Demo account" className="grid gap-2 rounded-m border border-line bg-surface p-4">
              <h2 className="text-s font-semibold">Running on this machine</h2>
              <dl className="grid grid-cols-[auto_1fr] gap-x-3 font-mono text-s">
                <dt className="font-sans text-muted">User</dt>
                <dd className="select-all">{demo.username}</dd>
                <dt className="font-sans text-muted">Password</dt>
                <dd className="break-all select-all">{demo.password}</dd>
              </dl>
              <Button
                onClick={() =>
                  signIn(demo.username, demo.password).then(done, (error) => setDemoProblem(toProblem(error).message))
                }
              >
                Sign in as {demo.username}
              </Button>
              <p role="alert" className="text-s text-danger empty:hidden">
                {demoProblem}
              </p>
            </section>
          )}
          {status.error && (
            <p role="alert" className="text-s text-danger">
              {toProblem(status.error).message}
            </p>
          )}
        </>
      }
    >
      <CredentialsForm key={mode} mode={mode} onDone={done} />
      {mode === 'sign-in' && status.data?.sends_mail && (
        <p>
          <Link to="/reset" className={ENTRY_LINK}>
            Forgotten your password?
          </Link>
        </p>
      )}
      {registration === 'open' ? (
        <p className="text-s text-muted">
          {mode === 'register' ? 'You have an account?' : 'New here?'}{' '}
          <button
            type="button"
            className={ENTRY_LINK}
            onClick={() => setWanted(mode === 'register' ? 'sign-in' : 'register')}
          >
            {mode === 'register' ? 'Sign in' : 'Create an account'}
          </button>
        </p>
      ) : (
        <p className="text-s text-muted">
          {registration === 'invitation'
            ? 'New here? Ask an admin of a project for an invitation.'
            : 'Accounts are made by the administrators of this platform.'}
        </p>
      )}
    </Entry>
  );
}
