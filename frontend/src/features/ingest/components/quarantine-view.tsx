import { useState } from 'react';
import { useDenied } from '../../../lib/access.ts';
import { formatBytes, formatCount, plural } from '../../../lib/format.ts';
import { useSettled } from '../../../lib/hooks.ts';
import { toProblem } from '../../../lib/problem.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { Button } from '../../../ui/button.tsx';
import { ExpandableRow } from '../../../ui/expandable-row.tsx';
import { Field } from '../../../ui/field.tsx';
import { Message, Panel, PanelBody } from '../../../ui/panel.tsx';
import { When } from '../../../ui/when.tsx';
import { type Entry, type Redriven, usePreview, useQuarantine, useRedrive } from '../api/quarantine.ts';

/** What a redrive did, in words. */
const told = ({ entries, stored, refused, reasons }: Redriven): string =>
  [
    `Tried ${plural(entries, 'entry', 'entries')}: ${plural(stored, 'event')} can be searched now`,
    refused > 0 ? `${formatCount(refused)} are refused still (${reasons.join('; ')})` : '',
  ]
    .filter(Boolean)
    .join(', ');

/** Events that were accepted and could not be stored, with their reason; tried again one by one or all. */
export function QuarantineView() {
  const [words, setWords] = useState('');
  const reason = useSettled(words.trim(), 300);
  const { query, queryKey } = useQuarantine(reason);
  const redrive = useRedrive();
  const denied = useDenied('write');
  const [opened, setOpened] = useState<string | null>(null);
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const busy = redrive.isPending ? 'A redrive is under way' : null;
  return (
    <>
      <div className="flex flex-wrap items-end gap-2">
        <Field
          label="Reason"
          placeholder="part of a reason"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          className="min-w-56 flex-1"
        />
        <Button
          look="primary"
          className="h-8"
          deniedBecause={denied ?? busy ?? (entries.length === 0 ? 'There is nothing to redrive' : null)}
          onClick={() => redrive.mutate({ reason })}
        >
          {reason === '' ? 'Redrive all' : 'Redrive these'}
        </Button>
      </div>
      <p role="status" className="text-s empty:hidden">
        {redrive.isPending ? 'Storing again…' : redrive.data ? told(redrive.data) : ''}
      </p>
      {redrive.error && (
        <p role="alert" className="text-s text-danger">
          {toProblem(redrive.error).message}
        </p>
      )}
      <Panel
        title="Quarantine"
        query={query.isFetchNextPageError ? { ...query, error: null } : query}
        queryKey={queryKey}
        isEmpty={() => entries.length === 0}
        empty={
          reason === '' ? (
            <Message title="Nothing is in quarantine">Every accepted event could be stored.</Message>
          ) : (
            <Message
              title="No reason holds these words"
              action={<Button onClick={() => setWords('')}>Show all</Button>}
            />
          )
        }
      >
        {() => (
          <>
            <ul aria-label="Quarantined">
              {entries.map((entry) => (
                <Row
                  key={entry.id}
                  entry={entry}
                  open={opened === entry.id}
                  onOpen={() => setOpened(opened === entry.id ? null : entry.id)}
                  denied={denied ?? busy}
                  onRedrive={() => redrive.mutate({ id: entry.id })}
                />
              ))}
            </ul>
            {query.hasNextPage && (
              <Button
                className="m-2"
                aria-disabled={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {query.isFetchNextPageError ? 'Loading failed, try again' : 'Load older'}
              </Button>
            )}
          </>
        )}
      </Panel>
    </>
  );
}

interface RowProps {
  readonly entry: Entry;
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly denied: string | null;
  readonly onRedrive: () => void;
}

function Row({ entry, open, onOpen, denied, onRedrive }: RowProps) {
  const [first] = entry.reasons;
  return (
    <ExpandableRow
      open={open}
      onOpen={onOpen}
      columns="sm:grid-cols-[90px_minmax(0,1fr)_110px_100px]"
      cells={
        <>
          <When at={entry.received_at} />
          <span className="truncate">
            {first ? visibleText(first.reason) : 'no reason was told'}
            {entry.reasons.length > 1 && (
              <span className="text-muted"> and {plural(entry.reasons.length - 1, 'other reason')}</span>
            )}
          </span>
          <span className="num text-muted">
            {entry.kind === 'frame' ? 'a whole frame' : plural(entry.events, 'event')}
          </span>
          <span className="num text-muted">{formatBytes(entry.bytes)}</span>
        </>
      }
      action={
        <Button deniedBecause={denied} onClick={onRedrive}>
          Redrive
        </Button>
      }
    >
      {() => <Contents entry={entry} />}
    </ExpandableRow>
  );
}

function Contents({ entry }: { entry: Entry }) {
  const { query, queryKey } = usePreview(entry.id);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 bg-sunken px-4 py-3 sm:pl-10">
      <p className="text-xs text-muted">
        Put aside <When at={entry.quarantined_at} /> · tried again <When at={entry.redriven_at} />
      </p>
      <PanelBody query={query} queryKey={queryKey}>
        {(data) => (
          <ol className="grid grid-cols-[minmax(0,1fr)] gap-2">
            {data.preview.map(({ reason, text, truncated }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: events of a preview differ by place only
              <li key={index}>
                <p className="text-xs text-caution">{visibleText(reason)}</p>
                <pre className="max-h-40 overflow-auto font-mono text-xs break-all whitespace-pre-wrap">
                  {visibleText(text)}
                  {truncated && '…'}
                </pre>
              </li>
            ))}
          </ol>
        )}
      </PanelBody>
      {entry.events > 20 && (
        <p className="text-xs text-muted">The first 20 of {formatCount(entry.events)} events are shown.</p>
      )}
    </div>
  );
}
