import type { ObjectStore } from '../adapters/object-store/port.ts';
import { type Frame, FrameError, readLines } from '../core/frame.ts';

/** The lines of a frame, fetched from S3 where they were too large for the stream. @throws FrameError */
export async function readFrame(frame: Frame, objects: Pick<ObjectStore, 'get'>): Promise<string[]> {
  const { object } = frame.header;
  if (object === undefined) return readLines(frame);
  const body = await objects.get(object);
  if (body === undefined) throw new FrameError(`object ${object} that holds the lines is gone`);
  return readLines({ header: frame.header, body });
}
