import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { Bucket } from './bucket-model.ts';
import { Network, type Rates, type Service } from './faults.ts';
import { FunctionPool, type FunctionPoolOptions } from './function-pool.ts';
import { makeFunctions, REAL, type UseCases } from './functions.ts';
import { Mapping, type MappingOptions } from './mapping-model.ts';
import { judge } from './oracle.ts';
import { Random } from './random.ts';
import { Store } from './store-model.ts';
import { Stream } from './stream-model.ts';
import { Tables } from './tables-model.ts';
import { TailLog, type TailRun, toMessage } from './tail-log.ts';
import { PROJECTS, type Shipment, Traffic } from './traffic.ts';
import { World } from './world.ts';

/** What a run found. */
export interface Report {
  readonly seed: number;
  /** Events sent, and events that an answer said yes to. */
  readonly events: number;
  readonly acknowledged: number;
  /** How often time went on: equal runs take equally many. */
  readonly steps: number;
  /** What is not as it must be; none where all is well. */
  readonly violations: readonly string[];
}

export interface SimulationOptions {
  readonly events?: number;
  readonly useCases?: UseCases;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MIDNIGHT = Date.UTC(2026, 10, 21);
/** Clients send for so long. */
const TRAFFIC_MILLIS = 10 * MINUTE;
const TRIES = 8;
const MAXIMUM_DAYS = 2;

/** Runs the pipeline from request to search, archive and tail under the faults of a seed, lets it come to rest, and judges. */
export async function simulate(
  seed: number,
  { events = 2_000, useCases = REAL }: SimulationOptions = {},
): Promise<Report> {
  const random = new Random(seed);
  const world = new World(MIDNIGHT - random.between(0, 1.5 * TRAFFIC_MILLIS));
  const network = new Network(world, random.fork(), drawRates(random), drawOutages(random));
  const stream = new Stream(world, random.fork(), 1 + random.int(3));
  const store = new Store(random.fork());
  const tables = new Tables();
  const quarantine = new Bucket();
  const archive = new Bucket();
  const watched = PROJECTS.filter(() => random.chance(0.4));
  const subscriptionsOf = (project: string) =>
    watched.some((each) => each === project) ? [{ connectionId: `viewer-of-${project}`, query: '' }] : [];
  const cloud = { world, random: random.fork(), network, stream, store, tables, quarantine, archive, subscriptionsOf };
  const functions = makeFunctions(cloud, useCases);
  const tailLog = new TailLog();
  const deaths = new Map<string, number>();

  const pool = <Input, Output>(
    timeoutMillis: number,
    start: FunctionPoolOptions<Input, Output>['start'],
  ): FunctionPool<Input, Output> =>
    new FunctionPool({
      world,
      network,
      random: random.fork(),
      timeoutMillis,
      skew: () => (random.chance(0.2) ? Math.floor(random.between(-2 * MINUTE, 2 * MINUTE)) : 0),
      start,
    });
  const accept = pool(30_000, functions.accept);
  const redrive = pool(5 * MINUTE, functions.redrive);
  const index = pool(2 * MINUTE, functions.index);
  const archiver = pool(2 * MINUTE, functions.archive);
  const tail = pool(MINUTE, (environment) => {
    let run: TailRun | undefined;
    const handle = functions.tail(environment, (connectionId, message) => {
      const messages = run?.messages;
      // what arrives twice is shown once: a viewer knows events by their ids
      return once(() => messages?.push(toMessage(connectionId, message)));
    });
    return async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
      run = tailLog.begin(event);
      const before = environment.instance.failures;
      const answer = await handle(event);
      run.isWhole = environment.instance.failures === before;
      return answer;
    };
  });

  const maximumAgeMillis = random.pick([5 * MINUTE, 24 * HOUR]);
  const mapping = (name: string, options: Pick<MappingOptions, 'invoke' | 'batchSize' | 'windowMillis' | 'lanes'>) =>
    new Mapping({
      name,
      world,
      network,
      random: random.fork(),
      stream,
      onFailure: quarantine,
      maximumAgeMillis,
      ...options,
    });
  const mappings = [
    mapping('index', {
      batchSize: 20,
      windowMillis: 100,
      lanes: 2,
      invoke: async (event) => {
        const result = await index.invoke(event);
        const [first, second] = event.Records;
        if ('error' in result && first !== undefined && second === undefined)
          deaths.set(first.eventID, (deaths.get(first.eventID) ?? 0) + 1);
        return result;
      },
    }),
    mapping('archive', { batchSize: 40, windowMillis: 30_000, lanes: 1, invoke: (event) => archiver.invoke(event) }),
    mapping('tail', { batchSize: 20, windowMillis: 100, lanes: 1, invoke: (event) => tail.invoke(event) }),
  ];

