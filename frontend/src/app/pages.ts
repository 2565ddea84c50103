import { KeyRound, LayoutDashboard, type LucideIcon, Radio, ScrollText, Upload } from 'lucide-react';

/** The pages of the navigation. A page is listed when it exists. */
export interface Page {
  readonly name: string;
  readonly path: string;
  readonly live?: boolean;
  readonly icon: LucideIcon;
  readonly keys?: string;
}

export const PAGES: readonly Page[] = [
  { name: 'Overview', path: '/', icon: LayoutDashboard, keys: 'g o' },
  { name: 'Logs', path: '/logs', icon: ScrollText, keys: 'g l' },
  { name: 'Live', path: '/logs', live: true, icon: Radio, keys: 'l' },
  { name: 'Send data', path: '/send', icon: Upload, keys: 'g s' },
  { name: 'API keys', path: '/keys', icon: KeyRound },
];
