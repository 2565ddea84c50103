import { useQueryClient } from '@tanstack/react-query';
import { sessionOver } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { me, signOut } from '../api/session.ts';
import { CredentialsForm } from './credentials-form.tsx';

/** Over the page when the session has ended: what is on screen, typed or chosen stays. */
export function ReloginDialog() {
  const over = useStore(sessionOver);
  const user = useStore(me);
  const client = useQueryClient();
  if (!over || user === null) return null;
  return (
    <Dialog title="Your session has ended" onClose={() => {}} insistent>
      <p className="text-s text-muted">Sign in again to go on where you were.</p>
      <CredentialsForm mode="sign-in" username={user.username} onDone={() => client.invalidateQueries()} />
      <Button look="quiet" onClick={signOut}>
        Sign out instead
      </Button>
    </Dialog>
  );
}
