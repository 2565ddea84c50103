/** What of a statement allowed a call: its source, and the patterns of its action and resource that matched. None of them holds a space. */
export type Use = `${string} ${string} ${string}`;

/** What became of the calls of a while. */
export interface Usage {
  /** How often each was all that allowed a call. */
  readonly uses: ReadonlyMap<Use, number>;
  /** What was denied, in AWS's words, each once. */
  readonly denials: ReadonlySet<string>;
}

const uses = new Map<Use, number>();
const denials = new Set<string>();

/**
 * Notes what alone allowed a call. Per thread: `authorize()` notes here, and whoever runs the thread collects it, so that grants nobody
 * needs can be listed and denied calls be told.
 */
export function noteUse(use: Use): void {
  uses.set(use, (uses.get(use) ?? 0) + 1);
}

/** Notes a denied call of a known caller. */
export function noteDenial(message: string): void {
  denials.add(message);
}

/** What this thread noted since the last call. */
export function takeUsage(): Usage {
  const taken = { uses: new Map(uses), denials: new Set(denials) };
  uses.clear();
  denials.clear();
  return taken;
}
