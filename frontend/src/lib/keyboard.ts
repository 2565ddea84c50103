import { useEffect, useRef } from 'react';
import { preferences } from './preferences.ts';

/** One shortcut. Keys of several strokes are parted by a space; `Mod` is Ctrl, on a Mac ⌘. */
export interface Binding {
  readonly keys: readonly string[];
  readonly label: string;
  readonly group: 'Everywhere' | 'Time' | 'Events' | 'Live' | 'Go to';
  /** Also works while typing. */
  readonly inInputs?: boolean;
}

/** The only list of shortcuts: handlers, the key sheet and the tests are fed from it. */
export const BINDINGS = {
  palette: { keys: ['Mod+k'], label: 'Command palette', group: 'Everywhere', inInputs: true },
  sheet: { keys: ['?'], label: 'Keyboard shortcuts', group: 'Everywhere' },
  query: { keys: ['/'], label: 'Go to the query bar', group: 'Everywhere' },
  close: { keys: ['Escape'], label: 'Close the innermost, then leave the bar', group: 'Everywhere', inInputs: true },
  run: { keys: ['Mod+Enter'], label: 'Run the query from anywhere', group: 'Everywhere', inInputs: true },
  refresh: { keys: ['r'], label: 'Refresh', group: 'Everywhere' },
  save: { keys: ['Mod+s'], label: 'Save the search', group: 'Everywhere', inInputs: true },
  share: { keys: ['s'], label: 'Share menu', group: 'Everywhere' },
  utc: { keys: ['u'], label: 'UTC or local time', group: 'Time' },
  time: { keys: ['t'], label: 'Time range', group: 'Time' },
  earlier: { keys: ['['], label: 'Shift to earlier', group: 'Time' },
  later: { keys: [']'], label: 'Shift to later', group: 'Time' },
  zoomOut: { keys: ['-'], label: 'Zoom out', group: 'Time' },
  next: { keys: ['j', 'ArrowDown'], label: 'Next row', group: 'Events' },
  previous: { keys: ['k', 'ArrowUp'], label: 'Previous row', group: 'Events' },
  open: { keys: ['Enter'], label: 'Open the event', group: 'Events' },
  expand: { keys: ['o'], label: 'Expand in place', group: 'Events' },
  nextError: { keys: ['e'], label: 'Next error', group: 'Events' },
  previousError: { keys: ['Shift+E'], label: 'Previous error', group: 'Events' },
  mark: { keys: ['m'], label: 'Mark the row', group: 'Events' },
  copy: { keys: ['c'], label: 'Copy row, or marked rows, as JSON', group: 'Events' },
  context: { keys: ['Shift+C'], label: 'Surrounding context', group: 'Events' },
  exclude: { keys: ['x'], label: 'Filter out the focused cell', group: 'Events' },
  include: { keys: ['+'], label: 'Filter for the focused cell', group: 'Events' },
  find: { keys: ['Mod+f'], label: 'Find in loaded rows', group: 'Events', inInputs: true },
  histogram: { keys: ['h'], label: 'Histogram on or off', group: 'Events' },
  facets: { keys: ['f'], label: 'Fields on or off', group: 'Events' },
  wrap: { keys: ['w'], label: 'Wrap lines', group: 'Events' },
  live: { keys: ['l'], label: 'Live on or off', group: 'Live' },
  pause: { keys: ['Space'], label: 'Pause or resume', group: 'Live' },
  goOverview: { keys: ['g o'], label: 'Overview', group: 'Go to' },
  goLogs: { keys: ['g l'], label: 'Logs', group: 'Go to' },
  goAudit: { keys: ['g u'], label: 'Audit', group: 'Go to' },
  goSend: { keys: ['g s'], label: 'Send data', group: 'Go to' },
} as const satisfies Record<string, Binding>;

export type BindingId = keyof typeof BINDINGS;
/** Returns false when it did not use the key, which then keeps its usual meaning. */
export type KeyHandler = (event: KeyboardEvent) => unknown;

const isMac = typeof navigator !== 'undefined' && /Mac|iP/.test(navigator.platform);
const handlers = new Map<BindingId, KeyHandler[]>();

/** The stroke of an event in the words of the registry. */
export function strokeOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const letter = event.key === ' ' ? 'Space' : event.key;
  const mod = event.ctrlKey || event.metaKey ? 'Mod+' : '';
  const alt = event.altKey ? 'Alt+' : '';
  // signs such as ? and + already contain their shift
  const shift = event.shiftKey && (/^[a-z]$/i.test(letter) || letter.length > 1) ? 'Shift+' : '';
  return `${mod}${alt}${shift}${mod !== '' && letter.length === 1 ? letter.toLowerCase() : letter}`;
}

/** How keys are shown to a person. */
export const keyCaps = (keys: string): readonly string[] =>
  keys
    .split(/[ ]|\+(?=.)/)
    .map((cap) => ({ Mod: isMac ? '⌘' : 'Ctrl', ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' })[cap] ?? cap);

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !/^(checkbox|radio|button|range)$/.test(target.type)));

/** Keys that a focused control needs for itself. */
function belongsToControl(stroke: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (stroke === 'Enter' || stroke === 'Space')
    return target.closest('button, a, summary, select, [role="menuitem"], [role="option"], [role="tab"]') !== null;
  return (
    (stroke === 'ArrowDown' || stroke === 'ArrowUp') &&
    target.closest('[role="menu"], [role="listbox"], [role="tablist"], [role="separator"], [data-own-arrows]') !== null
  );
}

let pending = '';
let pendingSince = 0;
const SEQUENCE_MILLIS = 1_200;

/** Runs the newest handler of the matching shortcut; listens on the window once for the whole app. */
export function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const stroke = strokeOf(event);
  if (stroke === 'Shift+Shift' || /^(?:Mod\+)?(?:Control|Meta|Alt)/.test(stroke)) return;
  const typing = isTyping(event.target);
  const letters = preferences.get().letterKeys;
  const sequence =
    pending !== '' && performance.now() - pendingSince < SEQUENCE_MILLIS ? `${pending} ${stroke}` : stroke;
  pending = '';
  for (const [id, binding] of Object.entries(BINDINGS) as [BindingId, Binding][]) {
    if (!binding.keys.includes(sequence)) continue;
    if (typing && !binding.inInputs) continue;
    if (!letters && /^(?:Shift\+)?\S$/.test(stroke)) continue;
    if (belongsToControl(stroke, event.target)) continue;
    const registered = handlers.get(id) ?? [];
    for (const handler of [...registered].reverse()) {
      if (handler(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
  if (
    !typing &&
    letters &&
    Object.values<Binding>(BINDINGS).some(({ keys }) => keys.some((keys) => keys.startsWith(`${stroke} `)))
  ) {
    pending = stroke;
    pendingSince = performance.now();
  }
}

/** Handles a shortcut while mounted; the component mounted last is asked first. */
export function useShortcut(id: BindingId, handler: KeyHandler, enabled = true): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    if (!enabled) return;
    const call: KeyHandler = (event) => latest.current(event);
    handlers.set(id, [...(handlers.get(id) ?? []), call]);
    return () => {
      handlers.set(
        id,
        (handlers.get(id) ?? []).filter((one) => one !== call),
      );
    };
  }, [id, enabled]);
}
