import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { formatDuration } from '../lib/format.ts';
import { type ApiProblem, toProblem } from '../lib/problem.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { cx } from './cx.ts';

/** Milliseconds since `active` began, told in steps; 0 while it is off. */
export function useElapsed(active: boolean): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    if (!active) return;
    const start = performance.now();
    const tick = () => setElapsed(performance.now() - start);
    const first = setTimeout(tick, 150);
    const timer = setInterval(tick, 500);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      setElapsed(0);
    };
  }, [active]);
  return active ? elapsed : 0;
}

/** Grey bars in the shape of what will stand here. */
export const Skeleton = ({ rows = 4, className }: { rows?: number; className?: string }) => (
  <div aria-hidden="true" className={cx('grid gap-2 p-3', className)}>
    {Array.from({ length: rows }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
      <div key={row} className={cx('h-3 rounded-s bg-hover', ['w-full', 'w-5/6', 'w-11/12', 'w-2/3'][row % 4])} />
    ))}
  </div>
);

/** A centred word to the reader with the one action that helps. */
export const Message = ({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) => (
  <div className="grid justify-items-center gap-2 px-4 py-6 text-center">
    <p className="text-m font-medium">{title}</p>
    {children && <div className="max-w-prose text-s text-muted">{children}</div>}
    {action && <div className="flex flex-wrap justify-center gap-2 pt-1">{action}</div>}
  </div>
);

/** Counts a `Retry-After` down and asks again once by itself. */
function WaitAndRetry({ seconds, onRetry }: { seconds: number; onRetry: () => void }) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (left <= 0) {
      onRetry();
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left, onRetry]);
  return <span className="num">trying again in {left} s</span>;
}

let retriedProblem: ApiProblem | null = null;

/** What failed and what helps; the request id is there to be handed on. */
export function ProblemView({
  problem,
  onRetry,
  compact,
}: {
  problem: ApiProblem;
  onRetry: () => void;
  compact?: boolean;
}) {
  const waits = problem.status === 429 && problem.retryAfter !== null;
  const [auto] = useState(() => {
    // a second 429 right after the automatic retry is left to the person
    const first = waits && retriedProblem?.message !== problem.message;
    retriedProblem = first ? problem : null;
    return first;
  });
  const forbidden = problem.status === 403;
  const details = (
    <>
      <span>{problem.message}</span>
      {auto && problem.retryAfter !== null && (
        <>
          {' '}
          · <WaitAndRetry seconds={Math.max(1, Math.ceil(problem.retryAfter))} onRetry={onRetry} />
        </>
      )}
    </>
  );
  const actions = (
    <>
      {!forbidden && (
        <Button icon={RotateCw} onClick={onRetry}>
          Retry
        </Button>
      )}
      {problem.requestId && (
        <CopyButton text={problem.requestId} what="request id">
          Copy request id
        </CopyButton>
      )}
    </>
  );
  return compact ? (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-2 border-b border-line bg-danger-soft px-3 py-1 text-s text-danger"
    >
      <span className="min-w-0 flex-1">
        <b className="font-medium">{problem.title}</b>: {details}
      </span>
      {actions}
    </div>
  ) : (
    <div role="alert">
      <Message title={problem.title} action={actions}>
        {details}
        {forbidden && (
          <p>
            {problem.permission === 'platform'
              ? 'Ask an administrator of the platform.'
              : 'Ask an admin of this project for the role that allows it.'}
          </p>
        )}
      </Message>
    </div>
  );
}

export interface BodyProps<T> {
  readonly query: Pick<
    UseQueryResult<T>,
    'data' | 'error' | 'status' | 'fetchStatus' | 'isPlaceholderData' | 'refetch'
  >;
  /** What Cancel aborts. */
  readonly queryKey: readonly unknown[];
  readonly skeleton?: ReactNode;
  readonly isEmpty?: (data: T) => boolean;
  readonly empty?: ReactNode;
  readonly children: (data: T) => ReactNode;
  /** Problems that are shown elsewhere, such as a syntax error under the query bar. */
  readonly ignore?: (problem: ApiProblem) => boolean;
}

/** The four states of a panel: loading, empty, failed and filled; old data stays while new data loads. */
export function PanelBody<T>({ query, queryKey, skeleton, isEmpty, empty, children, ignore }: BodyProps<T>) {
  const client = useQueryClient();
  const fetching = query.fetchStatus === 'fetching';
  const elapsed = useElapsed(fetching);
  const cancel = () => client.cancelQueries({ queryKey });
  const { data } = query;
  const problem = query.error && !fetching ? toProblem(query.error) : null;
  const shown = problem && !ignore?.(problem) ? problem : null;
  const progress = (
    <div className="relative z-10 h-0">
      {elapsed >= 150 && data !== undefined && <div className="progress-thin" />}
      {elapsed >= 2_000 && (
        <div
          role="status"
          className="absolute top-1 right-2 flex items-center gap-2 rounded-s border border-line bg-raised px-2 text-xs shadow-float"
        >
          <span className="num">{formatDuration(Math.floor(elapsed / 1_000) * 1_000)}</span>
          <Button look="quiet" onClick={cancel}>
            Cancel
          </Button>
        </div>
      )}
    </div>
  );
  if (data === undefined) {
    if (shown) return <ProblemView problem={shown} onRetry={() => query.refetch()} />;
    if (!fetching && query.status === 'pending' && query.fetchStatus === 'idle') {
      return <Message title="Not loaded" action={<Button onClick={() => query.refetch()}>Load</Button>} />;
    }
    return (
      <div aria-busy="true" className="min-h-8">
        {progress}
        {elapsed >= 150 && (skeleton ?? <Skeleton />)}
      </div>
    );
  }
  const nothing = isEmpty?.(data) ?? false;
  return (
    <>
      {progress}
      {shown && <ProblemView compact problem={shown} onRetry={() => query.refetch()} />}
      <div
        aria-busy={query.isPlaceholderData}
        className={cx('contents', query.isPlaceholderData && '[&>*]:opacity-60')}
      >
        {nothing ? empty : children(data)}
      </div>
    </>
  );
}

interface PanelProps<T> extends BodyProps<T> {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly className?: string;
}

/** A titled part of a page that loads and fails on its own. */
export function Panel<T>({ title, aside, className, ...body }: PanelProps<T>) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={cx('flex min-w-0 flex-col rounded-m border border-line bg-surface', className)}
    >
      <header className="flex min-h-9 items-center justify-between gap-2 px-3 pt-1">
        <h2 id={id} className="text-s font-semibold">
          {title}
        </h2>
        {aside}
      </header>
      <PanelBody {...body} />
    </section>
  );
}
