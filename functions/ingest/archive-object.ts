import { createHash } from 'node:crypto';
import { z } from 'zod';
import { decodeFrame, type Frame } from '../core/frame.ts';
import { type ProjectId, tenantObjectPrefix } from '../core/project.ts';

/** The first line of an object of the archive: what follows it. */
export const ArchiveManifest = z.object({
  v: z.literal(1),
  frames: z.int(),
  events: z.int(),
  /** Receive times of the first and the last frame, ISO 8601. */
  first: z.iso.datetime(),
  last: z.iso.datetime(),
  /** Of all that follows the manifest. */
  sha256: z.string(),
});
export type ArchiveManifest = z.output<typeof ArchiveManifest>;

/** Reads that take a manifest in whole. */
export const MAX_MANIFEST_BYTES = 1_024;

/** An object of the archive that is not what its manifest says. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** Where the frames lie that a project sent on a day. @param millis Unix milliseconds */
export const archivePrefix = (project: ProjectId, millis: number): string =>
  `${tenantObjectPrefix('frames', project)}day=${new Date(millis).toISOString().slice(0, 10)}/`;

/** Writes an object: the manifest as a line of JSON, then the records of the stream as they came, each after its length in four bytes. */
export function encodeArchive(records: readonly { readonly data: Buffer; readonly header: Frame['header'] }[]): Buffer {
  const frames = Buffer.concat(
    records.flatMap(({ data }) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return [length, data];
    }),
  );
  const times = records.map(({ header }) => header.received);
  const manifest: ArchiveManifest = {
    v: 1,
    frames: records.length,
    events: records.reduce((sum, { header }) => sum + header.events, 0),
    first: new Date(Math.min(...times)).toISOString(),
    last: new Date(Math.max(...times)).toISOString(),
    sha256: createHash('sha256').update(frames).digest('hex'),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(manifest)}\n`), frames]);
}

/** @param head the beginning of an object, `MAX_MANIFEST_BYTES` of it at least. @throws ArchiveError */
export function readArchiveManifest(head: Buffer): ArchiveManifest {
  const end = head.indexOf(10);
  try {
    return ArchiveManifest.parse(JSON.parse(head.toString('utf8', 0, Math.max(0, end))));
  } catch (error) {
    throw new ArchiveError('does not begin with a manifest', { cause: error });
  }
}

/** All frames of an object. @throws ArchiveError where it is not what its manifest says */
export function decodeArchive(object: Buffer): readonly Frame[] {
  const manifest = readArchiveManifest(object);
  const body = object.subarray(object.indexOf(10) + 1);
  if (createHash('sha256').update(body).digest('hex') !== manifest.sha256)
    throw new ArchiveError('is not what its manifest proves: another sha256');
  const frames: Frame[] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 4 + body.readUInt32BE(at);
    frames.push(decodeFrame(body.subarray(at + 4, end)));
    at = end;
  }
  if (frames.length !== manifest.frames)
    throw new ArchiveError(`holds ${frames.length} frames, its manifest says ${manifest.frames}`);
  return frames;
}
