import { formatBytes, formatCount } from '../../../lib/format.ts';
import { Message, Panel } from '../../../ui/panel.tsx';
import { UseBar } from '../../../ui/use-bar.tsx';
import { When } from '../../../ui/when.tsx';
import { useQuota } from '../api/ledger.ts';

/** How near the project is to what it may send. */
export function QuotaPanel() {
  const { query, queryKey } = useQuota();
  return (
    <Panel
      title="Quota"
      query={query}
      queryKey={queryKey}
      isEmpty={(data) => data.items.length === 0}
      empty={<Message title="This project has no quota" />}
    >
      {(data) => (
        <ul className="grid gap-2 p-3 pt-1">
          {data.items.map(({ of, window, used, remaining, resets_at }) => (
            <li key={`${of} ${window}`} className="grid items-center gap-x-3 sm:grid-cols-[140px_minmax(0,1fr)_90px]">
              <span>
                {of === 'bytes' ? 'Bytes' : 'Events'} this {window}
              </span>
              <UseBar
                label={`${of} this ${window}`}
                used={used}
                limit={used + remaining}
                format={of === 'bytes' ? formatBytes : formatCount}
              />
              <span className="text-xs">
                <When at={resets_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
