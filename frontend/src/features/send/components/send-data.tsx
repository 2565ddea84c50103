import { KeyRound } from 'lucide-react';
import { useTitle } from '../../../lib/hooks.ts';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { PageHeading } from '../../../ui/page-heading.tsx';
import { useMakeKey, useServerStatus } from '../api/send.ts';
import { Arrivals } from './arrivals.tsx';
import { FileDrop } from './file-drop.tsx';
import { Snippets } from './snippets.tsx';
import { Uploads } from './uploads.tsx';

export function SendPage() {
  useTitle('Send data');
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto grid max-w-4xl gap-4 p-4">
        <div>
          <PageHeading>Send data</PageHeading>
          <p className="text-s text-muted">
            Anything that can make an HTTP request can send events. They appear here as they arrive.
          </p>
        </div>
        <SendData />
        <FileDrop />
        <Uploads />
      </div>
    </div>
  );
}

/** The empty state of a project without any event: the same snippets, with the live check on top. */
export const FirstEvent = () => (
  <div className="mx-auto grid max-w-4xl gap-4 p-4 text-left">
    <h2 className="text-l font-semibold">Waiting for your first event</h2>
    <SendData />
  </div>
);

function SendData() {
  const status = useServerStatus();
  const makeKey = useMakeKey();
  const url = status.data?.ingest_url
    ? new URL(status.data.ingest_url, location.origin).href.replace(/\/$/, '')
    : location.origin;
  return (
    <>
      <Arrivals local={status.data?.local ?? false} />
      <section
        aria-label="API key"
        className="flex flex-wrap items-center gap-3 rounded-m border border-line bg-surface px-3 py-2"
      >
        {makeKey.data ? (
          <>
            <code className="min-w-0 flex-1 font-mono text-s break-all">{makeKey.data.key}</code>
            <CopyButton text={makeKey.data.key} what="API key">
              Copy key
            </CopyButton>
            <p className="w-full text-xs text-caution">
              This key is shown only now. It may send events, not read them.
            </p>
          </>
        ) : (
          <>
            <p className="min-w-0 flex-1 text-s text-muted">
              Sending needs an API key. A new one is put into the snippets below.
            </p>
            <Button
              look="primary"
              icon={KeyRound}
              aria-disabled={makeKey.isPending}
              onClick={() => !makeKey.isPending && makeKey.mutate('send-data')}
            >
              Make a key
            </Button>
          </>
        )}
        {makeKey.error && (
          <p role="alert" className="w-full text-s text-danger">
            {toProblem(makeKey.error).message}
          </p>
        )}
      </section>
      <Snippets url={url} apiKey={makeKey.data?.key} />
    </>
  );
}
