import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Link, Navigate, Route, Routes, useLocation } from 'react-router';
import { me } from '../features/session/api/session.ts';
import { sessionOver } from '../lib/api.ts';
import { onKeyDown } from '../lib/keyboard.ts';
import { useStore } from '../lib/store.ts';
import { Button } from '../ui/button.tsx';
import { PageHeading } from '../ui/page-heading.tsx';
import { Message, Skeleton } from '../ui/panel.tsx';
import { Toaster } from '../ui/toaster.tsx';
import { TooltipLayer } from '../ui/tooltip.tsx';
import { reloadOnce } from './lazy-page.ts';
import { RangeProvider } from './range-provider.tsx';
import { Shell } from './shell.tsx';

/** A page that is fetched when it is first shown. */
const page = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazy(reloadOnce(async () => ({ default: await load() })));

const Login = page(async () => (await import('../features/session/components/login-page.tsx')).LoginPage);
const Reset = page(async () => (await import('../features/session/components/reset-page.tsx')).ResetPage);
const Invitation = page(
  async () => (await import('../features/session/components/invitation-page.tsx')).InvitationPage,
);
const ChangePassword = page(
  async () => (await import('../features/session/components/change-password.tsx')).ChangePasswordPage,
);
const Relogin = page(async () => (await import('../features/session/components/relogin-dialog.tsx')).ReloginDialog);
const Settings = page(async () => (await import('../features/session/components/settings-page.tsx')).SettingsPage);
const Overview = lazy(reloadOnce(() => import('./overview-route.tsx')));
const Logs = lazy(reloadOnce(() => import('./logs-route.tsx')));
const Send = page(async () => (await import('../features/send/components/send-data.tsx')).SendPage);
const Project = lazy(reloadOnce(() => import('./project-route.tsx')));
const Keys = page(async () => (await import('../features/keys/components/keys-page.tsx')).KeysPage);
const Audit = page(async () => (await import('../features/audit/components/audit-page.tsx')).AuditPage);
const Ingest = page(async () => (await import('../features/ingest/components/ingest-page.tsx')).IngestPage);
const Users = page(async () => (await import('../features/users/components/users-page.tsx')).UsersPage);
const Limits = page(async () => (await import('../features/limits/components/limits-page.tsx')).LimitsPage);

export const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      // waiting and asking again is drawn by the panels, so that a person sees it
      queries: { retry: false, refetchOnWindowFocus: false, staleTime: 15_000, gcTime: 120_000 },
    },
  });

/** A broken page says so and leaves the rest of the app in reach. */
class PageBoundary extends Component<{ children: ReactNode; page: string }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  override componentDidUpdate(before: { page: string }) {
    if (before.page !== this.props.page && this.state.failed) this.setState({ failed: false });
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Message title="This page broke" action={<Button onClick={() => location.reload()}>Reload</Button>}>
        The error is in the browser, not in your data.
      </Message>
    );
  }
}

export function App({ client }: { client: QueryClient }) {
  const over = useStore(sessionOver);
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <QueryClientProvider client={client}>
      <Suspense fallback={null}>
        <Routes>
          <Route path="/login" element={<Login />} />
          <Route path="/reset" element={<Reset />} />
          <Route path="/register" element={<Invitation />} />
          <Route path="/invitation" element={<Invitation />} />
          <Route path="*" element={<SignedIn />} />
        </Routes>
      </Suspense>
      <Suspense fallback={null}>{over && <Relogin />}</Suspense>
      <Toaster />
      <TooltipLayer />
    </QueryClientProvider>
  );
}

function SignedIn() {
  const user = useStore(me);
  const { pathname, search } = useLocation();
  if (user === null) return <Navigate to="/login" replace state={{ from: pathname + search }} />;
  if (user.must_change_password) return <ChangePassword />;
  return (
    <RangeProvider>
      <Shell user={user}>
        <PageBoundary page={pathname}>
          <Suspense fallback={<Skeleton rows={8} />}>
            <Routes>
              <Route path="/" element={<Overview />} />
              <Route path="/logs" element={<Logs />} />
              <Route path="/send" element={<Send />} />
              <Route path="/project" element={<Project user={user} />} />
              <Route path="/keys" element={<Keys />} />
              <Route path="/audit" element={<Audit />} />
              <Route path="/ingest/:tab?" element={<Ingest />} />
              <Route path="/users" element={<Users userId={user.id} />} />
              <Route path="/limits" element={<Limits />} />
              <Route path="/settings" element={<Settings user={user} />} />
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </PageBoundary>
      </Shell>
    </RangeProvider>
  );
}

const NotFound = () => (
  <div className="p-4">
    <PageHeading>No such page</PageHeading>
    <Link to="/" className="text-accent-ink underline">
      Go to Overview
    </Link>
  </div>
);
