import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, Navigate, useLocation, useNavigate, useSearchParams } from 'react-router';
import { currentProject } from '../../../lib/api.ts';
import { preferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { useStore } from '../../../lib/store.ts';
import { Button } from '../../../ui/button.tsx';
import { ProblemView } from '../../../ui/panel.tsx';
import { acceptInvitation, previewInvitation } from '../api/account.ts';
import { me, reloadMe } from '../api/session.ts';
import { CredentialsForm } from './credentials-form.tsx';
import { ENTRY_LINK, Entry } from './entry.tsx';

/** Without an invitation there is nothing to accept; who came to register may do so where it is open. */
export function InvitationPage() {
  const [params] = useSearchParams();
  const { pathname } = useLocation();
  const token = params.get('token') ?? params.get('invitation') ?? '';
  if (token !== '') return <Accept token={token} />;
  return <Navigate to="/login" state={{ register: pathname === '/register' }} replace />;
}

/** Come by the link of an invitation: joined by who is signed in, or with a new account. */
function Accept({ token }: { token: string }) {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const user = useStore(me);
  const [error, setError] = useState<string | null>(null);
  const {
    data,
    error: failed,
    refetch,
  } = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => previewInvitation(token),
  });
  const join = async () => {
    try {
      const project = await acceptInvitation(token);
      preferences.set({ projectId: project.id });
      await reloadMe();
      currentProject.set(project.id);
      navigate('/');
    } catch (failure) {
      setError(toProblem(failure).message);
    }
  };
  return (
    <Entry title="Invitation">
      {failed && (
        <>
          <ProblemView problem={toProblem(failed)} onRetry={() => void refetch()} />
          <p className="text-center text-s text-muted">
            <Link to={user ? '/' : '/login'} className={ENTRY_LINK}>
              {user ? 'Overview' : 'Sign in'}
            </Link>
          </p>
        </>
      )}
      {data && (
        <>
          <p>
            {data.invited_by} invites {data.email} to <b className="font-medium">{data.project_name}</b> as {data.role}.
          </p>
          {user ? (
            <>
              <Button look="primary" className="h-8" onClick={() => void join()}>
                Join as {user.username}
              </Button>
              <p role="alert" className="text-s text-danger empty:hidden">
                {error}
              </p>
            </>
          ) : (
            <>
              <CredentialsForm
                mode="register"
                invitation={{ token, email: data.email }}
                onDone={() => navigate('/', { replace: true })}
              />
              <p className="text-s text-muted">
                You have an account?{' '}
                <Link to="/login" state={{ from: `${pathname}${search}` }} className={ENTRY_LINK}>
                  Sign in
                </Link>
              </p>
            </>
          )}
        </>
      )}
    </Entry>
  );
}
