import { randomBytes } from 'node:crypto';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { describe, expect, it, vi } from 'vitest';
import { KinesisFrameStream } from '../../../functions/adapters/stream/kinesis.ts';
import { heldBytes } from '../../support/memory.ts';
import { startShippers } from '../../support/shippers.ts';

vi.mock('../../../functions/core/log.ts', () => ({ log: () => {} }));

// each leaves the timer of its deadline behind, 1 kB until 30 s are over
const REQUESTS = process.env.TRIBUTARY_TEST_FULL === undefined ? 1_000 : 5_000;
const AT_ONCE = 20;
const LINES = 40;
/** Of a line, that no compression makes smaller. */
const NOISE_BYTES = 180;
const MEGABYTE = 1_048_576;

/** The function on a stream that throttles while it is told to; its waiting takes no time. */
function start() {
  const kinesis = { throttled: false, calls: 0 };
  let now = 0;
  const shippers = startShippers((stream) => {
    const client = {
      send: async ({ input }: { input: { Records: { Data: Buffer }[] } }) => {
        kinesis.calls++;
        if (kinesis.throttled)
          return { Records: input.Records.map(() => ({ ErrorCode: 'ProvisionedThroughputExceededException' })) };
        await stream.put(input.Records.map(({ Data }) => Data));
        return { Records: input.Records.map((_, at) => ({ SequenceNumber: String(at) })) };
      },
    } as unknown as KinesisClient;
    return new KinesisFrameStream(client, 'frames', {
      now: () => now,
      sleep: async (millis) => {
        now += millis;
      },
      random: () => 0.5,
    });
  });
  return { kinesis, ...shippers };
}

const bodyOf = (request: number): string =>
  Array.from({ length: LINES }, (_, line) =>
    JSON.stringify({ message: randomBytes(NOISE_BYTES).toString('base64'), level: 'info', n: request * LINES + line }),
  ).join('\n');

describe(`a stream that throttles ${REQUESTS} requests`, () => {
  it('has every one told to come again, nothing of them held, and takes what comes when it can', async () => {
    const { kinesis, send, stored, quarantine } = start();
    const post = (request: number) => send({ path: '/v1/ingest', body: bodyOf(request) });
    // what is made once is made before it is looked at
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => post(at)));
    const before = stored().length;

    kinesis.throttled = true;
    const held = heldBytes();
    let most = 0;
    for (let request = 0; request < REQUESTS; request += AT_ONCE) {
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => post(request + at)));
      for (const { status, headers } of answers) {
        expect(status).toBe(503);
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
      if (request % (REQUESTS / 5) === 0) most = Math.max(most, heldBytes() - held);
    }
    most = Math.max(most, heldBytes() - held);
    const offered = REQUESTS * LINES * NOISE_BYTES;
    process.stdout.write(
      `backpressure: ${(offered / MEGABYTE).toFixed(0)} MB refused, at most ${(most / MEGABYTE).toFixed(1)} MB more held\n`,
    );
    expect(most).toBeLessThan(Math.min(offered, 8 * MEGABYTE));
    expect(stored()).toHaveLength(before);
    expect(quarantine.objects.size).toBe(0);
    // each was tried for as long as a request waits, no longer
    expect(kinesis.calls).toBeLessThan(REQUESTS * 10);

    kinesis.throttled = false;
    const answer = await post(REQUESTS);
    expect(answer.text).toBe(`{"accepted":${LINES},"rejected":0,"errors":[]}`);
    expect(
      stored()
        .slice(before)
        .map(({ attributes }) => attributes.n),
    ).toEqual(Array.from({ length: LINES }, (_, line) => REQUESTS * LINES + line));
  }, 120_000);
});
