import { Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ExportJob } from '../../../../../functions/search/exports-api.ts';
import { saveFile } from '../../../lib/clipboard.ts';
import { type ExportFormat, exportRows } from '../../../lib/export-rows.ts';
import { formatBytes, formatCount, type Zone, zoneName } from '../../../lib/format.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { toProblem } from '../../../lib/problem.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { beginExport, cancelExport, downloadParts, type ExportQuestion, readExport } from '../api/export.ts';
import type { Search } from '../api/logs.ts';

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv;charset=utf-8',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
};

interface ExportDialogProps {
  readonly search: Search;
  readonly order: 'asc' | 'desc';
  readonly events: readonly LogEvent[];
  readonly total: number | null;
  readonly columns: readonly string[];
  readonly onClose: () => void;
}

/** More than these are written by the server in the background, for a browser would have to hold them. */
const IN_BROWSER = 100_000;
const ASK_MILLIS = 2_000;

/** Where an export of all events stands. */
type Progress = { readonly kind: 'parts'; readonly bytes: number } | { readonly kind: 'job'; readonly job: ExportJob };

/** Saves the loaded rows, or all events of the search, as a file; says how many they are before, and how far it is. */
export function ExportDialog({ search, order, events, total, columns, onClose }: ExportDialogProps) {
  const preferred = usePreferences().zone;
  const [format, setFormat] = useState<ExportFormat>('csv');
  const [scope, setScope] = useState<'loaded' | 'all'>(total !== null && total > events.length ? 'all' : 'loaded');
  const [all, setAll] = useState(false);
  const [zone, setZone] = useState<Zone>(preferred);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const abort = useRef<AbortController | null>(null);
  const many = scope === 'all' && (total ?? 0) > IN_BROWSER;
  useEffect(() => () => abort.current?.abort(), []);

  const nameOf = () => `tributary-${new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19)}.${format}`;
  const question = (): ExportQuestion => ({
    query: search.query,
    from: search.from,
    to: search.to,
    order,
    format,
    ...(!all && { columns }),
  });
  const saveParts = async (signal: AbortSignal) => {
    setProgress({ kind: 'parts', bytes: 0 });
    const parts = await downloadParts(question(), (bytes) => setProgress({ kind: 'parts', bytes }), signal);
    saveFile(nameOf(), TYPES[format], parts);
    onClose();
  };
  const saveByJob = async (signal: AbortSignal) => {
    let job = await beginExport(question());
    setProgress({ kind: 'job', job });
    while (job.status === 'queued' || job.status === 'running') {
      await new Promise((resolve) => setTimeout(resolve, ASK_MILLIS));
      if (signal.aborted) return void cancelExport(job.id).catch(() => {});
      job = await readExport(job.id, signal);
      setProgress({ kind: 'job', job });
    }
    if (job.status !== 'completed') setProblem(job.reason ?? `The export was ${job.status}`);
  };
  const save = async () => {
    if (progress !== null) return;
    if (scope === 'loaded') {
      saveFile(nameOf(), TYPES[format], [exportRows(events, all ? 'all' : columns, format, zone)]);
      return onClose();
    }
    abort.current = new AbortController();
    setProblem(null);
    try {
      await (many ? saveByJob : saveParts)(abort.current.signal);
    } catch (error) {
      setProgress(null);
      if (!abort.current.signal.aborted) setProblem(toProblem(error).message);
    }
  };
  const ended = progress?.kind === 'job' && !['queued', 'running'].includes(progress.job.status);
  const cancel = () => {
    abort.current?.abort();
    if (progress === null || ended) onClose();
    setProgress(null);
  };
  const choice = <T extends string>(name: string, value: T, current: T, label: string, set: (value: T) => void) => (
    <label key={value} className="inline-flex min-h-7 items-center gap-1.5 max-sm:min-h-11">
      <input
        type="radio"
        name={name}
        checked={current === value}
        onChange={() => set(value)}
        className="accent-accent-fill"
      />
      {label}
    </label>
  );
  return (
    <Dialog title="Export" onClose={onClose}>
      <fieldset className="flex flex-wrap gap-4">
        <legend className="mb-1 text-xs font-medium text-muted">Events</legend>
        {choice('scope', 'all', scope, total === null ? 'All' : `All ${formatCount(total)}`, setScope)}
        {choice('scope', 'loaded', scope, `Loaded ones (${formatCount(events.length)})`, setScope)}
      </fieldset>
      <fieldset className="flex flex-wrap gap-4">
        <legend className="mb-1 text-xs font-medium text-muted">Format</legend>
        {choice('format', 'csv', format, 'CSV', setFormat)}
        {choice('format', 'ndjson', format, 'NDJSON', setFormat)}
        {choice('format', 'json', format, 'JSON', setFormat)}
      </fieldset>
      <fieldset className="flex flex-wrap gap-4">
        <legend className="mb-1 text-xs font-medium text-muted">Columns</legend>
        {choice('columns', 'shown', all ? 'all' : 'shown', `Shown (${columns.length})`, () => setAll(false))}
        {choice('columns', 'all', all ? 'all' : 'shown', 'All', () => setAll(true))}
      </fieldset>
      {scope === 'loaded' ? (
        <fieldset className="flex flex-wrap gap-4">
          <legend className="mb-1 text-xs font-medium text-muted">Times in</legend>
          {choice('zone', 'local', zone, `Local (${zoneName('local')})`, setZone)}
          {choice('zone', 'utc', zone, 'UTC', setZone)}
        </fieldset>
      ) : (
        <p className="text-xs text-faint">
          Times in UTC.{many && ' So many are written in the background, which takes a while.'}
        </p>
      )}
      {format === 'csv' && (
        <p className="text-xs text-faint">Cells that a spreadsheet would run as a formula get a leading apostrophe.</p>
      )}
      {progress && <ProgressLine progress={progress} />}
      <p role="alert" className="text-s text-danger empty:hidden">
        {problem}
      </p>
      <div className="flex justify-end gap-2">
        <Button look="quiet" onClick={cancel}>
          {ended ? 'Close' : 'Cancel'}
        </Button>
        <Button
          look="primary"
          icon={Download}
          onClick={() => void save()}
          deniedBecause={
            progress !== null && !ended
              ? 'The export is under way'
              : scope === 'loaded' && events.length === 0
                ? 'Nothing is loaded'
                : null
          }
        >
          Save file
        </Button>
      </div>
    </Dialog>
  );
}

function ProgressLine({ progress }: { progress: Progress }) {
  if (progress.kind === 'parts')
    return (
      <p role="status" className="num text-s text-muted">
        {formatBytes(progress.bytes)} so far…
      </p>
    );
  const { job } = progress;
  return (
    <div role="status" className="num grid gap-1 text-s text-muted">
      <progress
        aria-label="Events written"
        className="h-1.5 w-full accent-accent-fill"
        max={job.total ?? undefined}
        value={job.total === null ? undefined : job.rows}
      />
      <p>
        {job.status === 'completed' ? 'Done: ' : ''}
        {formatCount(job.rows)}
        {job.total !== null && ` of ${formatCount(job.total)}`} events, {formatBytes(job.bytes)}
      </p>
      {job.download && (
        <a href={job.download.url} download={job.download.file_name} className="text-accent-ink underline">
          Download {job.download.file_name}
        </a>
      )}
    </div>
  );
}
