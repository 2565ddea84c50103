import { type FormEvent, useEffect, useState } from 'react';
import { type ApiProblem, toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/field.tsx';
import { register, signIn } from '../api/session.ts';

/** Seconds left of a lock after too many attempts. */
function useLock(problem: ApiProblem | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => setLeft(problem?.status === 429 ? Math.ceil(problem.retryAfter ?? 30) : 0), [problem]);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}

interface CredentialsFormProps {
  readonly mode: 'sign-in' | 'register';
  /** Fixed when an ended session is resumed. */
  readonly username?: string;
  readonly prefill?: { readonly username: string; readonly password: string };
  /** Of who registers by one; its address is given. */
  readonly invitation?: { readonly token: string; readonly email: string };
  readonly onDone: () => void;
}

export function CredentialsForm({ mode, username: fixed, prefill, invitation, onDone }: CredentialsFormProps) {
  const [username, setUsername] = useState(fixed ?? prefill?.username ?? '');
  const [email, setEmail] = useState(invitation?.email ?? '');
  const [password, setPassword] = useState(prefill?.password ?? '');
  const [capsLock, setCapsLock] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const lock = useLock(problem);
  const registering = mode === 'register';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || lock > 0) return;
    setBusy(true);
    setProblem(null);
    try {
      if (registering)
        await register({ username, email, password, ...(invitation && { invitation_token: invitation.token }) });
      else await signIn(username, password);
      onDone();
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const errorAt = (name: string) => problem?.errors.find(({ pointer }) => pointer.endsWith(`/${name}`))?.detail;
  const general =
    problem === null
      ? null
      : lock > 0
        ? `Too many attempts. Try again in ${lock} s.`
        : problem.status === 401
          ? 'Name or password is not right.'
          : problem.errors.length > 0
            ? null
            : problem.message;

  return (
    <form onSubmit={submit} className="grid gap-3" noValidate={false}>
      <Field
        label={registering ? 'User name' : 'E-mail or user name'}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        readOnly={fixed !== undefined}
        value={username}
        error={errorAt('username')}
        onChange={(event) => setUsername(event.target.value)}
      />
      {registering && (
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          required
          readOnly={invitation !== undefined}
          value={email}
          error={errorAt('email')}
          onChange={(event) => setEmail(event.target.value)}
        />
      )}
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={registering ? 'new-password' : 'current-password'}
        required
        value={password}
        hint={capsLock ? 'Caps Lock is on' : undefined}
        error={errorAt('password')}
        onChange={(event) => setPassword(event.target.value)}
        onKeyUp={(event) => setCapsLock(event.getModifierState('CapsLock'))}
      />
      <p role="alert" className="min-h-5 text-s text-danger empty:hidden">
        {general}
      </p>
      <Button look="primary" type="submit" aria-disabled={busy || lock > 0} className="h-8">
        {busy ? 'One moment…' : registering ? 'Create account' : 'Sign in'}
      </Button>
    </form>
  );
}
