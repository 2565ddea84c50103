import {
  ArrowDownToLine,
  FolderKanban,
  Gauge,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Radio,
  ScrollText,
  ShieldCheck,
  Upload,
  Users,
} from 'lucide-react';
import type { Permission } from '../lib/access.ts';

/** The pages of the navigation. A page is listed when it exists. */
export interface Page {
  readonly name: string;
  readonly path: string;
  readonly live?: boolean;
  readonly icon: LucideIcon;
  readonly keys?: string;
  /** Who has it not does not see the page in the navigation. */
  readonly needs?: Permission;
}

export const PAGES: readonly Page[] = [
  { name: 'Overview', path: '/', icon: LayoutDashboard, keys: 'g o' },
  { name: 'Logs', path: '/logs', icon: ScrollText, keys: 'g l' },
  { name: 'Live', path: '/logs', live: true, icon: Radio, keys: 'l' },
  { name: 'Send data', path: '/send', icon: Upload, keys: 'g s' },
  { name: 'Ingest', path: '/ingest', icon: ArrowDownToLine },
  { name: 'Project', path: '/project', icon: FolderKanban },
  { name: 'API keys', path: '/keys', icon: KeyRound, needs: 'admin' },
  { name: 'Audit', path: '/audit', icon: ShieldCheck, keys: 'g u', needs: 'audit' },
  { name: 'Users', path: '/users', icon: Users, needs: 'platform' },
  { name: 'Rate limits', path: '/limits', icon: Gauge, needs: 'platform' },
];

/** So many stand in the bar of a narrow screen; the others in its menu. */
export const IN_BAR = 4;
