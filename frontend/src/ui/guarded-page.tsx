import type { ReactNode } from 'react';
import { type Permission, useDenied } from '../lib/access.ts';
import { Page } from './page.tsx';
import { Message } from './panel.tsx';

interface GuardedPageProps {
  readonly title: string;
  readonly needs: Permission;
  readonly children: () => ReactNode;
}

/** A page for those who have a permission. The others are told what it takes and whom to ask, and nothing is requested for them. */
export function GuardedPage({ title, needs, children }: GuardedPageProps) {
  const denied = useDenied(needs);
  if (denied === null) return children();
  return (
    <Page title={title}>
      <Message title="Not allowed">
        {denied}.{' '}
        {needs === 'platform'
          ? 'Ask an administrator of the platform.'
          : 'Ask an admin of this project for the role that allows it.'}
      </Message>
    </Page>
  );
}
