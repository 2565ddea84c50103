import { stringifyJson } from '../../core/json.ts';
import { type Draft, readTime, unreadable } from '../draft.ts';
import type { Gathered } from '../put-attribute.ts';
import { readStream, type Stream, toDraft } from './entry.ts';
import { parseLabels } from './labels.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a push request in JSON: `{streams: [{stream, values}]}`, or of version 0 `{streams: [{labels, entries}]}`.
 * @returns undefined where it is neither
 */
export function readJsonPush(request: unknown, received: number): Draft[] | undefined {
  const streams = isObject(request) ? request.streams : undefined;
  if (!Array.isArray(streams)) return undefined;
  const drafts: Draft[] = [];
  for (const stream of streams) readOne(stream, received, drafts);
  return drafts;
}

function readOne(stream: unknown, received: number, drafts: Draft[]): void {
  const { labels, values, entries } = isObject(stream) ? { ...stream, labels: labelsOf(stream) } : ({} as Json);
  if (!isObject(labels) || !(Array.isArray(values) || Array.isArray(entries))) {
    drafts.push(unreadable(stringifyJson(stream)));
    return;
  }
  const common = readStream(labels as Gathered, received);
  for (const value of Array.isArray(values) ? values : []) drafts.push(readValue(value, common));
  for (const entry of Array.isArray(entries) ? entries : []) drafts.push(readEntry(entry, common));
}

/** An object in `stream`; version 0 has text in `labels`, and some clients text in `stream`. */
function labelsOf({ stream, labels }: Json): unknown {
  const given = stream ?? labels;
  return typeof given === 'string' ? parseLabels(given) : given;
}

function readValue(value: unknown, stream: Stream): Draft {
  if (!Array.isArray(value) || value.length < 2) return kept(value, stream);
  const [time, line, metadata] = value;
  return toDraft(stream, readTime(time), textOf(line), isObject(metadata) ? (metadata as Gathered) : undefined);
}

function readEntry(entry: unknown, stream: Stream): Draft {
  if (!isObject(entry)) return kept(entry, stream);
  const { ts, timestamp, line, structuredMetadata } = entry;
  return toDraft(
    stream,
    readTime(ts ?? timestamp),
    textOf(line),
    isObject(structuredMetadata) ? (structuredMetadata as Gathered) : undefined,
  );
}

const kept = (value: unknown, { told }: Stream): Draft => ({
  ...unreadable(stringifyJson(value)),
  resource: told.resource,
});

const textOf = (line: unknown): string =>
  typeof line === 'string' ? line : line === undefined ? '' : stringifyJson(line);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
