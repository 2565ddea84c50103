import { formatTimestamp } from '../../../lib/format.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { ExpandableRow } from '../../../ui/expandable-row.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import type { AuditFilter, Entry } from '../api/audit.ts';
import { changesOf } from '../diff.ts';
import { type Fact, Facts } from './facts.tsx';

const RESULT = {
  success: { word: 'success', look: 'text-ok' },
  failure: { word: 'failure', look: 'text-danger' },
  pending: { word: 'not finished', look: 'text-caution' },
} as const;

interface EntryRowProps {
  readonly entry: Entry;
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly onFilter: (change: Partial<AuditFilter>) => void;
}

/** One entry in a line; opened, what was changed and where it stands in the chain. */
export function EntryRow({ entry, open, onOpen, onFilter }: EntryRowProps) {
  const { zone } = usePreferences();
  const result = RESULT[entry.result];
  return (
    <ExpandableRow
      open={open}
      onOpen={onOpen}
      columns="sm:grid-cols-[150px_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_90px]"
      cells={
        <>
          <span className="num font-mono text-xs text-muted">{formatTimestamp(entry.timestamp, zone)}</span>
          <span className="truncate">{visibleText(entry.actor.name || entry.actor.id)}</span>
          <span className="truncate font-medium">{visibleText(entry.action)}</span>
          <span className="truncate font-mono text-xs text-muted">
            {visibleText(`${entry.entity_type} ${entry.entity_id}`)}
          </span>
          <span className={result.look}>{result.word}</span>
        </>
      }
    >
      {() => <Details entry={entry} onFilter={onFilter} />}
    </ExpandableRow>
  );
}

function Details({ entry, onFilter }: Pick<EntryRowProps, 'entry' | 'onFilter'>) {
  const changes = changesOf(entry);
  const facts: readonly Fact[] = [
    ['Place in the chain', `${entry.seq}${entry.sealed ? ', sealed' : ', not sealed yet'}`],
    ['Actor', `${entry.actor.type} ${entry.actor.id}`],
    ['Recorded by', entry.recorded_by && `${entry.recorded_by.name} (${entry.recorded_by.type})`],
    ['Address', entry.ip_address],
    ['Client', entry.user_agent],
    ['Request', entry.request_id],
    ['Correlation', entry.correlation_id],
    ['Trace', entry.trace_id],
    ['Began with', entry.intent_id],
    ['Hash', entry.hash],
    ['Hash before', entry.previous_hash],
    ['More', Object.keys(entry.metadata).length > 0 ? JSON.stringify(entry.metadata) : undefined],
  ];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 bg-sunken px-4 py-3 sm:pl-10">
      {changes.length > 0 && (
        <ScrollRegion label="What was changed" className="overflow-x-auto">
          <table className="w-full text-xs">
            <thead className="text-left text-muted">
              <tr>
                <th scope="col" className="pr-3 font-medium">
                  Member
                </th>
                <th scope="col" className="pr-3 font-medium">
                  Before
                </th>
                <th scope="col" className="font-medium">
                  After
                </th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ name, before, after }) => (
                <tr key={name} className="border-t border-line align-top">
                  <th scope="row" className="py-1 pr-3 text-left font-normal">
                    {visibleText(name)}
                  </th>
                  <td className="py-1 pr-3 font-mono break-all">
                    {before === null ? (
                      <span className="text-muted">–</span>
                    ) : (
                      <del className="text-danger">{visibleText(before)}</del>
                    )}
                  </td>
                  <td className="py-1 font-mono break-all">
                    {after === null ? (
                      <span className="text-muted">–</span>
                    ) : (
                      <ins className="text-ok no-underline">{visibleText(after)}</ins>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <Facts facts={facts} />
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => onFilter({ entity_type: entry.entity_type, entity_id: entry.entity_id })}>
          All of this {entry.entity_type}
        </Button>
        <Button onClick={() => onFilter({ actor: entry.actor.id })}>All by {entry.actor.name || entry.actor.id}</Button>
        <CopyButton text={() => JSON.stringify(entry, null, 2)} what="entry as JSON">
          Copy as JSON
        </CopyButton>
      </div>
    </div>
  );
}
