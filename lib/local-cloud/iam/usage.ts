/** What of a statement allowed a call: its source, and the patterns of its action and resource that matched. None of them holds a space. */
export type Use = `${string} ${string} ${string}`;

/**
 * Counts what allowed something, per thread: `authorize()` notes each use here, and whoever runs the thread collects them, so that grants
 * nobody needs can be listed.
 */
const uses = new Map<Use, number>();

/** Notes one use. */
export function noteUse(use: Use): void {
  uses.set(use, (uses.get(use) ?? 0) + 1);
}

/** What this thread noted since the last call. */
export function takeUses(): ReadonlyMap<Use, number> {
  const taken = new Map(uses);
  uses.clear();
  return taken;
}
