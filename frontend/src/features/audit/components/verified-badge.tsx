import { RotateCw, ShieldAlert, ShieldCheck } from 'lucide-react';
import { formatClock, formatCount, plural } from '../../../lib/format.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { IconButton } from '../../../ui/button.tsx';
import { cx } from '../../../ui/cx.ts';
import { useVerification } from '../api/audit.ts';

/** Whether the chain is as it was written; where it is not, what differs and where. */
export function VerifiedBadge() {
  const { query } = useVerification();
  const { zone } = usePreferences();
  const { data } = query;
  const problem = query.error && !query.isFetching ? toProblem(query.error) : null;
  const Icon = data?.intact ? ShieldCheck : ShieldAlert;
  return (
    <section aria-label="Chain" className="max-w-md text-s">
      <p role="status" className="flex items-center gap-1.5">
        {query.isFetching ? (
          <span className="text-muted">Comparing the chain with its seals…</span>
        ) : problem ? (
          <span className="text-danger">Not verified: {problem.message}</span>
        ) : data ? (
          <>
            <Icon size={16} aria-hidden="true" className={data.intact ? 'text-ok' : 'text-danger'} />
            <span className={cx('num font-medium', data.intact ? 'text-ok' : 'text-danger')}>
              {data.intact ? 'Verified' : plural(data.findings.length, 'finding')}
            </span>
            <span className="num text-muted">
              {formatCount(data.checked)} entries, {formatCount(Math.min(data.sealed_seq, data.to_seq))} sealed ·{' '}
              {formatClock(data.verified_at, zone)}
            </span>
          </>
        ) : null}
        <IconButton label="Verify again" icon={RotateCw} onClick={() => void query.refetch()} />
      </p>
      {data && data.findings.length > 0 && (
        <ul className="list-disc pl-6 text-danger">
          {data.findings.slice(0, 20).map((finding) => (
            <li key={`${finding.seq} ${finding.kind} ${finding.where}`}>
              Entry {finding.seq} was {finding.kind} ({finding.where}): {finding.detail}
            </li>
          ))}
          {data.findings.length > 20 && <li>and {data.findings.length - 20} more</li>}
        </ul>
      )}
      {data && data.unfinished.length > 0 && (
        <details className="text-caution">
          <summary className="min-h-6">
            {plural(data.unfinished.length, 'change')} begun and not told to have ended
          </summary>
          <ul className="list-disc pl-6">
            {data.unfinished.slice(0, 20).map(({ id, seq, action }) => (
              <li key={id}>
                Entry {seq}: {action}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
