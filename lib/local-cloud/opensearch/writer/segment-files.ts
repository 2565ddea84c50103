import { closeSync, fstatSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openSegment, type Segment } from '../segment/segment.ts';

const path = (folder: string, id: string): string => join(folder, `${id}.segment`);

/** One call reads or writes at most this much: Node takes no more than 2 GiB at once. */
const CHUNK = 1 << 28;

/** Writes a segment beside its final name and renames it, so that a file under that name is whole. */
export function writeSegment(folder: string, segment: Segment): void {
  const file = path(folder, segment.id);
  const bytes = new Uint8Array(segment.memory);
  const descriptor = openSync(`${file}.new`, 'w');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, Math.min(CHUNK, bytes.length - at));
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
}

/** Reads a segment into shared memory. @throws when it is missing or torn */
export function readSegment(folder: string, id: string): Segment {
  const descriptor = openSync(path(folder, id), 'r');
  try {
    const { size } = fstatSync(descriptor);
    const memory = new SharedArrayBuffer(size);
    const bytes = new Uint8Array(memory);
    for (let at = 0; at < size; ) {
      const read = readSync(descriptor, bytes, at, Math.min(CHUNK, size - at), at);
      if (read === 0) break;
      at += read;
    }
    return openSegment(memory);
  } finally {
    closeSync(descriptor);
  }
}

export function removeSegment(folder: string, id: string): void {
  rmSync(path(folder, id), { force: true });
}

/** Removes every segment file that is not one of `ids`: what a killed process left. */
export function removeOtherSegments(folder: string, ids: readonly string[]): void {
  const wanted = new Set(ids.map((id) => `${id}.segment`));
  for (const name of readdirSync(folder)) {
    if (/\.segment(\.new)?$/.test(name) && !wanted.has(name)) rmSync(join(folder, name));
  }
}
