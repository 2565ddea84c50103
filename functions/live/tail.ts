import type { ObjectStore } from '../adapters/object-store/port.ts';
import type { Tombstones } from '../adapters/tombstones/port.ts';
import type { Subscription, ViewerClose, ViewerPost, ViewerRegister } from '../adapters/viewers/port.ts';
import { cached } from '../core/cached.ts';
import type { IndexName } from '../core/event-id.ts';
import { type Frame, readLines } from '../core/frame.ts';
import { parseJson, stringifyJson } from '../core/json.ts';
import type { Delivery } from '../core/kinesis.ts';
import { log } from '../core/log.ts';
import type { LogRecord } from '../core/log-record.ts';
import type { ProjectId } from '../core/project.ts';
import type { LogEvent } from '../search/api.ts';
import { type Matcher, makeMatcher } from '../search/language/evaluator.ts';
import { parse } from '../search/language/parser.ts';
import { toLogEvent } from '../search/log-event.ts';
import { EventBudget } from './event-budget.ts';
import { type Gap, toPieces } from './message.ts';
import { endConnection, INTERVAL_MILLIS, isOver } from './socket.ts';

/** What the tail stands on. */
export interface TailParts {
  readonly viewers: ViewerRegister;
  readonly post: ViewerPost & ViewerClose;
  /** Holds the lines of frames that were too large for the stream. */
  readonly objects: ObjectStore;
  /** Events put into the stream again may be deleted by now. */
  readonly tombstones: Pick<Tombstones, 'listIn'>;
  /** Messages a second that this shard may post. */
  readonly postsPerSecond: number;
  readonly now: () => number;
  readonly sleep: (millis: number) => Promise<void>;
}

const WATCHED_MILLIS = 2_000;

/**
 * Posts what matches to the viewers of each project. A project that nobody watches is skipped by the headers of its frames; equal
 * queries are evaluated and written once for all their viewers. Live is best effort: a batch is never repeated for a viewer's sake.
 */
export function makeTail({ viewers, post, objects, tombstones, postsPerSecond, now, sleep }: TailParts) {
  const budget = new EventBudget(now);
  const watched = cached((project) => viewers.list(project as ProjectId), { ttlMillis: WATCHED_MILLIS, now });
  const deletedIn = cached(
    (key) => {
      const [project, index] = key.split(' ');
      return tombstones.listIn(project as ProjectId, index as IndexName);
    },
    { ttlMillis: WATCHED_MILLIS, staleMillis: WATCHED_MILLIS, now },
  );

  return async (batch: readonly Delivery[]): Promise<readonly Delivery[]> => {
    const startedAt = now();
    let posts = 0;
    for (const [project, deliveries] of byProject(batch)) {
      try {
        const subscriptions = await standing(project, await watched(project));
        if (subscriptions.length > 0) posts += await serve(project, subscriptions, deliveries);
      } catch (error) {
        log('error', 'viewers of a project are not served', {}, error);
      }
    }
    // posting faster than the budget stretches the interval: the next batch is larger by what came meanwhile
    const due = Math.max(posts === 0 ? 0 : INTERVAL_MILLIS, (posts / postsPerSecond) * 1000);
    const left = due - (now() - startedAt);
    if (left > 0) await sleep(left);
    return [];
  };

  /** Those whose token or key has not ended; the others are told so and get nothing more. */
  async function standing(project: ProjectId, all: readonly Subscription[]): Promise<readonly Subscription[]> {
    const { over = [], on = [] } = Object.groupBy(all, (each) => (isOver(each, now()) ? 'over' : 'on'));
    await Promise.all(
      over.map(async ({ connectionId }) => {
        await viewers.unsubscribe(project, connectionId);
        await endConnection(post, connectionId);
      }),
    );
    return on;
  }

  /** @returns messages posted */
  async function serve(
    project: ProjectId,
    subscriptions: readonly Subscription[],
    deliveries: readonly Delivery[],
  ): Promise<number> {
    const records = (await Promise.all(deliveries.map((delivery) => recordsOf(delivery)))).flat();
    const groups = Map.groupBy(subscriptions, ({ query }) => query);
    const chain = {
      shard: deliveries[0]?.shard ?? '',
      from: deliveries[0]?.sequenceNumber ?? '',
      to: deliveries.at(-1)?.sequenceNumber ?? '',
    };
    const interval = Math.max(INTERVAL_MILLIS, Math.ceil((subscriptions.length / postsPerSecond) * 1000));
    let posts = 0;
    for (const [query, group] of groups) {
      const matches = matcherOf(query, now());
      const matched = matches === undefined ? [] : records.filter(matches);
      if (matched.length === 0) continue;
      const shown = budget.take(`${chain.shard} ${project} ${query}`, matched.length);
      const messages = toMessages(project, matched, shown, chain, interval);
      await Promise.all(group.map(({ connectionId }) => send(project, connectionId, messages)));
      posts += messages.length * group.length;
    }
    return posts;
  }

  async function send(project: ProjectId, connectionId: string, messages: readonly string[]): Promise<void> {
    for (const message of messages) {
      if (await post.post(connectionId, message)) continue;
      await viewers.unsubscribe(project, connectionId);
      return;
    }
  }

  async function recordsOf({ frame }: Delivery): Promise<LogRecord[]> {
    if (frame instanceof Error) return [];
    const [lines, deleted] = await Promise.all([
      linesOf(frame),
      deletedIn(`${frame.header.project} ${frame.header.index}`),
    ]);
    const records = lines.map((line) => parseJson(line) as LogRecord);
    return deleted.size === 0 ? records : records.filter(({ id }) => !deleted.has(id));
  }

  async function linesOf(frame: Frame): Promise<string[]> {
    if (frame.header.object === undefined) return readLines(frame);
    const body = await objects.get(frame.header.object);
    return body === undefined ? [] : readLines({ header: frame.header, body });
  }
}

