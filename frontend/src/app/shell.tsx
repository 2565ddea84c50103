import { useQueryClient } from '@tanstack/react-query';
import {
  Check,
  ChevronsUpDown,
  Ellipsis,
  Keyboard,
  LogOut,
  Monitor,
  Moon,
  PanelLeftClose,
  PanelLeftOpen,
  Rows3,
  Search,
  Sun,
  UserRound,
  WifiOff,
} from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { type Me, signOut } from '../features/session/api/session.ts';
import { RangePicker } from '../features/shell/components/range-picker.tsx';
import { useMay } from '../lib/access.ts';
import { currentProject, online } from '../lib/api.ts';
import { copyText } from '../lib/clipboard.ts';
import { zoneName } from '../lib/format.ts';
import { useNarrow } from '../lib/hooks.ts';
import { keyCaps, useShortcut } from '../lib/keyboard.ts';
import { preferences, usePreferences } from '../lib/preferences.ts';
import { useStore } from '../lib/store.ts';
import { linkTo, useUrlState } from '../lib/url-state.ts';
import { IconButton } from '../ui/button.tsx';
import { cx } from '../ui/cx.ts';
import { Mark } from '../ui/mark.tsx';
import { Menu } from '../ui/menu.tsx';
import { IN_BAR, PAGES, type Page } from './pages.ts';

const loadPalette = () => import('../features/shell/components/palette.tsx');
const Palette = lazy(loadPalette);
const KeySheet = lazy(async () => ({ default: (await import('../features/shell/components/key-sheet.tsx')).KeySheet }));

const THEMES = [
  { id: 'system', label: 'System theme', icon: Monitor },
  { id: 'light', label: 'Light theme', icon: Sun },
  { id: 'dark', label: 'Dark theme', icon: Moon },
] as const;
const RANGE_PAGES: ReadonlySet<string> = new Set(['/', '/logs']);

