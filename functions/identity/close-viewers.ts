import type { Connection } from '../adapters/viewers/port.ts';
import { log } from '../core/log.ts';
import type { IdentityParts } from './parts.ts';

/**
 * Ends the open connections of a user or key that were opened by what has just been revoked. They are ended after the change is made:
 * whoever connects at the same moment is proven once more by the connection itself.
 */
export async function closeViewers(
  { viewers }: Pick<IdentityParts, 'viewers'>,
  holder: string,
  isMeant: (connection: Connection) => boolean = () => true,
): Promise<void> {
  const connections = (await viewers.connectionsOf(holder)).filter(isMeant);
  const ended = await Promise.allSettled(
    connections.map(async ({ id }) => {
      await viewers.close(id);
      await viewers.disconnect(id);
    }),
  );
  for (const end of ended) {
    // the change itself is made; a viewer that could not be reached ends with its ticket's session at the latest
    if (end.status === 'rejected') log('error', 'connection of a revoked viewer was not closed', {}, end.reason);
  }
}