function byProject(batch: readonly Delivery[]): Map<ProjectId, Delivery[]> {
  const groups = new Map<ProjectId, Delivery[]>();
  for (const delivery of batch) {
    if (delivery.frame instanceof Error) continue;
    const { project } = delivery.frame.header;
    const group = groups.get(project);
    if (group === undefined) groups.set(project, [delivery]);
    else group.push(delivery);
  }
  return groups;
}

/** A stored query was parsed before it was stored; one that no longer parses matches nothing. Relative times count from now. */
function matcherOf(query: string, now: number): Matcher | undefined {
  try {
    return makeMatcher(parse(query).filter, now);
  } catch (error) {
    log('warn', 'query of a viewer does not parse', {}, error);
    return undefined;
  }
}

/**
 * The newest of what matched, in messages of 32 KB, the first of which tells of the gap before them; of a flood that nothing more may be
 * sent of, the gap alone.
 */
function toMessages(
  project: ProjectId,
  matched: readonly LogRecord[],
  count: number,
  chain: { readonly shard: string; readonly from: string; readonly to: string },
  interval: number,
): string[] {
  const hidden = matched.slice(0, matched.length - count);
  const shown = matched.slice(hidden.length);
  const cursor = matched.reduce(
    (latest, { observedTimeUnixNano: time }) =>
      time.length > latest.length || (time.length === latest.length && time > latest) ? time : latest,
    '0',
  );
  const events = shown.map((record) => toLogEvent(record, project));
  const pieces = count === 0 ? [{ json: '', count }] : toPieces(events, stringifyJson);
  return pieces.map(({ json, count }, at) => {
    const gap = at === 0 && hidden.length > 0 ? gapOf(hidden.map((record) => toLogEvent(record, project))) : undefined;
    const head = stringifyJson({
      type: 'logs',
      cursor,
      chain,
      matched: count + (gap?.count ?? 0),
      sent: count,
      ...(gap && { gap }),
      interval_ms: interval,
    });
    return `${head.slice(0, -1)},"logs":[${json}]}`;
  });
}

function gapOf(hidden: readonly LogEvent[]): Gap {
  const times = hidden.map(({ timestamp }) => timestamp).sort();
  return { count: hidden.length, from: times[0] ?? '', to: times.at(-1) ?? '' };
}
