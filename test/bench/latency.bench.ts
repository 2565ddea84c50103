import { setTimeout as sleep } from 'node:timers/promises';
import { startPlatform } from '../support/platform.ts';
import { Viewer } from '../support/viewer.ts';

/**
 * How long an accepted event takes to a search hit and to a viewer's screen, under load, on the local platform. The functions' cold
 * starts are sent through first and not counted: they are told by the platform itself.
 */

const SECONDS = Number(process.env.SECONDS ?? 60);
const RATE = Number(process.env.RATE ?? 500);
const EVERY_MILLIS = 100;
const BATCH = Math.round((RATE * EVERY_MILLIS) / 1000);
/** One batch in so many is asked for until it is found: once a second, so that asking is not the load. */
const PROBED = 10;
const PROBE_MILLIS = 100;
const WARM_UP_SECONDS = 10;

const platform = await startPlatform();
const viewer = await Viewer.withTicket(platform, 'service:latency');
await sleep(2_500);

const acceptedAt = new Map<string, number>();
const searchable: number[] = [];
const probes: Promise<void>[] = [];
const sends: Promise<void>[] = [];
const warmUp = Math.round((WARM_UP_SECONDS * 1000) / EVERY_MILLIS);
const batches = warmUp + Math.round((SECONDS * 1000) / EVERY_MILLIS);
const startedAt = Date.now();
for (let n = 0; n < batches; n++) {
  sends.push(send(n));
  await sleep(Math.max(0, startedAt + (n + 1) * EVERY_MILLIS - Date.now()));
}
await Promise.all(sends);
await Promise.all(probes);
await sleep(2_000);

const seen = viewer.events().flatMap(({ message, at }) => {
  const marker = message.split(' ')[0] ?? '';
  const accepted = acceptedAt.get(marker);
  return accepted === undefined || numberOf(marker) < warmUp ? [] : [at - accepted];
});
const { matched, sent } = viewer.counts();
console.log(`${RATE} events/s for ${SECONDS} s after ${WARM_UP_SECONDS} s of warm-up, batches of ${BATCH}`);
print('accepted → searchable', searchable, 2_000);
print('accepted → viewer', seen, 1_000);
console.log(`viewer: ${matched} matched, ${sent} sent of ${acceptedAt.size * BATCH} accepted`);
await viewer.close();
await platform.stop();

async function send(n: number): Promise<void> {
  const marker = `batch${n}x`;
  const answer = await platform.call('/api/v1/logs/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      Array.from({ length: BATCH }, (_, at) => ({
        timestamp: Date.now(),
        level: 'INFO',
        service: 'latency',
        message: `${marker} event ${at}`,
      })),
    ),
  });
  if (answer.status !== 202) throw new Error(`answered ${answer.status}`);
  acceptedAt.set(marker, Date.now());
  if (n % PROBED === 0) probes.push(probe(marker));
}

async function probe(marker: string): Promise<void> {
  const from = acceptedAt.get(marker) ?? 0;
  for (;;) {
    const { total } = await platform.json<{ total: number }>(`/api/v1/logs/search?query=${marker}&limit=1`);
    if (total === BATCH) break;
    await sleep(PROBE_MILLIS);
  }
  if (numberOf(marker) >= warmUp) searchable.push(Date.now() - from);
}

function numberOf(marker: string): number {
  return Number(marker.slice('batch'.length, -1));
}

function print(what: string, millis: number[], target: number): void {
  millis.sort((a, b) => a - b);
  const at = (share: number) => millis[Math.min(millis.length - 1, Math.floor(millis.length * share))];
  console.log(
    `${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (≤ ${target}), max ${millis.at(-1)} ms, ${millis.length} measured`,
  );
}
