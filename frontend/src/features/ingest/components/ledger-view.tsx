import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { formatCompact, formatCount, formatDuration, plural } from '../../../lib/format.ts';
import { LineChart } from '../../../ui/charts/line-chart.tsx';
import { Choice } from '../../../ui/field.tsx';
import { Message, Panel } from '../../../ui/panel.tsx';
import { Table } from '../../../ui/table.tsx';
import { When } from '../../../ui/when.tsx';
import { type Ledger, type OpenFrame, useLedger } from '../api/ledger.ts';
import { QuotaPanel } from './quota-panel.tsx';

const COLUMNS = [
  { name: 'accepted', title: 'Accepted', tone: 'A' },
  { name: 'indexed', title: 'Indexed', tone: 'C' },
  { name: 'quarantined', title: 'Quarantined', tone: 'B' },
  { name: 'dropped', title: 'Dropped by rules', tone: 'F' },
  { name: 'pending', title: 'On their way', tone: 'E' },
] as const;

/** The ledger: accepted events against what became of them, minute by minute. */
export function LedgerView() {
  const [from, setFrom] = useState('-1h');
  const { query, queryKey } = useLedger(from);
  return (
    <>
      <Panel
        title="Conservation"
        aside={
          <Choice
            label="Received in the"
            value={from}
            onChange={({ target }) => setFrom(target.value)}
            className="w-36"
          >
            <option value="-1h">last hour</option>
            <option value="-6h">last 6 hours</option>
            <option value="-24h">last 24 hours</option>
          </Choice>
        }
        query={query}
        queryKey={queryKey}
        isEmpty={(data) => data.items.length === 0 && data.open_frames_total === 0}
        empty={<Message title="Nothing was received in this time">Send data, or choose a longer time.</Message>}
      >
        {(data) => (
          <div className="grid gap-3 p-3 pt-0">
            <Balance ledger={data} />
            <dl className="grid grid-cols-2 gap-3 sm:grid-cols-5">
              {COLUMNS.map(({ name, title, tone }) => (
                <div key={name}>
                  <dt className="flex items-center gap-1.5 text-xs text-muted">
                    <i data-level={tone} className="bg-bar h-2 w-2 rounded-full" /> {title}
                  </dt>
                  <dd className="num text-xl font-medium">{formatCount(data.totals[name])}</dd>
                </div>
              ))}
            </dl>
            <LineChart
              label="Events a minute"
              range={{ from: Date.parse(data.from), to: Date.parse(data.to) }}
              height={160}
              format={formatCompact}
              series={COLUMNS.filter(({ name }) => data.totals[name] > 0).map(({ name, title, tone }) => ({
                name: title,
                tone,
                points: data.items.map((item) => ({ time: Date.parse(item.minute), value: item[name] })),
              }))}
            />
          </div>
        )}
      </Panel>
      {query.data && query.data.open_frames_total > 0 && (
        <Panel title="Frames whose two sides differ" query={query} queryKey={queryKey}>
          {(data) => <Frames frames={data.open_frames} total={data.open_frames_total} />}
        </Panel>
      )}
      <QuotaPanel />
    </>
  );
}

function Balance({ ledger }: { ledger: Ledger }) {
  const { accepted, pending } = ledger.totals;
  return (
    <p role="status" className="flex flex-wrap items-center gap-2">
      {ledger.balanced ? (
        <CircleCheck size={16} aria-hidden="true" className="text-ok" />
      ) : (
        <TriangleAlert size={16} aria-hidden="true" className="text-danger" />
      )}
      <b className={ledger.balanced ? 'font-medium text-ok' : 'font-medium text-danger'}>
        {ledger.balanced ? 'Balanced' : 'Not balanced'}
      </b>
      <span className="num text-muted">
        {ledger.balanced
          ? `every one of ${plural(accepted, 'event')} is accounted for${pending > 0 ? `, ${formatCount(pending)} still on their way` : ''}`
          : 'some frames have told only one side for over ten minutes, or tell different counts: see below'}
      </span>
    </p>
  );
}

const STATES: Readonly<Record<OpenFrame['state'], { word: string; look: string }>> = {
  pending: { word: 'on its way', look: 'text-muted' },
  overdue: { word: 'overdue', look: 'text-danger' },
  unequal: { word: 'counts differ', look: 'text-danger' },
};

function Frames({ frames, total }: { frames: readonly OpenFrame[]; total: number }) {
  const count = (value: number | null) => (value === null ? '–' : formatCount(value));
  return (
    <>
      <Table
        label="Open frames"
        heads={['Frame', 'State', 'Age', 'Received', 'Accepted', 'Indexed', 'Quarantined', 'Dropped']}
        numbers={['Accepted', 'Indexed', 'Quarantined', 'Dropped']}
      >
        {frames.map((frame) => (
          <tr key={frame.frame_id}>
            <td className="font-mono text-xs">{frame.frame_id}</td>
            <td className={STATES[frame.state].look}>
              {STATES[frame.state].word}
              {frame.missing && (
                <span className="text-muted">
                  , {frame.missing === 'stored' ? 'the index has not told' : 'the archive has not told'}
                </span>
              )}
            </td>
            <td className="num whitespace-nowrap">{formatDuration(frame.age_seconds * 1_000)}</td>
            <td>
              <When at={frame.received_at} />
            </td>
            <td className="num text-right">{count(frame.accepted)}</td>
            <td className="num text-right">{count(frame.indexed)}</td>
            <td className="num text-right">{count(frame.quarantined)}</td>
            <td className="num text-right">{count(frame.dropped)}</td>
          </tr>
        ))}
      </Table>
      {total > frames.length && (
        <p className="px-3 py-2 text-xs text-caution">
          The oldest {formatCount(frames.length)} of {formatCount(total)} are shown.
        </p>
      )}
    </>
  );
}
