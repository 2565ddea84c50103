import { lazy, Suspense } from 'react';
import { OverviewPage } from '../features/overview/components/overview-page.tsx';
import { useRange } from '../lib/range-context.ts';
import { Skeleton } from '../ui/panel.tsx';

const EmptyResults = lazy(async () => ({
  default: (await import('../features/logs/components/empty-results.tsx')).EmptyResults,
}));
const FirstEvent = lazy(async () => ({
  default: (await import('../features/send/components/send-data.tsx')).FirstEvent,
}));

export default function OverviewRoute() {
  const { from, to, run } = useRange();
  return (
    <OverviewPage
      empty={
        <Suspense fallback={<Skeleton rows={6} />}>
          <EmptyResults search={{ query: '', from, to, run }} onQuery={() => {}} firstEvent={<FirstEvent />} />
        </Suspense>
      }
    />
  );
}
