import type { EventGroup } from '../../functions/adapters/event-store/port.ts';
import type { ObjectStore } from '../../functions/adapters/object-store/port.ts';
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type FrameHeader,
  packFrames,
  readLines,
} from '../../functions/core/frame.ts';
import type { Delivery } from '../../functions/core/kinesis.ts';
import { ulid } from '../../functions/core/ulid.ts';
import { REAL, type UseCases } from './functions.ts';

/** The pipeline with one mistake in it. */
export interface Mutation {
  readonly name: string;
  /** What the oracle must say of it: one of the words that its findings begin with. */
  readonly found: 'lost' | 'twice' | 'foreign' | 'changed' | 'quarantine' | 'ledger' | 'tail' | 'rest';
  /** Made anew for each run: a mistake may remember. */
  readonly make: () => Partial<UseCases>;
}

const { makeAccept, makeIndexFrames, makeArchiveFrames, makeRedrive, makeTail, kinesisHandler } = REAL;

/** Mistakes that could be made in the pipeline, each of which the oracle must see. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'accept answers before the stream took the frames',
    found: 'lost',
    make: () => ({
      makeAccept: (parts) =>
        makeAccept({
          ...parts,
          stream: {
            put: async (records, signal) => {
              parts.stream.put(records, signal).catch(() => {});
              return records.map(() => true);
            },
          },
        }),
    }),
  },
  {
    name: 'accept takes a partly failed PutRecords for a whole one',
    found: 'lost',
    make: () => ({
      makeAccept: (parts) =>
        makeAccept({
          ...parts,
          stream: {
            put: async (records, signal) => {
              const taken = await parts.stream.put(records, signal);
              return taken.map(() => taken.includes(true));
            },
          },
        }),
    }),
  },
  {
    name: 'a resend gets its id from the time of receipt',
    found: 'twice',
    make: () => ({
      makeAccept: (parts) => {
        const accept = makeAccept(parts);
        return (drafts, { clientId: _, ...arrival }, signal) => accept(drafts, arrival, signal);
      },
    }),
  },
  {
    name: 'the id of an event has the day of receipt in it, whatever the client says',
    found: 'twice',
    make: () => ({
      makeAccept: (parts) => {
        const accept = makeAccept(parts);
        return (drafts, arrival, signal) => {
          const { day: _, ...clientId } = arrival.clientId ?? {};
          return accept(
            drafts,
            { ...arrival, ...(arrival.clientId && { clientId: { ...arrival.clientId, ...clientId, day: NaN } }) },
            signal,
          );
        };
      },
    }),
  },
  {
    name: 'frames of two requests are merged under the project of the first',
    found: 'foreign',
    make: () => {
      let last: FrameHeader | undefined;
      return {
        makeAccept: (parts) =>
          makeAccept({
            ...parts,
            stream: {
              put: (records, signal) =>
                parts.stream.put(
                  records.map((record) => {
                    const { header, body } = decodeFrame(record);
                    const project = last?.index === header.index ? last.project : header.project;
                    last = header;
                    return encodeFrame({ header: { ...header, project }, body });
                  }),
                  signal,
                ),
            },
          }),
      };
    },
  },
  {
    name: 'index takes an item that the store throttled for done',
    found: 'lost',
    make: () => ({
      makeIndexFrames: (parts) =>
        makeIndexFrames({
          ...parts,
          events: {
            create: async (groups: readonly EventGroup[], signal: AbortSignal) =>
              (await parts.events.create(groups, signal)).map((outcomes) =>
                outcomes.map((outcome) =>
                  outcome.kind === 'retry' && outcome.reason.startsWith('429')
                    ? ({ kind: 'created' } as const)
                    : outcome,
                ),
              ),
          },
        }),
    }),
  },
  {
    name: 'index quarantines an event without its payload',
    found: 'changed',
    make: () => ({
      makeIndexFrames: (parts) =>
        makeIndexFrames({
          ...parts,
          quarantine: {
            record: (delivery: Delivery, reason: string) => parts.quarantine.record(delivery, reason),
            events: (header, refused) =>
              parts.quarantine.events(
                header,
                refused.map(({ reason }) => ({ reason, line: 'null' })),
              ),
          } as typeof parts.quarantine,
        }),
    }),
  },
  {
    name: 'index marks an attempt only after the work',
    found: 'rest',
    make: () => ({
      makeIndexFrames: (parts) => {
        const index = makeIndexFrames({
          ...parts,
          attempts: { exhausted: async () => false, survived: async () => {} },
        });
        return async (batch, signal) => {
          const again = await index(batch, signal);
          for (const delivery of batch) await parts.attempts.exhausted(delivery, batch.length);
          return again;
        };
      },
    }),
  },
  {
    name: 'index takes waiting for the store for an end of the function',
    found: 'quarantine',
    make: () => ({
      makeIndexFrames: (parts) =>
        makeIndexFrames({
          ...parts,
          attempts: {
            exhausted: (delivery, size) => parts.attempts.exhausted(delivery, size),
            survived: async () => {},
          },
        }),
    }),
  },
  {
    name: 'index says nothing to the ledger of events in quarantine',
    found: 'ledger',
    make: () => ({
      makeIndexFrames: (parts) =>
        makeIndexFrames({
          ...parts,
          ledger: {
            accepted: (headers) => parts.ledger.accepted(headers),
            stored: (frames) => parts.ledger.stored(frames.map((frame) => ({ ...frame, quarantined: 0 }))),
          },
        }),
    }),
  },
  {
    name: 'the record behind the lowest failed one is reported',
    found: 'lost',
    make: () => ({
      kinesisHandler: (handle) => {
        const real = kinesisHandler(handle);
        return async (event, context) => {
          const { batchItemFailures } = await real(event, context);
          const sequenceNumbers = event.Records.map(({ kinesis }) => kinesis.sequenceNumber);
          return {
            batchItemFailures: batchItemFailures.flatMap(({ itemIdentifier }) => {
              const next = sequenceNumbers[sequenceNumbers.indexOf(itemIdentifier) + 1];
              return next === undefined ? [] : [{ itemIdentifier: next }];
            }),
          };
        };
      },
    }),
  },
  {
    name: 'archive is done before its object is put',
    found: 'lost',
    make: () => ({
      makeArchiveFrames: (parts) =>
        makeArchiveFrames({
          ...parts,
          archive: {
            ...parts.archive,
            put: async (...object) => {
              parts.archive.put(...object).catch(() => {});
            },
          },
        }),
    }),
  },
  {
    name: 'archive names its objects by project and day alone',
    found: 'lost',
    make: () => ({
      makeArchiveFrames: (parts) =>
        makeArchiveFrames({
          ...parts,
          archive: {
            ...parts.archive,
            put: (key, body) => parts.archive.put(key.replace(/[^/]*$/, 'all.frames'), body),
          },
        }),
    }),
  },
  {
    name: 'redrive drops the last object of each list',
    found: 'lost',
    make: () => ({
      makeRedrive: (parts) => makeRedrive({ ...parts, quarantine: withoutLast(parts.quarantine) }),
    }),
  },
  {
    name: 'redrive deletes an object before the stream took it',
    found: 'lost',
    make: () => ({
      makeRedrive: (parts) =>
        makeRedrive({
          ...parts,
          quarantine: {
            ...parts.quarantine,
            get: async (key) => {
              const body = await parts.quarantine.get(key);
              await parts.quarantine.delete(key);
              return body;
            },
          },
        }),
    }),
  },
  {
    name: 'redrive gives events new ids',
    found: 'twice',
    make: () => ({
      makeRedrive: (parts) =>
        makeRedrive({
          ...parts,
          stream: {
            put: (records, signal) =>
              parts.stream.put(
                records.map((record) => withNewIds(record)),
                signal,
              ),
          },
        }),
    }),
  },
  {
    name: 'tail leaves out the gap of a flood',
    found: 'tail',
    make: () => ({
      makeTail: (parts) =>
        makeTail({
          ...parts,
          post: {
            close: (connectionId) => parts.post.close(connectionId),
            post: (connectionId, text) => {
              const { logs, ...message } = JSON.parse(text) as { logs: unknown[]; sent: number; matched: number };
              const shown = logs.slice(0, 20);
              return parts.post.post(
                connectionId,
                JSON.stringify({ ...message, sent: shown.length, matched: shown.length, logs: shown }),
              );
            },
          },
        }),
    }),
  },
];

const withoutLast = (objects: ObjectStore): ObjectStore => ({
  ...objects,
  list: async (prefix, after) => {
    const { keys, more } = await objects.list(prefix, after);
    const last = keys.at(-1);
    if (last === undefined || prefix === 'quarantine/') return { keys, more };
    await objects.delete(last);
    return { keys: keys.slice(0, -1), more };
  },
});

function withNewIds(record: Buffer): Buffer {
  const frame: Frame = decodeFrame(record);
  if (frame.header.object !== undefined) return record;
  const { project, index, received } = frame.header;
  const lines = readLines(frame).map((line) => {
    const event = JSON.parse(line) as { id: string };
    return JSON.stringify({ ...event, id: event.id.slice(0, 5) + ulid(received).toLowerCase() + event.id.slice(-4) });
  });
  const [again] = packFrames({ project, index, received }, lines, () => ulid(received));
  return again === undefined ? record : encodeFrame(again);
}
