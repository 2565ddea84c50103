import { ContentError } from './content-error.ts';
import type { FileReader } from './read-ranges.ts';
import type { Entry } from './unpack.ts';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record, and the longest comment behind it. */
const MAX_END_BYTES = 22 + 65_535;
const MAX_DIRECTORY_BYTES = 16 * 1_048_576;
/** What stands in a field whose value is in a zip64 record. */
const ZIP64 = 0xffffffff;

/**
 * The files of a zip, by its central directory (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
 * @throws ContentError for what is damaged, encrypted, packed by a method other than deflate, or larger than 4 GiB (zip64)
 */
export async function readZipEntries(file: FileReader): Promise<readonly Entry[]> {
  const tail = await file.range(Math.max(0, file.size - MAX_END_BYTES), file.size);
  const at = findEnd(tail);
  const [count, bytes, start] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  if (start === ZIP64 || bytes === ZIP64 || count === 0xffff)
    throw new ContentError(
      'the zip is larger than 4 GiB or holds more than 65,534 files (zip64); pack the files by gzip',
    );
  if (bytes > MAX_DIRECTORY_BYTES || start + bytes > file.size)
    throw new ContentError('the directory of the zip is damaged');
  const directory = await file.range(start, start + bytes);
  const entries: Entry[] = [];
  for (let place = 0; place + 46 <= directory.length; ) {
    if (directory.readUInt32LE(place) !== CENTRAL) throw new ContentError('the directory of the zip is damaged');
    const nameLength = directory.readUInt16LE(place + 28);
    const name = directory.toString('utf8', place + 46, place + 46 + nameLength);
    const entry = await readEntry(file, name, directory, place);
    if (entry !== undefined) entries.push(entry);
    place += 46 + nameLength + directory.readUInt16LE(place + 30) + directory.readUInt16LE(place + 32);
  }
  return entries;
}

function findEnd(tail: Buffer): number {
  for (let at = tail.length - 22; at >= 0; at--) if (tail.readUInt32LE(at) === END) return at;
  throw new ContentError('the zip has no directory: it is cut off or damaged');
}

async function readEntry(file: FileReader, name: string, directory: Buffer, at: number): Promise<Entry | undefined> {
  // folders, and what macOS adds
  if (name.endsWith('/') || name.startsWith('__MACOSX/') || name.endsWith('.DS_Store')) return undefined;
  const flags = directory.readUInt16LE(at + 8);
  const method = directory.readUInt16LE(at + 10);
  const packed = directory.readUInt32LE(at + 20);
  const local = directory.readUInt32LE(at + 42);
  if ((flags & 1) !== 0) throw new ContentError(`"${name}" in the zip is encrypted`);
  if (method !== 0 && method !== 8)
    throw new ContentError(`"${name}" in the zip is packed by method ${method}; deflate is read`);
  if (packed === ZIP64 || local === ZIP64) throw new ContentError(`"${name}" in the zip is larger than 4 GiB (zip64)`);
  if (local + 30 > file.size) throw new ContentError('the directory of the zip is damaged');
  const head = await file.range(local, local + 30);
  if (head.readUInt32LE(0) !== LOCAL) throw new ContentError('the directory of the zip is damaged');
  const start = local + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (start + packed > file.size) throw new ContentError(`"${name}" in the zip is cut off`);
  return { name, start, end: start + packed, deflated: method === 8 };
}