  const shipments: Shipment[] = [];
  const traffic = new Traffic(random.fork());

  async function ship(shipment: Shipment, chances: Random): Promise<void> {
    let sends = chances.chance(0.15) ? 2 : 1;
    for (let tries = 0; tries < TRIES && sends > 0; tries++) {
      const result = await accept.invoke(shipment);
      // the way back to the client is a network too
      if ('output' in result && !chances.chance(0.03)) {
        shipment.acknowledged.push(result.output);
        if (--sends > 0) await world.sleep(chances.between(0, 5 * MINUTE));
      } else {
        await world.sleep(chances.between(0.5, 1) * 500 * 2 ** tries);
      }
    }
  }

  async function sendAll(): Promise<void> {
    const running: Promise<void>[] = [];
    const chances = random.fork();
    while (traffic.events < events) {
      const shipment = traffic.next(events - traffic.events, world.now());
      shipments.push(shipment);
      running.push(ship(shipment, chances.fork()));
      await world.sleep((-Math.log(1 - chances.next()) * TRAFFIC_MILLIS) / (events / 41));
    }
    await Promise.all(running);
  }

  async function disturb(): Promise<void> {
    const chances = random.fork();
    const happenings = [
      () => stream.split(),
      () => stream.merge(),
      () => chances.pick(mappings).restart(chances),
      () => world.jump(chances.pick([-90, -5, 5, 90]) * MINUTE),
    ];
    for (let left = chances.int(10); left > 0; left--) {
      await world.sleep(chances.between(0, TRAFFIC_MILLIS / 4));
      if (network.healed) return;
      chances.pick(happenings)();
    }
  }

  async function redriveOnSchedule(): Promise<never> {
    for (;;) {
      await world.sleep(5 * MINUTE);
      void redrive.invoke(undefined);
    }
  }

  async function rest(): Promise<void> {
    const pools = [accept, index, archiver, tail, redrive];
    const waiting = () => [...quarantine.keys('spill/'), ...quarantine.keys('aws/lambda/')];
    const isAtRest = () =>
      pools.every(({ isIdle }) => isIdle) && mappings.every(({ isAtEnd }) => isAtEnd) && waiting().length === 0;
    while (!isAtRest()) await world.sleep(MINUTE);
  }

  async function live(): Promise<void> {
    for (const each of mappings) void each.run();
    void redriveOnSchedule();
    void disturb();
    await sendAll();
    await world.sleep(random.between(0, 20 * MINUTE));
    network.heal();
    // what was under way when the faults ended may come late
    await world.sleep(2 * MINUTE);
    await rest();
  }

  const violations: string[] = [];
  try {
    await world.run(live(), MAXIMUM_DAYS);
  } catch (error) {
    violations.push(`rest: ${(error as Error).message}`);
  }
  violations.push(...judge({ shipments, stream, store, tables, quarantine, archive, tailLog, watched, deaths }));
  const acknowledged = shipments
    .filter((each) => each.acknowledged.length > 0)
    .reduce((sum, each) => sum + each.events.length, 0);
  return { seed, events, acknowledged, steps: world.steps, violations };
}

function drawRates(random: Random): Rates {
  return {
    kill: random.pick([0, 0.002, 0.01, 0.03]),
    unreachable: random.pick([0, 0.005, 0.03]),
    lost: random.pick([0, 0.005, 0.03]),
    repeated: random.pick([0, 0.01, 0.05]),
    throttled: random.pick([0, 0.01, 0.1]),
    partial: random.pick([0, 0.01, 0.05]),
    slowest: random.pick([50, 5_000, 60_000]),
  };
}

const SERVICES: readonly Service[] = ['stream', 'store', 'bucket', 'table', 'sockets'];

function drawOutages(random: Random) {
  return Array.from({ length: random.int(4) }, () => {
    const from = random.between(0, TRAFFIC_MILLIS);
    return { service: random.pick(SERVICES), from, to: from + random.next() ** 2 * 20 * MINUTE };
  });
}

function once(act: () => unknown): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
