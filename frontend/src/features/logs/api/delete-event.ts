import { useQueryClient } from '@tanstack/react-query';
import type { DeletedLog, RestoredLog } from '../../../../../functions/deletion/api.ts';
import { request } from '../../../lib/api.ts';
import { formatAgo } from '../../../lib/format.ts';
import { toProblem } from '../../../lib/problem.ts';
import { toast } from '../../../lib/toasts.ts';

const pathOf = (id: string) => `/api/v1/logs/${encodeURIComponent(id)}`;

/**
 * Deletes an event at once and offers to undo it; the server keeps it restorable for longer than the offer stands.
 * @returns a function that tells whether the event is deleted
 */
export function useDeleteEvent(): (id: string) => Promise<boolean> {
  const client = useQueryClient();
  const failed = (what: string) => (error: unknown) => toast(`${what}: ${toProblem(error).message}`, { kind: 'error' });
  const restore = async (id: string) => {
    await request<RestoredLog>(`${pathOf(id)}/restore`, { method: 'POST' });
    await client.invalidateQueries();
    toast('The event is back');
  };
  return async (id) => {
    try {
      const { restorable_until: until } = await request<DeletedLog>(pathOf(id), { method: 'DELETE' });
      toast(`Event deleted; gone for good ${formatAgo(until, Date.now())}`, {
        action: { label: 'Undo', run: () => void restore(id).catch(failed('Not restored')) },
      });
      await client.invalidateQueries();
      return true;
    } catch (error) {
      failed('Not deleted')(error);
      return false;
    }
  };
}
