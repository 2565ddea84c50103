import { BINDINGS, type Binding, keyCaps } from '../../../lib/keyboard.ts';
import { preferences, usePreferences } from '../../../lib/preferences.ts';
import { Dialog } from '../../../ui/dialog.tsx';

const GROUPS = ['Everywhere', 'Time', 'Events', 'Live', 'Go to'] as const;

/** All shortcuts, from the registry that also handles them. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const { letterKeys } = usePreferences();
  const all = Object.entries<Binding>(BINDINGS);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} wide>
      <label className="inline-flex min-h-7 items-center gap-2">
        <input
          type="checkbox"
          checked={letterKeys}
          onChange={(event) => preferences.set({ letterKeys: event.target.checked })}
          className="accent-accent-fill"
        />
        Shortcuts of a single letter
      </label>
      <div className="columns-1 gap-6 sm:columns-2">
        {GROUPS.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-xs font-medium text-muted">{group}</h3>
            <dl>
              {all
                .filter(([, binding]) => binding.group === group)
                .map(([id, binding]) => (
                  <div key={id} className="flex min-h-7 items-center justify-between gap-4 border-b border-line/60">
                    <dt>{binding.label}</dt>
                    <dd className="flex shrink-0 gap-2">
                      {binding.keys.map((keys) => (
                        <span key={keys} className="flex gap-0.5">
                          {keyCaps(keys).map((cap) => (
                            <kbd
                              key={cap}
                              className="min-w-5 rounded-s border border-line bg-sunken px-1 text-center font-mono text-xs"
                            >
                              {cap}
                            </kbd>
                          ))}
                        </span>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
