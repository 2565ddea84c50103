import { type FormEvent, useState } from 'react';
import { preferences, usePreferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { Page } from '../../../ui/page.tsx';
import { changeMe, type Me } from '../api/session.ts';
import { PasswordForm } from './change-password.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

const SECTION = 'grid content-start gap-3 rounded-m border border-line bg-surface p-4';

/** One's own: name, e-mail, password, sessions, and what this browser keeps. */
export function SettingsPage({ user }: { user: Me }) {
  const [email, setEmail] = useState(user.email);
  const [name, setName] = useState(user.full_name ?? '');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string | null>(null);
  const kept = usePreferences();
  // another form is an empty one
  const [changed, setChanged] = useState(0);
  const passwordChanged = () => {
    setChanged(changed + 1);
    toast('Password changed; other sessions have ended');
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await changeMe({
        full_name: name,
        ...(email === user.email ? {} : { email, current_password: password }),
      });
      setPassword('');
      toast('Profile saved');
      setError(null);
    } catch (failure) {
      const problem = toProblem(failure);
      setError(problem.errors[0]?.detail ?? problem.message);
    }
  };
  const check = (name: 'letterKeys' | 'announceLive', label: string) => (
    <label className="flex min-h-7 items-center gap-2 max-sm:min-h-11">
      <input
        type="checkbox"
        checked={kept[name]}
        onChange={(event) => preferences.set({ [name]: event.target.checked })}
        className="accent-accent-fill"
      />
      {label}
    </label>
  );
  return (
    <Page title="Settings">
      <div className="grid items-start gap-4 md:grid-cols-2">
        <section aria-labelledby="profile" className={SECTION}>
          <h2 id="profile" className="text-s font-semibold">
            Profile
          </h2>
          <form onSubmit={submit} className="grid gap-3">
            <Field label="User name" value={user.username} readOnly autoComplete="username" />
            <Field
              label="Full name"
              value={name}
              autoComplete="name"
              onChange={(event) => setName(event.target.value)}
            />
            <Field
              label="E-mail"
              type="email"
              required
              value={email}
              autoComplete="email"
              error={error}
              onChange={(event) => setEmail(event.target.value)}
            />
            {email !== user.email && (
              <Field
                label="Current password"
                type="password"
                required
                value={password}
                autoComplete="current-password"
                hint="Asked for because the e-mail address changes"
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
            <Button type="submit" className="h-8 justify-self-start">
              Save profile
            </Button>
          </form>
        </section>
        <section aria-labelledby="password" className={SECTION}>
          <h2 id="password" className="text-s font-semibold">
            Password
          </h2>
          <PasswordForm key={changed} onDone={passwordChanged} />
        </section>
      </div>
      <SessionsPanel />
      <fieldset className={SECTION}>
        <legend className="sr-only">In this browser</legend>
        <h2 className="text-s font-semibold">In this browser</h2>
        {check('letterKeys', 'Shortcuts of a single letter')}
        {check('announceLive', 'Announce the number of new events while live')}
      </fieldset>
    </Page>
  );
}
