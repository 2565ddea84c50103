import { csvCell } from '../../lib/export-rows.ts';
import type { Entry } from './api/audit.ts';

const COLUMNS: readonly (readonly [name: string, value: (entry: Entry) => unknown])[] = [
  ['seq', ({ seq }) => seq],
  ['timestamp', ({ timestamp }) => timestamp],
  ['actor_type', ({ actor }) => actor.type],
  ['actor_id', ({ actor }) => actor.id],
  ['actor_name', ({ actor }) => actor.name],
  ['action', ({ action }) => action],
  ['entity_type', (entry) => entry.entity_type],
  ['entity_id', (entry) => entry.entity_id],
  ['result', ({ result }) => result],
  ['ip_address', (entry) => entry.ip_address],
  ['old_values', (entry) => entry.old_values && JSON.stringify(entry.old_values)],
  ['new_values', (entry) => entry.new_values && JSON.stringify(entry.new_values)],
  ['id', ({ id }) => id],
  ['hash', ({ hash }) => hash],
];

/** Entries as CSV (RFC 4180), safe to open in a spreadsheet. */
export const toCsv = (entries: readonly Entry[]): string =>
  [
    COLUMNS.map(([name]) => name).join(','),
    ...entries.map((entry) => COLUMNS.map(([, value]) => csvCell(String(value(entry) ?? ''))).join(',')),
    '',
  ].join('\r\n');
