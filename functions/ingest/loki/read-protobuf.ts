import { MAX_UNIX_NANO, type UnixNano } from '../../core/unix-nano.ts';
import { type Draft, unreadable } from '../draft.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { ProtobufReader } from '../wire/protobuf.ts';
import { readStream, type Stream, toDraft } from './entry.ts';
import { parseLabels } from './labels.ts';

/** Reads a PushRequest (grafana/loki pkg/push/push.proto). @throws ProtobufError */
export function readProtobufPush(content: Buffer, received: number): Draft[] {
  const drafts: Draft[] = [];
  const request = new ProtobufReader(content);
  while (request.next()) {
    if (request.field === 1) readOne(request.message(), received, drafts);
    else request.skip();
  }
  return drafts;
}

function readOne(message: ProtobufReader, received: number, drafts: Draft[]): void {
  let labels = '';
  const entries: ProtobufReader[] = [];
  while (message.next()) {
    if (message.field === 1) labels = message.string();
    else if (message.field === 2) entries.push(message.message());
    else message.skip();
  }
  const parsed = parseLabels(labels);
  if (parsed === undefined) {
    for (const entry of entries) {
      const { body, ...draft } = readEntry(entry, { told: { resource: {} }, received });
      drafts.push({ ...unreadable(String(body), { 'loki.labels': labels }), ...draft, body, marks: ['parse_error'] });
    }
    return;
  }
  const stream = readStream(parsed, received);
  for (const entry of entries) drafts.push(readEntry(entry, stream));
}

function readEntry(message: ProtobufReader, stream: Stream): Draft {
  let time: UnixNano | undefined;
  let line = '';
  let metadata: Gathered | undefined;
  while (message.next()) {
    if (message.field === 1) time = readTimestamp(message.message());
    else if (message.field === 2) line = message.string();
    else if (message.field === 3) {
      metadata ??= {};
      readPair(message.message(), metadata);
    } else message.skip();
  }
  return toDraft(stream, time, line, metadata);
}

/** google.protobuf.Timestamp: seconds 1, nanos 2. */
function readTimestamp(message: ProtobufReader): UnixNano | undefined {
  let seconds = 0n;
  let nanos = 0;
  while (message.next()) {
    if (message.field === 1) seconds = BigInt(message.int64());
    else if (message.field === 2) nanos = message.uint32();
    else message.skip();
  }
  const nano = seconds * 1_000_000_000n + BigInt(nanos);
  return nano >= 0n && nano <= MAX_UNIX_NANO ? (String(nano) as UnixNano) : undefined;
}

function readPair(message: ProtobufReader, pairs: Gathered): void {
  let name = '';
  let value = '';
  while (message.next()) {
    if (message.field === 1) name = message.string();
    else if (message.field === 2) value = message.string();
    else message.skip();
  }
  putAttribute(pairs, name, value);
}
