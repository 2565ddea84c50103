import { makePresign } from '../object-store/presign.ts';
import type { LinkFile } from './port.ts';

/** Presigned links to the files of a bucket. */
export function makeS3Links(bucket: string): LinkFile {
  const presign = makePresign(bucket);
  return (key, seconds) => presign('GET', key, seconds);
}
