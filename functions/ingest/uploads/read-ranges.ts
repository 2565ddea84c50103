import type { ObjectStore } from '../../adapters/object-store/port.ts';
import { ContentError } from './content-error.ts';

const RANGE_BYTES = 4 * 1_048_576;

/** A file that is read piece by piece, so that its size does not matter. */
export interface FileReader {
  readonly size: number;
  /** Bytes `[start, end)`. @throws ContentError where the file ends before */
  range(start: number, end: number): Promise<Buffer>;
  /** The same, as they are asked for. */
  ranges(start: number, end: number): AsyncGenerator<Buffer>;
}

/** @param onRead told the place up to which the file was read */
export function openFile(
  objects: Pick<ObjectStore, 'getRange'>,
  key: string,
  size: number,
  onRead: (end: number) => void,
): FileReader {
  const range = async (start: number, end: number): Promise<Buffer> => {
    const bytes = await objects.getRange(key, start, end);
    if (bytes === undefined || bytes.length < end - start)
      throw new ContentError('the file is gone, or shorter than it was said to be');
    return bytes;
  };
  return {
    size,
    range,
    async *ranges(start, end) {
      for (let at = start; at < end; at += RANGE_BYTES) {
        const stop = Math.min(end, at + RANGE_BYTES);
        const bytes = await range(at, stop);
        onRead(stop);
        yield bytes;
      }
    },
  };
}
