/**
 * Counts which statements allowed something, per thread: `authorize()` notes each use here, and whoever runs the thread collects them,
 * so that grants nobody needs can be listed.
 */
const uses = new Map<string, number>();

/** Notes one use of the statement named `source`. */
export function noteUse(source: string): void {
  uses.set(source, (uses.get(source) ?? 0) + 1);
}

/** What this thread noted since the last call, by source. */
export function takeUses(): ReadonlyMap<string, number> {
  const taken = new Map(uses);
  uses.clear();
  return taken;
}
