import { lazy, Suspense } from 'react';
import { EmptyResults } from '../features/logs/components/empty-results.tsx';
import { OverviewPage } from '../features/overview/components/overview-page.tsx';
import { useRange } from '../lib/range-context.ts';
import { Skeleton } from '../ui/panel.tsx';

const FirstEvent = lazy(async () => ({
  default: (await import('../features/send/components/send-data.tsx')).FirstEvent,
}));

export default function OverviewRoute() {
  const { from, to, run } = useRange();
  return (
    <OverviewPage
      empty={() => (
        <EmptyResults
          search={{ query: '', from, to, run }}
          onQuery={() => {}}
          firstEvent={
            <Suspense fallback={<Skeleton rows={6} />}>
              <FirstEvent />
            </Suspense>
          }
        />
      )}
    />
  );
}
