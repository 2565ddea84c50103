import { Download } from 'lucide-react';
import { useState } from 'react';
import { saveFile } from '../../../lib/clipboard.ts';
import { type ExportFormat, exportRows } from '../../../lib/export-rows.ts';
import { plural, type Zone, zoneName } from '../../../lib/format.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { usePreferences } from '../../../lib/preferences.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv;charset=utf-8',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
};

interface ExportDialogProps {
  readonly events: readonly LogEvent[];
  readonly total: number | null;
  readonly columns: readonly string[];
  readonly onClose: () => void;
}

/** Saves the loaded rows as a file, and says how many they are before. */
export function ExportDialog({ events, total, columns, onClose }: ExportDialogProps) {
  const preferred = usePreferences().zone;
  const [format, setFormat] = useState<ExportFormat>('csv');
  const [all, setAll] = useState(false);
  const [zone, setZone] = useState<Zone>(preferred);
  const save = () => {
    const stamp = new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19);
    saveFile(`tributary-${stamp}.${format}`, TYPES[format], [exportRows(events, all ? 'all' : columns, format, zone)]);
    onClose();
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
      <p className="text-s text-muted">
        {plural(events.length, 'loaded event')}
        {total !== null &&
          total > events.length &&
          ` of ${total.toLocaleString('en')}. Scroll down to load more of them first.`}
      </p>
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
      <fieldset className="flex flex-wrap gap-4">
        <legend className="mb-1 text-xs font-medium text-muted">Times in</legend>
        {choice('zone', 'local', zone, `Local (${zoneName('local')})`, setZone)}
        {choice('zone', 'utc', zone, 'UTC', setZone)}
      </fieldset>
      {format === 'csv' && (
        <p className="text-xs text-faint">Cells that a spreadsheet would run as a formula get a leading apostrophe.</p>
      )}
      <div className="flex justify-end gap-2">
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button look="primary" icon={Download} onClick={save} disabled={events.length === 0}>
          Save file
        </Button>
      </div>
    </Dialog>
  );
}
