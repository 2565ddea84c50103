import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { Failure } from '../core/errors.ts';
import type { HttpRequest } from '../core/http-request.ts';
import { inflateSnappy, isFramedSnappy } from './wire/snappy.ts';

/** A body may grow to this when it is inflated; beyond it is taken for a bomb. */
export const MAX_INFLATED_BYTES = 20 * 1_048_576;

const inflaters = {
  gunzip: promisify(gunzip),
  inflate: promisify(inflate),
  inflateRaw: promisify(inflateRaw),
  zstd: promisify(zstdDecompress),
  brotli: promisify(brotliDecompress),
};

/** Bytes that most bodies have at most for each byte that they are packed in, and that no deflate goes beyond. */
const COMMON_RATIO = 10;
const MAX_RATIO = 1_032;
const MIN_CHUNK_BYTES = 16_384;

/** @param size that the content will have, as far as it can be told: in one piece it is inflated in two thirds of the time */
const limited = (size: number) => ({
  maxOutputLength: MAX_INFLATED_BYTES,
  chunkSize: Math.min(MAX_INFLATED_BYTES, Math.max(MIN_CHUNK_BYTES, size + 1)),
});

/** What a gzip says that it holds, at its end; it may say anything. */
const sizeOfGzip = (packed: Buffer): number =>
  packed.length < 4 ? 0 : Math.min(packed.readUInt32LE(packed.length - 4), packed.length * MAX_RATIO);

/**
 * The body without its content encodings. Headers lie: a body that does not begin with its codec's magic is taken as already plain,
 * and one that does is inflated though no header says so.
 * @throws Failure `payload_too_large`, `unsupported_encoding`, `undecodable`
 */
export async function readContent({ body, headers }: HttpRequest): Promise<Buffer> {
  const encodings = (headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (isRuined(body)) throw ruined();
  // applied in the order listed, so undone from the last
  let content = body;
  for (const encoding of encodings.reverse()) content = await decode(content, encoding);
  if (encodings.length === 0 && (isGzip(content) || isZstd(content)))
    content = await decode(content, isGzip(content) ? 'gzip' : 'zstd');
  if (content.length > MAX_INFLATED_BYTES) throw tooLarge();
  return content;
}

async function decode(content: Buffer, encoding: string): Promise<Buffer> {
  try {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return isGzip(content) ? await inflaters.gunzip(content, limited(sizeOfGzip(content))) : content;
      case 'zstd':
        return isZstd(content) ? await inflaters.zstd(content, limited(content.length * COMMON_RATIO)) : content;
      case 'deflate':
      case 'zlib':
        return await inflateAny(content);
      case 'snappy':
      case 'x-snappy-framed':
        return isJson(content) && !isFramedSnappy(content) ? content : inflateSnappy(content, MAX_INFLATED_BYTES);
      case 'br':
        return isJson(content) ? content : await inflaters.brotli(content, limited(content.length * COMMON_RATIO));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' || error instanceof RangeError)
      throw tooLarge();
    if (content.includes('\ufffd')) throw ruined();
    throw new Failure('undecodable', `body is not valid ${encoding}: ${(error as Error).message}`, { cause: error });
  }
  throw new Failure(
    'unsupported_encoding',
    `content encoding "${encoding.slice(0, 40)}" is not supported; gzip, zstd, deflate, snappy, br and identity are`,
  );
}

/** "deflate" means zlib's wrapping, but many send the bare stream; JSON and text can be neither. */
async function inflateAny(content: Buffer): Promise<Buffer> {
  const options = limited(content.length * COMMON_RATIO);
  if (isZlib(content)) return inflaters.inflate(content, options);
  if (/^[\s[{"\w<]/.test(content.toString('latin1', 0, 1))) {
    return inflaters.inflateRaw(content, options).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_BUFFER_TOO_LARGE') throw error;
      return content;
    });
  }
  return inflaters.inflateRaw(content, options);
}

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;
const isZstd = (bytes: Buffer) => bytes.length >= 4 && bytes.readUInt32BE(0) === 0x28b52ffd;
const isZlib = (bytes: Buffer) => bytes[0] === 0x78 && bytes.length >= 2 && bytes.readUInt16BE(0) % 31 === 0;

/** JSON begins so; a snappy block of that length (91 or 123 bytes) could too, but not one that goes on as JSON does. */
const isJson = (bytes: Buffer) => /^\s*(?:\{\s*["}]|\[\s*["{[\]\dtfn-])/.test(bytes.toString('latin1', 0, 64));

/** The first bytes of gzip and zstd after somebody has read them as UTF-8, which nothing brings back. */
const isRuined = (bytes: Buffer) => RUINED.some((head) => bytes.subarray(0, head.length).equals(head));
const RUINED = [Buffer.from('\x1f\ufffd'), Buffer.from('(\ufffd/\ufffd')];

const ruined = () =>
  new Failure(
    'unsupported_encoding',
    'the compressed body was damaged on its way: its bytes were read as text. Send it with "Content-Type: application/octet-stream"',
  );

const tooLarge = () =>
  new Failure(
    'payload_too_large',
    `body is larger than ${MAX_INFLATED_BYTES} bytes when inflated; send smaller batches`,
  );
