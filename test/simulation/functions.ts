import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { ulid } from 'ulid';
import { DynamoDbAttempts } from '../../functions/adapters/attempts/dynamodb.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { KinesisFrameStream } from '../../functions/adapters/stream/kinesis.ts';
import type { Subscription, ViewerClose, ViewerPost, ViewerRegister } from '../../functions/adapters/viewers/port.ts';
import type { EventId } from '../../functions/core/event-id.ts';
import { kinesisHandler } from '../../functions/core/kinesis.ts';
import { makeAccept } from '../../functions/ingest/accept.ts';
import { makeArchiveFrames } from '../../functions/ingest/archive-frames.ts';
import { makeIndexFrames } from '../../functions/ingest/index-frames.ts';
import { keepDeleted } from '../../functions/ingest/keep-deleted.ts';
import { Quarantine } from '../../functions/ingest/quarantine/quarantine.ts';
import { makeRedrive } from '../../functions/ingest/redrive.ts';
import { makeTail } from '../../functions/live/tail.ts';
import { DEFAULT_POLICY } from '../support/fakes.ts';
import type { Bucket } from './bucket-model.ts';
import type { Network } from './faults.ts';
import type { Environment } from './function-pool.ts';
import type { Random } from './random.ts';
import type { Store } from './store-model.ts';
import type { Stream } from './stream-model.ts';
import type { Tables } from './tables-model.ts';
import type { Shipment } from './traffic.ts';
import type { World } from './world.ts';

/** The use cases under test. A mutation puts another one in the place of one of them. */
export interface UseCases {
  readonly makeAccept: typeof makeAccept;
  readonly makeIndexFrames: typeof makeIndexFrames;
  readonly makeArchiveFrames: typeof makeArchiveFrames;
  readonly makeRedrive: typeof makeRedrive;
  readonly makeTail: typeof makeTail;
  readonly kinesisHandler: typeof kinesisHandler;
}

export const REAL: UseCases = {
  makeAccept,
  makeIndexFrames,
  makeArchiveFrames,
  makeRedrive,
  makeTail,
  kinesisHandler,
};

/** What the functions share. */
export interface Cloud {
  readonly world: World;
  readonly random: Random;
  readonly network: Network;
  readonly stream: Stream;
  readonly store: Store;
  readonly tables: Tables;
  /** Quarantine, spill, large events and batches that were given up. */
  readonly quarantine: Bucket;
  readonly archive: Bucket;
  /** Who watches a project. */
  readonly subscriptionsOf: (project: string) => readonly Subscription[];
}

type StreamFunction = (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse>;

const SIGNAL = new AbortController().signal;
const CONTEXT = { getRemainingTimeInMillis: () => 120_000 } as Context;
const STORE_ENV = { OPENSEARCH_DOMAIN_ENDPOINT: 'store', OPENSEARCH_REFRESH_SECONDS: 10, OPENSEARCH_REPLICAS: 0 };

/** The functions as their handlers wire them, on models of what they stand on. */
export function makeFunctions(cloud: Cloud, useCases: UseCases) {
  const { network, random, stream, store, tables, quarantine, archive, world } = cloud;

  const frameStream = ({ instance, now }: Environment) =>
    new KinesisFrameStream(stream.seenBy(instance, network), 'frames', {
      now,
      sleep: world.sleep,
      random: random.next,
    });

  return {
    accept: (environment: Environment) => {
      const { instance, now } = environment;
      const accept = useCases.makeAccept({
        stream: frameStream(environment),
        quarantine: quarantine.seenBy(instance, network),
        ...DEFAULT_POLICY,
        now,
        makeUlid: (millis) => ulid(millis, random.next),
      });
      return ({ project, clientId, events, receipts }: Shipment): Promise<readonly EventId[]> => {
        receipts.push(now());
        return accept(
          events.map(({ draft }) => draft),
          { project, retention: '30d', source: { protocol: 'simulation' }, hints: {}, ...(clientId && { clientId }) },
          SIGNAL,
        );
      };
    },

    index: ({ instance, now }: Environment): StreamFunction => {
      const objects = quarantine.seenBy(instance, network);
      const events = new OpenSearchEventStore(STORE_ENV, undefined, store.seenBy(instance, network));
      const handle = useCases.kinesisHandler(
        useCases.makeIndexFrames({
          events: keepDeleted({
            events,
            hider: { setHidden: unused, remove: unused },
            tombstones: tables.tombstonesSeenBy(instance, network),
            now,
          }),
          ledger: tables.ledgerSeenBy(instance, network),
          objects,
          quarantine: new Quarantine(objects),
          attempts: new DynamoDbAttempts(tables.attemptsSeenBy(instance, network), 'ledger', now),
        }),
      );
      return (event) => handle(event, CONTEXT);
    },

    archive: ({ instance }: Environment): StreamFunction => {
      const handle = useCases.kinesisHandler(
        useCases.makeArchiveFrames({
          archive: archive.seenBy(instance, network),
          ledger: tables.ledgerSeenBy(instance, network),
        }),
      );
      return (event) => handle(event, CONTEXT);
    },

    /** @param send is told of each message that leaves, and gives what its arrival does */
    tail: (
      { instance, now }: Environment,
      send: (connectionId: string, message: string) => () => void,
    ): StreamFunction => {
      const post: ViewerPost & ViewerClose = {
        post: (connectionId, message) => {
          const arrive = send(connectionId, message);
          return network.call(instance, 'sockets', () => {
            arrive();
            return true;
          });
        },
        close: async () => {
          throw new Error('no credential of this model ends');
        },
      };
      const handle = useCases.kinesisHandler(
        useCases.makeTail({
          viewers: {
            list: (project: string) => network.call(instance, 'table', () => cloud.subscriptionsOf(project)),
          } as Pick<ViewerRegister, 'list'> as ViewerRegister,
          post,
          objects: quarantine.seenBy(instance, network),
          tombstones: tables.tombstonesSeenBy(instance, network),
          postsPerSecond: 1_000,
          now,
          sleep: world.sleep,
        }),
      );
      return (event) => handle(event, CONTEXT);
    },

    redrive: (environment: Environment) => {
      const redrive = useCases.makeRedrive({
        quarantine: quarantine.seenBy(environment.instance, network),
        stream: frameStream(environment),
      });
      return () => redrive(SIGNAL);
    },
  };
}

const unused = (): Promise<never> => Promise.reject(new Error('nothing is deleted here'));
