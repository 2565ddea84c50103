import { type FormEvent, useState } from 'react';
import { preferences, usePreferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field } from '../../../ui/field.tsx';
import { changeMe, type Me } from '../api/session.ts';
import { PasswordForm } from './change-password.tsx';

/** Name, e-mail, password and what this browser keeps. */
export function ProfileDialog({ user, onClose }: { user: Me; onClose: () => void }) {
  const [email, setEmail] = useState(user.email);
  const [name, setName] = useState(user.full_name ?? '');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string | null>(null);
  const kept = usePreferences();
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
    <Dialog title="Profile" onClose={onClose}>
      <form onSubmit={submit} className="grid gap-3">
        <Field label="User name" value={user.username} readOnly autoComplete="username" />
        <Field label="Full name" value={name} autoComplete="name" onChange={(event) => setName(event.target.value)} />
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
      <fieldset>
        <legend className="mb-1 text-xs font-medium text-muted">In this browser</legend>
        {check('letterKeys', 'Shortcuts of a single letter')}
        {check('announceLive', 'Announce the number of new events while live')}
      </fieldset>
      <details>
        <summary className="min-h-7 text-s font-medium">Change password</summary>
        <div className="pt-2">
          <PasswordForm
            onDone={() => {
              toast('Password changed');
              onClose();
            }}
          />
        </div>
      </details>
    </Dialog>
  );
}
