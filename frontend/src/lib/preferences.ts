import { makeStore, useStore } from './store.ts';

/** What a person chose for themselves. Kept in this browser, never part of a link. `public/theme.js` reads the same key. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'comfortable' | 'compact';
  readonly zone: 'local' | 'utc';
  /** Shortcuts of a single letter; WCAG 2.1.4 asks for the switch. */
  readonly letterKeys: boolean;
  /** Whether a screen reader hears how many events arrived while live. */
  readonly announceLive: boolean;
  readonly navCollapsed: boolean;
  readonly histogramOpen: boolean;
  readonly facetsOpen: boolean;
  readonly facetsWidth: number;
  readonly drawerWidth: number;
  readonly liveEdge: 'bottom' | 'top';
  readonly projectId: string | null;
  readonly recentQueries: readonly { readonly text: string; readonly at: number }[];
  readonly pinnedFields: readonly string[];
}

const DEFAULTS: Preferences = {
  theme: 'system',
  density: 'comfortable',
  zone: 'local',
  letterKeys: true,
  announceLive: true,
  navCollapsed: false,
  histogramOpen: true,
  facetsOpen: true,
  facetsWidth: 216,
  drawerWidth: 480,
  liveEdge: 'bottom',
  projectId: null,
  recentQueries: [],
  pinnedFields: [],
};
const KEY = 'tributary.preferences';

function read(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return DEFAULTS;
    const usable = Object.entries(kept).filter(([key, value]) => {
      const fallback = DEFAULTS[key as keyof Preferences];
      if (key === 'projectId') return typeof value === 'string';
      return typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback);
    });
    return { ...DEFAULTS, ...Object.fromEntries(usable) };
  } catch {
    return DEFAULTS;
  }
}

const store = makeStore(read());

export const preferences = {
  get: store.get,
  subscribe: store.subscribe,
  set(change: Partial<Preferences>) {
    store.set({ ...store.get(), ...change });
    try {
      localStorage.setItem(KEY, JSON.stringify(store.get()));
    } catch {
      // storage may be full or blocked; the choice still holds for this visit
    }
  },
};

export const usePreferences = (): Preferences => useStore(store);

const prefersDark = () => typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches;

/** Puts theme and density on the root element and keeps them there as choice or system change. */
export function followTheme(): void {
  const apply = () => {
    const { theme, density } = store.get();
    document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && prefersDark()));
    document.documentElement.dataset.density = density;
  };
  store.subscribe(apply);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
}
