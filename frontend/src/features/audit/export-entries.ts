import { csvCell } from '../../lib/export-rows.ts';
import type { Entry, Search } from './api/audit.ts';

type Columns<Item> = readonly (readonly [name: string, value: (item: Item) => unknown])[];

const ENTRY: Columns<Entry> = [
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

const SEARCH: Columns<Search> = [
  ['timestamp', ({ timestamp }) => timestamp],
  ['actor_type', ({ actor }) => actor.type],
  ['actor_id', ({ actor }) => actor.id],
  ['actor_name', ({ actor }) => actor.name],
  ['action', ({ action }) => action],
  ['entity_type', (search) => search.entity_type],
  ['entity_id', (search) => search.entity_id],
  ['query', ({ query }) => query],
  ['from', ({ from }) => from],
  ['to', ({ to }) => to],
  ['parameters', ({ parameters }) => JSON.stringify(parameters)],
  ['result', ({ result }) => result],
  ['error_code', (search) => search.error_code],
  ['count', ({ count }) => count],
  ['total', ({ total }) => total],
  ['partial', ({ partial }) => partial],
  ['took_ms', (search) => search.took_ms],
  ['ip_address', (search) => search.ip_address],
  ['id', ({ id }) => id],
];

/** CSV (RFC 4180), safe to open in a spreadsheet. */
const toCsv = <Item>(columns: Columns<Item>, items: readonly Item[]): string =>
  [
    columns.map(([name]) => name).join(','),
    ...items.map((item) => columns.map(([, value]) => csvCell(String(value(item) ?? ''))).join(',')),
    '',
  ].join('\r\n');

export const entriesToCsv = (entries: readonly Entry[]): string => toCsv(ENTRY, entries);
export const searchesToCsv = (searches: readonly Search[]): string => toCsv(SEARCH, searches);
