import { lazy, Suspense } from 'react';
import { LogsPage } from '../features/logs/components/logs-page.tsx';
import { Skeleton } from '../ui/panel.tsx';

const FirstEvent = lazy(async () => ({
  default: (await import('../features/send/components/send-data.tsx')).FirstEvent,
}));
const LiveResults = lazy(async () => ({
  default: (await import('../features/live/components/live-results.tsx')).LiveResults,
}));

export default function LogsRoute() {
  return (
    <LogsPage
      live={LiveResults}
      firstEvent={
        <Suspense fallback={<Skeleton rows={6} />}>
          <FirstEvent />
        </Suspense>
      }
    />
  );
}
