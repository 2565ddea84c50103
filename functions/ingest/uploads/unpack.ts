import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { ContentError } from './content-error.ts';
import type { FileReader } from './read-ranges.ts';
import { readZipEntries } from './zip.ts';

/** A file, or one that was packed into it. */
export interface Entry {
  /** Its path in a zip; null for the file itself. */
  readonly name: string | null;
  /** Where its bytes lie in the file. */
  readonly start: number;
  readonly end: number;
  readonly deflated: boolean;
}

/** What a file may unpack to in all, so that a bomb ends. */
const MAX_UNPACKED_BYTES = 20 * 1024 ** 3;
const CHUNK_BYTES = 1_048_576;

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const EMPTY_ZIP = Buffer.from('PK\x05\x06', 'latin1');

/** The files in a zip, in its order, or the file itself. @throws ContentError */
export async function listEntries(file: FileReader): Promise<readonly Entry[]> {
  const head = await file.range(0, Math.min(4, file.size));
  if (head.equals(EMPTY_ZIP)) return [];
  if (head.equals(ZIP)) return readZipEntries(file);
  return [{ name: null, start: 0, end: file.size, deflated: false }];
}

/**
 * The content of an entry from a place on, unpacked, also where gzip or zstd is inside. Of what was packed the part before is unpacked
 * again, and left out.
 * @throws ContentError where it is damaged or unpacks to too much
 */
export async function* readEntry(file: FileReader, entry: Entry, from: number): AsyncGenerator<Buffer> {
  const inner = await innerOf(file, entry);
  if (!entry.deflated && inner === undefined) {
    yield* file.ranges(entry.start + from, entry.end);
    return;
  }
  const steps: Transform[] = [];
  if (entry.deflated) steps.push(createInflateRaw({ chunkSize: CHUNK_BYTES }));
  if (inner !== undefined) steps.push(inner());
  let at = 0;
  try {
    for await (const chunk of through(file.ranges(entry.start, entry.end), steps)) {
      const start = at;
      at += chunk.length;
      if (at > MAX_UNPACKED_BYTES) throw new ContentError('the file unpacks to more than 20 GiB');
      if (at > from) yield start >= from ? chunk : chunk.subarray(from - start);
    }
  } catch (error) {
    if (error instanceof ContentError || !isOfZlib(error)) throw error;
    throw new ContentError(`the packed data is damaged after ${at} unpacked bytes: ${error.message}`, { cause: error });
  }
}

/** What unpacks the content itself, told by its first bytes. */
async function innerOf(file: FileReader, { start, end, deflated }: Entry): Promise<(() => Transform) | undefined> {
  const packed = file.ranges(start, Math.min(end, start + 64 * 1024));
  let head: Buffer = Buffer.alloc(0);
  try {
    const chunks = deflated ? through(packed, [createInflateRaw({ finishFlush: 2 })]) : packed;
    for await (const chunk of chunks) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= 4) break;
    }
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    // told when it is read
  }
  if (head.subarray(0, 2).equals(GZIP)) return () => createGunzip({ chunkSize: CHUNK_BYTES });
  if (head.subarray(0, 4).equals(ZSTD)) return () => createZstdDecompress({ chunkSize: CHUNK_BYTES });
  return undefined;
}

/** Bytes through transforms; no more is read than is asked for. */
function through(source: AsyncGenerator<Buffer>, steps: readonly Transform[]): AsyncIterable<Buffer> {
  const first = Readable.from(source, { objectMode: false, highWaterMark: CHUNK_BYTES });
  if (steps.length === 0) return first;
  // an error destroys the last stream, and so ends the iteration
  return pipeline([first, ...steps], () => undefined) as unknown as AsyncIterable<Buffer>;
}

const isOfZlib = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && /^(Z_|ZSTD_|ERR_)/.test((error as { code?: string }).code ?? '');
