import '../../support/dom.ts';
import { screen } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LimitsPage } from '../../../frontend/src/features/limits/components/limits-page.tsx';
import { InvitationPage } from '../../../frontend/src/features/session/components/invitation-page.tsx';
import { LoginPage } from '../../../frontend/src/features/session/components/login-page.tsx';
import { UsersPage } from '../../../frontend/src/features/users/components/users-page.tsx';
import { access } from '../../../frontend/src/lib/access.ts';
import { failing, fakeFetch, renderPage } from '../../support/fake-fetch.tsx';

afterEach(() => vi.unstubAllGlobals());

const open = (path: string, registration: string) => {
  fakeFetch({ '/api/v1/status': { registration, sends_mail: true } });
  renderPage(
    <Routes>
      <Route path="/login" element={<LoginPage />} />
      <Route path="/register" element={<InvitationPage />} />
      <Route path="/invitation" element={<InvitationPage />} />
    </Routes>,
    path,
  );
};
const title = (name: string) => screen.findByRole('heading', { name });

describe('the way in', () => {
  it('by /register is the form of a new account where registration is open', async () => {
    open('/register', 'open');
    expect(await title('Create an account')).toBeTruthy();
  });

  it('by /register is the sign-in where one has to be invited, and says so', async () => {
    open('/register', 'invitation');
    expect(await screen.findByText(/Ask an admin of a project for an invitation/)).toBeTruthy();
    expect(await title('Sign in')).toBeTruthy();
  });

  it('by the link of no invitation is the sign-in', async () => {
    open('/invitation', 'open');
    expect(await title('Sign in')).toBeTruthy();
  });
});

describe('a page of the platform', () => {
  it('says to whoever may not see it whom to ask', async () => {
    const calls = fakeFetch({});
    renderPage(<UsersPage userId="usr_1" />);
    renderPage(<LimitsPage />);
    expect(await screen.findAllByText(/Ask an administrator of the platform\./)).toHaveLength(2);
    expect(screen.queryByText(/Ask an admin of this project/)).toBeNull();
    expect(screen.queryByRole('button', { name: 'Reset all' })).toBeNull();
    expect(calls).toEqual([]);
  });

  it('that is refused all the same says it too', async () => {
    fakeFetch({ '/api/v1/auth/users': failing(403, 'forbidden', { permission: 'platform' }) });
    access.set({ ...access.get(), permissions: ['platform'] });
    renderPage(<UsersPage userId="usr_1" />);
    expect(await screen.findByText('Ask an administrator of the platform.')).toBeTruthy();
  });
});
