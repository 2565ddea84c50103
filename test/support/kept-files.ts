import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdDecompressSync } from 'node:zlib';

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Every file below a folder. */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    // some are there for a moment only
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

/** What a file holds: its bytes, and what is packed by zstd anywhere in them, as frames are in the stream and in S3. */
export function contentsOf(path: string): readonly Buffer[] {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const contents = [bytes];
  for (let at = bytes.indexOf(ZSTD); at >= 0; at = bytes.indexOf(ZSTD, at + 1)) {
    try {
      // what follows is not of the frame, or the frame goes on elsewhere in the file
      contents.push(zstdDecompressSync(bytes.subarray(at), { finishFlush: constants.ZSTD_e_flush }));
    } catch {
      // these four bytes by chance, or followed by others that are no frame
    }
  }
  return contents;
}
