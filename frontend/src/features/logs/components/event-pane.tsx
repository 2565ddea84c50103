import type { LogEvent } from '../../../lib/log-event.ts';
import { toProblem } from '../../../lib/problem.ts';
import { ProblemView, Skeleton } from '../../../ui/panel.tsx';
import { useEvent } from '../api/event.ts';
import { EventDrawer, type EventDrawerProps } from './event-drawer.tsx';

interface EventPaneProps extends Omit<EventDrawerProps, 'event'> {
  readonly id: string;
  /** The event where it is among the loaded rows; else it is asked for. */
  readonly known: LogEvent | null;
}

/** The open event, also one that a link names and no row shows. */
export function EventPane({ id, known, ...rest }: EventPaneProps) {
  const { query } = useEvent(id, known === null);
  const event = known ?? query.data;
  if (event) return <EventDrawer event={event} {...rest} />;
  if (query.error) return <ProblemView problem={toProblem(query.error)} onRetry={() => query.refetch()} />;
  return <Skeleton rows={8} />;
}
