import { parentPort } from 'node:worker_threads';
import { Rpc } from '../rpc.ts';
import { mergeSegments } from '../segment/merge.ts';
import { openSegment } from '../segment/segment.ts';
import { release } from '../shared-memory.ts';
import type { MergeTask } from './index-writer.ts';
import { writeSegment } from './segment-files.ts';

if (parentPort === null) throw new Error('merge.worker.ts runs in a worker thread');

new Rpc(parentPort, {
  merge: ({ id, folder, sources }: MergeTask): SharedArrayBuffer => {
    const merged = mergeSegments(
      id,
      sources.map(({ memory, live }) => ({
        segment: openSegment(memory),
        live: live === undefined ? undefined : new Uint32Array(live),
      })),
    );
    writeSegment(folder, merged);
    release(merged.memory.byteLength + sources.reduce((sum, { memory }) => sum + memory.byteLength, 0));
    return merged.memory;
  },
});
