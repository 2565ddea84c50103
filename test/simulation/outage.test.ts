import type { KinesisStreamEvent } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { decodeFrame, readLines } from '../../functions/core/frame.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import { Bucket } from './bucket-model.ts';
import { Network } from './faults.ts';
import { FunctionPool, type FunctionPoolOptions } from './function-pool.ts';
import { makeFunctions, REAL } from './functions.ts';
import { Mapping } from './mapping-model.ts';
import { Random } from './random.ts';
import { Store } from './store-model.ts';
import { Stream } from './stream-model.ts';
import { Tables } from './tables-model.ts';
import type { Shipment } from './traffic.ts';
import { World } from './world.ts';

vi.mock('../../functions/core/log.ts', () => ({ log: () => {} }));

const SECOND = 1_000;
const HOUR = 3_600_000;
const AWAY = { from: HOUR / 2, to: HOUR / 2 + 6 * HOUR };
const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;
const EVERY_MILLIS = (FULL ? 5 : 30) * SECOND;
const EVENTS = FULL ? 10 : 3;
const LANES = 2;
/** A request or an answer takes up to two seconds, as of a store that has just come back. */
const SLOW = { kill: 0, unreachable: 0, lost: 0, repeated: 0, throttled: 0, partial: 0, slowest: 2 * SECOND };

/** Seven hours of steady traffic of which the store is away for six, by a clock of their own. */
async function liveThroughOutage() {
  const random = new Random(1);
  const world = new World(Date.UTC(2026, 10, 21, 1));
  const network = new Network(world, random.fork(), SLOW, [{ service: 'store', ...AWAY }]);
  const stream = new Stream(world, random.fork(), 1);
  const store = new Store(random.fork());
  const quarantine = new Bucket();
  const functions = makeFunctions(
    {
      world,
      random: random.fork(),
      network,
      stream,
      store,
      tables: new Tables(),
      quarantine,
      archive: new Bucket(),
      subscriptionsOf: () => [],
    },
    REAL,
  );
  const pool = <Input, Output>(timeoutMillis: number, start: FunctionPoolOptions<Input, Output>['start']) =>
    new FunctionPool({ world, network, random: random.fork(), timeoutMillis, skew: () => 0, start });
  const accept = pool(30 * SECOND, functions.accept);
  const index = pool(120 * SECOND, functions.index);
  /** Invocations of *index* by when they began. */
  const invokedAt: number[] = [];
  const mapping = new Mapping({
    name: 'index',
    world,
    network,
    random: random.fork(),
    stream,
    onFailure: quarantine,
    maximumAgeMillis: 24 * HOUR,
    batchSize: 20,
    windowMillis: 100,
    lanes: LANES,
    invoke: (event: KinesisStreamEvent) => {
      invokedAt.push(world.elapsed);
      return index.invoke(event);
    },
  });
  const state = { refused: 0, drainedAt: Number.POSITIVE_INFINITY };

  async function send(): Promise<void> {
    for (let request = 0; world.elapsed < AWAY.to + HOUR / 2; request++) {
      const shipment: Shipment = {
        project: 'alpha' as ProjectId,
        clientId: { dataset: 'outage', id: String(request), day: 20_778 },
        events: Array.from({ length: EVENTS }, (_, at) => ({
          name: `${request}-${at}`,
          draft: { body: `${request}-${at}`, attributes: {}, resource: {} },
        })),
        receipts: [],
        acknowledged: [],
      };
      void accept.invoke(shipment).then((result) => {
        if ('error' in result) state.refused++;
      });
      await world.sleep(EVERY_MILLIS);
    }
  }
  async function watch(): Promise<void> {
    await world.sleep(AWAY.to);
    // what was put into the stream moments ago is on its way
    while (behind() > 4 * EVENTS) await world.sleep(SECOND);
    state.drainedAt = world.elapsed;
  }
  const behind = () =>
    stream.shards.reduce((sum, { records }) => sum + records.length, 0) * EVENTS - store.documents.size;

  void mapping.run();
  await world.run(
    Promise.all([send(), watch()]).then(async () => {
      while (!mapping.isAtEnd) await world.sleep(SECOND);
    }),
    1,
  );
  return { stream, store, quarantine, invokedAt, ...state };
}

describe('a store that is away for six hours of traffic', () => {
  it('costs no event, is asked ever more seldom, and is caught up with in order of arrival, at more than three times the rate of input', async () => {
    const { stream, store, quarantine, invokedAt, refused, drainedAt } = await liveThroughOutage();
    const [shard] = stream.shards;
    const records = shard?.records ?? [];
    expect(refused).toBe(0);
    expect(records.length).toBeGreaterThanOrEqual(Math.floor((7 * HOUR) / EVERY_MILLIS));
    expect(quarantine.keys('')).toEqual([]);

    // a lane is what keeps its order: records of one partition key
    const idsOf = (lane: number) =>
      records
        .filter(({ hash }) => Math.floor(hash * 1_000) % LANES === lane)
        .flatMap(({ data }) => readLines(decodeFrame(data)).map((line) => (JSON.parse(line) as { id: string }).id));
    const stored = [...store.documents.values()].map(({ id }) => id);
    for (let lane = 0; lane < LANES; lane++) {
      const wanted = idsOf(lane);
      const lanes = new Set(wanted);
      expect(stored.filter((id) => lanes.has(id))).toEqual(wanted);
    }

    // a minute apart for each lane once it has waited longest, besides the first tries
    const during = invokedAt.filter((at) => at > AWAY.from && at < AWAY.to).length;
    expect(during).toBeLessThan(LANES * ((AWAY.to - AWAY.from) / (30 * SECOND) + 20));

    const drainMillis = drainedAt - AWAY.to;
    const drained = (6 * HOUR + drainMillis) / EVERY_MILLIS;
    const ratio = drained / (drainMillis / EVERY_MILLIS);
    process.stdout.write(
      `outage: ${records.length * EVENTS} events, six hours of them drained in ${Math.round(drainMillis / SECOND)} s, ${ratio.toFixed(0)} × the rate of input; ${during} tries meanwhile\n`,
    );
    expect(ratio).toBeGreaterThan(3);
  }, 60_000);
});
