import { type FormEvent, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { askForReset, resetPassword } from '../api/account.ts';
import { ENTRY_LINK, Entry } from './entry.tsx';

/** A new password by mail: asks for the link, or, come by the link, for the password. */
export function ResetPage() {
  const token = useSearchParams()[0].get('token');
  return (
    <Entry title={token === null ? 'Forgotten password' : 'Choose a new password'}>
      {token === null ? <AskForLink /> : <NewPassword token={token} />}
      <p>
        <Link to="/login" className={ENTRY_LINK}>
          Sign in
        </Link>
      </p>
    </Entry>
  );
}

/** What a form of one step needs: it runs once at a time, and says how it ended. */
function useStep(run: () => Promise<string>) {
  const [done, setDone] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      setDone(await run());
    } catch (failure) {
      const problem = toProblem(failure);
      setError(problem.errors[0]?.detail ?? problem.message);
    } finally {
      setBusy(false);
    }
  };
  return { done, error, busy, submit, fail: setError };
}

function AskForLink() {
  const [email, setEmail] = useState('');
  const step = useStep(async () => (await askForReset(email)).message);
  if (step.done !== null) return <p role="status">{step.done}</p>;
  return (
    <form onSubmit={step.submit} className="grid gap-3">
      <p className="text-s text-muted">You get a link by mail that is good once, for 30 minutes.</p>
      <Field
        label="E-mail"
        type="email"
        autoComplete="email"
        required
        value={email}
        error={step.error}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Button look="primary" type="submit" aria-disabled={step.busy} className="h-8">
        Send the link
      </Button>
    </form>
  );
}

function NewPassword({ token }: { token: string }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const step = useStep(async () => {
    if (password !== again) throw new Error('The two passwords differ.');
    await resetPassword(token, password);
    return 'Your password is changed, and every session of yours has ended. Sign in with the new one.';
  });
  if (step.done !== null) return <p role="status">{step.done}</p>;
  return (
    <form onSubmit={step.submit} className="grid gap-3">
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        maxLength={128}
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
        error={again !== '' && again !== password ? 'The two passwords differ' : step.error}
        onChange={(event) => setAgain(event.target.value)}
      />
      <Button look="primary" type="submit" aria-disabled={step.busy} className="h-8">
        Change password
      </Button>
    </form>
  );
}
