import { type FormEvent, useState } from 'react';
import { useTitle } from '../../../lib/hooks.ts';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { changeMe, signOut } from '../api/session.ts';

/** The form alone: old password, new one twice. */
export function PasswordForm({
  onDone,
  submitLabel = 'Change password',
}: {
  onDone: () => void;
  submitLabel?: string;
}) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== again) return setError('The two new passwords differ.');
    try {
      await changeMe({ current_password: current, password });
      onDone();
    } catch (failure) {
      const problem = toProblem(failure);
      setError(problem.errors[0]?.detail ?? problem.message);
    }
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      <Field
        label="Current password"
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        hint="At least 8 characters"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Field
        label="New password again"
        type="password"
        autoComplete="new-password"
        required
        value={again}
        onChange={(event) => setAgain(event.target.value)}
      />
      <p role="alert" className="text-s text-danger empty:hidden">
        {error}
      </p>
      <Button look="primary" type="submit" className="h-8">
        {submitLabel}
      </Button>
    </form>
  );
}

/** Stands before everything else while the account still has the password it was made with. */
export function ChangePasswordPage() {
  useTitle('Choose a password');
  return (
    <main className="grid h-full place-items-center overflow-auto bg-sunken p-4">
      <div className="grid w-full max-w-sm gap-4 rounded-m border border-line bg-surface p-5">
        <h1 className="text-xl font-semibold">Choose your own password</h1>
        <p className="text-s text-muted">This account still has the password it was created with.</p>
        <PasswordForm onDone={() => {}} />
        <Button look="quiet" onClick={signOut}>
          Sign out
        </Button>
      </div>
    </main>
  );
}
