import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between a client and the platform. */
export interface RefusingProxy {
  /** With a slash at the end. */
  readonly url: string;
  /** Statuses that requests with events were answered with, in order. */
  readonly statuses: readonly number[];
  close(): Promise<void>;
}

/** Hands requests on as they are, but answers the first so many that bring events with 503 and `Retry-After: 1`. */
export async function startRefusingProxy(target: string, refusals: number): Promise<RefusingProxy> {
  const { hostname, port } = new URL(target);
  const statuses: number[] = [];
  let left = refusals;
  const server: Server = createServer((incoming, outgoing) => {
    const brings = incoming.method === 'POST' || incoming.method === 'PUT';
    if (brings && left > 0) {
      left--;
      statuses.push(503);
      incoming.resume().on('end', () => outgoing.writeHead(503, { 'retry-after': '1', 'content-length': '0' }).end());
      return;
    }
    const onward = request(
      { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        if (brings) statuses.push(answer.statusCode ?? 0);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    statuses,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
