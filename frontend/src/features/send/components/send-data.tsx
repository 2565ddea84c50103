import { KeyRound, Sparkles } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { Link } from 'react-router';
import { formatAgo, formatCount, plural } from '../../../lib/format.ts';
import { useNow, useTitle } from '../../../lib/hooks.ts';
import { toProblem } from '../../../lib/problem.ts';
import { linkTo } from '../../../lib/url-state.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { cx } from '../../../ui/cx.ts';
import { PageHeading } from '../../../ui/page-heading.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { useArrivals, useGenerate, useMakeKey, useServerStatus } from '../api/send.ts';
import { SNIPPETS } from '../snippets.ts';
import { FileDrop } from './file-drop.tsx';
import { Uploads } from './uploads.tsx';

type SnippetId = (typeof SNIPPETS)[number]['id'];

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
  const [snippet, setSnippet] = useState<SnippetId>('curl');
  const base = useId();
  const chosen = SNIPPETS.find(({ id }) => id === snippet) ?? SNIPPETS[0];
  const url = status.data?.ingest_url
    ? new URL(status.data.ingest_url, location.origin).href.replace(/\/$/, '')
    : location.origin;
  const key = makeKey.data?.key ?? '$TRIBUTARY_API_KEY';
  // single quotes in a shell would keep the placeholder from being filled in
  const text = makeKey.data
    ? chosen.text(url, key)
    : chosen.text(url, key).replaceAll(`'X-API-Key: ${key}'`, `"X-API-Key: ${key}"`);
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
      <section aria-label="Snippets" className="min-w-0 rounded-m border border-line bg-surface">
        <div className="overflow-x-auto px-2 pt-1">
          <Tabs
            label="Way to send"
            base={base}
            tabs={SNIPPETS.map(({ id, name }) => ({ id, label: name }))}
            current={snippet}
            onChange={setSnippet}
          />
        </div>
        <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-tab-${snippet}`} className="relative">
          <div className="absolute top-2 right-2 bg-surface">
            <CopyButton text={text} what="snippet">
              Copy
            </CopyButton>
          </div>
          <pre className="overflow-x-auto p-3 pr-24 font-mono text-xs leading-5 break-words whitespace-pre-wrap">
            {text}
          </pre>
          {'note' in chosen && <p className="border-t border-line px-3 py-2 text-xs text-muted">{chosen.note}</p>}
        </div>
      </section>
    </>
  );
}

function Arrivals({ local }: { local: boolean }) {
  const arrivals = useArrivals();
  const generate = useGenerate();
  const now = useNow(1_000);
  const before = useRef<number | null>(null);
  const [, draw] = useState(0);
  useEffect(() => {
    if (before.current === null && arrivals.data) {
      before.current = arrivals.data.total;
      draw(1);
    }
  }, [arrivals.data]);
  const total = arrivals.data?.total ?? 0;
  const fresh = before.current === null ? 0 : total - before.current;
  const last = arrivals.data?.last_event_at ?? null;
  const connected = fresh > 0 || total > 0;
  return (
    <section
      aria-label="Arrivals"
      className="flex flex-wrap items-center gap-3 rounded-m border border-line bg-surface px-3 py-2"
    >
      <span
        aria-hidden="true"
        data-level={connected ? 'INFO' : 'NONE'}
        className={cx('bg-bar h-2 w-2 rounded-full', !connected && 'animate-pulse')}
      />
      <p role="status" className="num min-w-0 flex-1 text-s">
        {arrivals.data === undefined ? (
          'Looking for events…'
        ) : fresh > 0 ? (
          <>
            <b className="font-medium">Connected, {plural(fresh, 'event')}</b> since you opened this page
          </>
        ) : total > 0 ? (
          `${formatCount(total)} events so far, the last ${last === null ? '' : formatAgo(last, now)}`
        ) : (
          'Waiting for your first event…'
        )}
      </p>
      {total > 0 && (
        <Link
          to={linkTo('/logs', fresh > 0 ? { from: '-15m', to: 'now' } : {})}
          className="inline-flex min-h-6 items-center text-accent-ink underline underline-offset-2"
        >
          Show in Logs
        </Link>
      )}
      {local && (
        <Button
          icon={Sparkles}
          aria-disabled={generate.isPending}
          onClick={() => !generate.isPending && generate.mutate()}
        >
          {generate.isPending ? 'Generating…' : 'Generate sample logs'}
        </Button>
      )}
      {generate.data && (
        <p className="w-full text-xs text-muted">
          {plural(generate.data.accepted, 'sample event')} accepted; they appear within seconds.
        </p>
      )}
      {(generate.error || arrivals.error) && (
        <p role="alert" className="w-full text-s text-danger">
          {toProblem(generate.error ?? arrivals.error).message}
        </p>
      )}
    </section>
  );
}
