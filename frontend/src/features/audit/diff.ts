import type { Entry } from './api/audit.ts';

/** One member of a thing, before and after. */
export interface Change {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

const toText = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

/** What an entry says was changed: members that differ, by name; members that stayed are left out. */
export function changesOf({ old_values: before = {}, new_values: after = {} }: Entry): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .map((name) => ({ name, before: toText(before[name]), after: toText(after[name]) }))
    .filter((change) => change.before !== change.after);
}