/** Navigation and header around every page. */
export function Shell({ user, children }: { user: Me; children: ReactNode }) {
  const [url, setUrl] = useUrlState();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const kept = usePreferences();
  const narrow = useNarrow();
  const isOnline = useStore(online);
  const may = useMay();
  const pages = PAGES.filter(({ needs }) => needs === undefined || may(needs));
  const [over, setOver] = useState<'palette' | 'keys' | null>(null);
  const close = () => setOver(null);

  const hrefOf = (page: Page) =>
    linkTo(page.path, {
      from: url.from,
      to: url.to,
      ...(page.path === '/logs'
        ? { q: url.q, cols: url.cols, w: url.w, wrap: url.wrap, live: page.live ?? false }
        : {}),
    });
  const isCurrent = (page: Page) =>
    (page.path === '/' ? pathname === '/' : pathname === page.path || pathname.startsWith(`${page.path}/`)) &&
    (page.path !== '/logs' || (page.live ?? false) === url.live);
  const go = (name: string) => {
    const page = pages.find((one) => one.name === name);
    if (page) void navigate(hrefOf(page));
  };
  const toggleZone = () => preferences.set({ zone: kept.zone === 'utc' ? 'local' : 'utc' });
  useShortcut('palette', () => setOver('palette'));
  useShortcut('sheet', () => setOver('keys'));
  useShortcut('utc', toggleZone);
  useShortcut('goOverview', () => go('Overview'));
  useShortcut('goLogs', () => go('Logs'));
  useShortcut('goAudit', () => go('Audit'));
  useShortcut('goSend', () => go('Send data'));

  // what is typed right after Ctrl+K must find the palette there
  useEffect(() => {
    const timer = setTimeout(loadPalette, 1_500);
    return () => clearTimeout(timer);
  }, []);

  const theme = THEMES.find(({ id }) => id === kept.theme) ?? THEMES[0];
  const commands = [
    ...pages.map((page) => ({ group: 'Go to', name: page.name, hint: page.keys, run: () => go(page.name) })),
    ...THEMES.map(({ id, label }) => ({ group: 'Look', name: label, run: () => preferences.set({ theme: id }) })),
    {
      group: 'Look',
      name: kept.density === 'compact' ? 'Comfortable rows' : 'Compact rows',
      run: () => preferences.set({ density: kept.density === 'compact' ? 'comfortable' : 'compact' }),
    },
    { group: 'Time', name: kept.zone === 'utc' ? 'Show local time' : 'Show UTC', hint: 'u', run: toggleZone },
    { group: 'Do', name: 'Copy link to this page', run: () => void copyText(location.href, 'link') },
    { group: 'Do', name: 'Keyboard shortcuts', hint: '?', run: () => setOver('keys') },
    { group: 'Go to', name: 'Settings', run: () => void navigate('/settings') },
    { group: 'Do', name: 'Sign out', run: signOut },
    ...user.projects.map((project) => ({ group: 'Project', name: project.name, run: () => chooseProject(project.id) })),
    ...kept.recentQueries.slice(0, 5).map(({ text }) => ({
      group: 'Recent',
      name: text,
      run: () => void navigate(linkTo('/logs', { q: text, from: url.from, to: url.to })),
    })),
  ];
  const client = useQueryClient();
  const project = useStore(currentProject);
  function chooseProject(id: string) {
    preferences.set({ projectId: id });
    currentProject.set(id);
    // rows of the project before must not be seen for a moment under the new name
    client.clear();
    setUrl({ id: '' });
  }

  return (
    <div className="flex h-full min-h-0">
      <a
        href="#main"
        className="sr-only z-50 rounded-s bg-accent-fill px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      {!narrow && (
        <nav
          aria-label="Pages"
          className={cx(
            'flex shrink-0 flex-col border-r border-line bg-canvas py-2',
            kept.navCollapsed ? 'w-12 items-center' : 'w-44 px-2',
          )}
        >
          <Link
            to={hrefOf(PAGES[0] as Page)}
            aria-label="Tributary, overview"
            className={cx(
              'mb-2 flex h-8 items-center gap-2 rounded-s font-semibold',
              kept.navCollapsed ? 'w-8 justify-center' : 'px-2',
            )}
          >
            <Mark />
            {!kept.navCollapsed && 'Tributary'}
          </Link>
          <ul className="grid gap-0.5">
            {pages.map((page) => (
              <li key={page.name}>
                <Link
                  to={hrefOf(page)}
                  aria-current={isCurrent(page) ? 'page' : undefined}
                  aria-label={kept.navCollapsed ? page.name : undefined}
                  data-tip={kept.navCollapsed ? page.name : undefined}
                  className={cx(
                    'flex h-8 items-center gap-2 rounded-s',
                    kept.navCollapsed ? 'w-8 justify-center' : 'px-2',
                    isCurrent(page) ? 'bg-pressed font-medium text-ink' : 'text-muted hover:bg-hover hover:text-ink',
                  )}
                >
                  <page.icon size={16} aria-hidden="true" />
                  {!kept.navCollapsed && page.name}
                </Link>
              </li>
            ))}
          </ul>
          <IconButton
            label={kept.navCollapsed ? 'Widen navigation' : 'Narrow navigation'}
            icon={kept.navCollapsed ? PanelLeftOpen : PanelLeftClose}
            className="mt-auto"
            onClick={() => preferences.set({ navCollapsed: !kept.navCollapsed })}
          />
        </nav>
      )}
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-canvas px-2 max-sm:h-12 max-sm:gap-1">
          <Menu
            label={`Project: ${user.projects.find(({ id }) => id === project)?.name ?? 'none'}`}
            className="inline-flex h-7 max-w-56 min-w-0 shrink items-center gap-1 rounded-s px-2 font-medium hover:bg-hover max-sm:h-11 max-sm:max-w-28"
            items={user.projects.map(({ id, name, role }) => ({
              label: name,
              hint: role,
              checked: id === project,
              run: () => chooseProject(id),
            }))}
          >
            <span className="truncate">{user.projects.find(({ id }) => id === project)?.name ?? 'No project'}</span>
            <ChevronsUpDown size={14} aria-hidden="true" className="shrink-0 text-faint" />
          </Menu>
          <button
            type="button"
            onClick={() => setOver('palette')}
            className="inline-flex h-7 items-center gap-2 rounded-s border border-line bg-surface px-2 text-faint hover:bg-hover max-lg:border-transparent max-lg:bg-transparent max-sm:h-11 max-sm:w-11 max-sm:justify-center"
          >
            <Search size={14} aria-hidden="true" />
            <span className="max-lg:sr-only">Search or jump to</span>
            <span aria-hidden="true" className="font-mono text-xs max-lg:hidden">
              {keyCaps('Mod+k').join(' ')}
            </span>
          </button>
          <span className="flex-1" />
          {!isOnline && (
            <span
              role="status"
              className="inline-flex items-center gap-1 rounded-s bg-danger-soft px-2 text-xs text-danger"
            >
              <WifiOff size={14} aria-hidden="true" /> Offline
            </span>
          )}
          {RANGE_PAGES.has(pathname) && !url.live && <RangePicker />}
          <button
            type="button"
            onClick={toggleZone}
            aria-label={`Times in ${kept.zone === 'utc' ? 'UTC' : 'local time'}`}
            data-tip={`${kept.zone === 'utc' ? 'UTC' : `Local time, ${zoneName('local')}`}\nSwitch ( u )`}
            className="num h-7 rounded-s px-1.5 text-xs font-medium text-muted hover:bg-hover hover:text-ink max-sm:hidden"
          >
            {kept.zone === 'utc' ? 'UTC' : 'Local'}
          </button>
          <Menu
            label="Account and settings"
            className="inline-grid h-7 w-7 shrink-0 place-items-center rounded-full border border-line bg-surface text-muted hover:bg-hover max-sm:h-11 max-sm:w-11"
            header={
              <div className="border-b border-line px-2 pt-1 pb-2">
                <p className="truncate font-medium">{user.full_name || user.username}</p>
                <p className="truncate text-xs text-muted">{user.email}</p>
              </div>
            }
            items={[
              { label: 'Settings', icon: UserRound, run: () => void navigate('/settings') },
              { label: 'Keyboard shortcuts', icon: Keyboard, hint: '?', run: () => setOver('keys') },
              ...THEMES.map(({ id, label }, index) => ({
                label,
                checked: theme.id === id,
                line: index === 0,
                run: () => preferences.set({ theme: id }),
              })),
              {
                label: 'Compact rows',
                checked: kept.density === 'compact',
                line: true,
                icon: Rows3,
                run: () => preferences.set({ density: kept.density === 'compact' ? 'comfortable' : 'compact' }),
              },
              { label: 'UTC', checked: kept.zone === 'utc', icon: Check, run: toggleZone },
              { label: 'Sign out', icon: LogOut, line: true, run: signOut },
            ]}
          >
            <UserRound size={16} aria-hidden="true" />
          </Menu>
        </header>
        <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col focus:outline-none">
          {children}
        </main>
        {narrow && (
          <nav aria-label="Pages" className="shrink-0 border-t border-line bg-canvas">
            <ul className="grid auto-cols-fr grid-flow-col">
              {pages.slice(0, IN_BAR).map((page) => (
                <li key={page.name}>
                  <Link
                    to={hrefOf(page)}
                    aria-current={isCurrent(page) ? 'page' : undefined}
                    className={cx(
                      'grid h-14 place-items-center content-center gap-0.5 text-xs',
                      isCurrent(page) ? 'font-medium text-accent-ink' : 'text-muted',
                    )}
                  >
                    <page.icon size={18} aria-hidden="true" />
                    {page.name}
                  </Link>
                </li>
              ))}
              <li className="grid">
                <Menu
                  label="More pages"
                  className="grid h-14 place-items-center content-center gap-0.5 text-xs text-muted"
                  items={pages.slice(IN_BAR).map((page) => ({
                    label: page.name,
                    icon: page.icon,
                    checked: isCurrent(page) || undefined,
                    run: () => go(page.name),
                  }))}
                >
                  <Ellipsis size={18} aria-hidden="true" />
                  More
                </Menu>
              </li>
            </ul>
          </nav>
        )}
      </div>
      <Suspense fallback={null}>
        {over === 'palette' && (
          <Palette
            commands={commands}
            forText={(text, isId) => [
              ...(isId
                ? [
                    {
                      group: 'Open',
                      name: `Events that carry ${text}`,
                      run: () => void navigate(linkTo('/logs', { q: `"${text}"`, from: '-30d', to: 'now' })),
                    },
                    {
                      group: 'Open',
                      name: `Event ${text}`,
                      run: () => void navigate(linkTo('/logs', { id: text, from: url.from, to: url.to })),
                    },
                  ]
                : []),
              {
                group: 'Search',
                name: text,
                run: () => void navigate(linkTo('/logs', { q: text, from: url.from, to: url.to })),
              },
            ]}
            onClose={close}
          />
        )}
        {over === 'keys' && <KeySheet onClose={close} />}
      </Suspense>
    </div>
  );
}
