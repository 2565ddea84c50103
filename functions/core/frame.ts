import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { IndexName } from './event-id.ts';
import { ProjectId } from './project.ts';

/**
 * One Kinesis record: many events of one project for one index. Layout: 4 bytes magic `TRB1`, 4 bytes length of the header (big endian),
 * the header as JSON, then the events as lines of JSON in zstd. Consumers skip a frame by its header without touching the rest.
 */
const MAGIC = Buffer.from('TRB1');

/** Kinesis takes records up to 1 MiB, partition key included. */
export const MAX_FRAME_BYTES = 1_048_576 - 256;

/** Uncompressed events in a frame: a bulk that *index* makes of one stays near OpenSearch's advised 5 MB. */
const MAX_LINES_BYTES = 3_500_000;

const MIN_CHUNK_BYTES = 16_384;
const MAX_CHUNK_BYTES = 8_388_608;

export const FrameHeader = z.object({
  /** Schema version of header and lines. */
  v: z.literal(1),
  /** ULID of the frame: what the ledger counts by. */
  id: z.string().length(26),
  project: ProjectId,
  index: IndexName,
  /** Events in this frame. */
  events: z.int().nonnegative(),
  /** Events of the request that rules dropped, told once a request. */
  dropped: z.int().nonnegative(),
  /** Events of the request that each rule of sanitising touched, told once a request. */
  sanitised: z.record(z.string(), z.int()).optional(),
  /** Bytes of the lines before compression. */
  bytes: z.int().nonnegative(),
  /** Receive time, Unix milliseconds. */
  received: z.int().nonnegative(),
  /** Object that holds the lines where they are too large for the stream. */
  object: z.string().optional(),
});
export type FrameHeader = z.output<typeof FrameHeader>;

/** A frame whose lines are still compressed. */
export interface Frame {
  readonly header: FrameHeader;
  /** Lines of JSON in zstd; empty where `header.object` holds them. */
  readonly body: Buffer;
}

/** A frame that cannot be read: it was not written by us, or by a later version. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Splits a Kinesis record into header and body. @throws FrameError */
export function decodeFrame(data: Buffer): Frame {
  if (data.length < 8 || !data.subarray(0, 4).equals(MAGIC)) throw new FrameError('record does not begin with TRB1');
  const end = 8 + data.readUInt32BE(4);
  if (end > data.length) throw new FrameError(`header of ${end - 8} bytes runs past the record of ${data.length}`);
  let header: unknown;
  try {
    header = JSON.parse(data.toString('utf8', 8, end));
  } catch (error) {
    throw new FrameError('header is not JSON', { cause: error });
  }
  const parsed = FrameHeader.safeParse(header);
  if (!parsed.success) throw new FrameError(`header is not of version 1: ${parsed.error.message}`);
  return { header: parsed.data, body: data.subarray(end) };
}

/** Writes a frame as one record. */
export function encodeFrame({ header, body }: Frame): Buffer {
  const head = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  MAGIC.copy(prefix);
  prefix.writeUInt32BE(head.length, 4);
  return Buffer.concat([prefix, head, body]);
}

/** The events of a frame, one JSON text each. @throws FrameError */
export function readLines({ header, body }: Frame): string[] {
  // a frame of a request of which nothing was kept
  if (header.events === 0) return [];
  let text: string;
  try {
    text = zstdDecompressSync(body, {
      maxOutputLength: header.bytes + 1,
      // in one piece; a header that lies by much is found out by the length that it says
      chunkSize: Math.max(MIN_CHUNK_BYTES, Math.min(header.bytes + 1, MAX_CHUNK_BYTES)),
    }).toString('utf8');
  } catch (error) {
    throw new FrameError('body is not the zstd text that the header describes', { cause: error });
  }
  const lines = text.split('\n');
  if (lines.length !== header.events)
    throw new FrameError(`header counts ${header.events} events, body holds ${lines.length}`);
  return lines;
}

const NEWLINE = 0x0a;

/** What all frames of a request have in common. */
export type FrameSettings = Pick<FrameHeader, 'project' | 'index' | 'received'>;

/** A frame without events, so that those that were dropped are counted. */
export const makeEmptyFrame = (settings: FrameSettings, id: string): Frame => ({
  header: { v: 1, id, ...settings, events: 0, dropped: 0, bytes: 0 },
  body: Buffer.alloc(0),
});

/**
 * Packs events into as few frames as fit. An event that does not fit one even alone comes as a frame larger than
 * `MAX_FRAME_BYTES`, for the caller to put elsewhere.
 * @param makeId gives a ULID per frame
 */
export function packFrames(settings: FrameSettings, lines: readonly string[], makeId: () => string): Frame[] {
  const frames: Frame[] = [];
  let start = 0;
  let bytes = 0;
  for (let at = 0; at < lines.length; at++) {
    const length = Buffer.byteLength(lines[at] as string) + 1;
    if (at > start && bytes + length > MAX_LINES_BYTES) {
      frames.push(...pack(settings, lines.slice(start, at), bytes - 1, makeId));
      start = at;
      bytes = 0;
    }
    bytes += length;
  }
  if (start < lines.length) frames.push(...pack(settings, lines.slice(start), bytes - 1, makeId));
  return frames;
}

/** The lines in UTF-8, each written to its place: joining them first would copy all of them once more. */
function toText(lines: readonly string[], bytes: number): Buffer {
  const text = Buffer.allocUnsafeSlow(bytes);
  let end = 0;
  for (const line of lines) {
    end += text.write(line, end);
    if (end < text.length) text[end++] = NEWLINE;
  }
  return text;
}

/** @param bytes of the lines with newlines between them */
function pack(settings: FrameSettings, lines: readonly string[], bytes: number, makeId: () => string): Frame[] {
  const text = toText(lines, bytes);
  // level 1: logs shrink eight-fold already, and more costs more CPU than the stream's bytes do
  const body = zstdCompressSync(text, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    chunkSize: Math.max(MIN_CHUNK_BYTES, bytes >> 2),
  });
  if (body.length > MAX_FRAME_BYTES && lines.length > 1) {
    const half = lines.length >> 1;
    return [lines.slice(0, half), lines.slice(half)].flatMap((part) =>
      pack(
        settings,
        part,
        part.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, -1),
        makeId,
      ),
    );
  }
  return [
    {
      header: {
        v: 1,
        id: makeId(),
        ...settings,
        events: lines.length,
        dropped: 0,
        bytes: text.length,
      },
      body,
    },
  ];
}
