import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Rpc } from '../rpc.ts';
import type { Publication } from '../snapshot.ts';
import { Writer } from './writer.ts';

if (parentPort === null) throw new Error('writer.worker.ts runs in a worker thread');
const port = parentPort;
const merging = new Worker(new URL('./merge.worker.ts', import.meta.url));
const merger = new Rpc(merging, {});
const { folder } = workerData as { folder: string };

const writer = new Writer({
  folder,
  // the hub forwards this to the readers before it forwards any answer that comes after it
  publish: (publication: Publication) => port.postMessage({ call: 0, method: 'publish', args: [publication] }),
  merge: (task) => merger.call<SharedArrayBuffer>('merge', [task]),
});

new Rpc(port, {
  ready: () => writer.clusterUuid,
  putTemplate: (name: string, body: unknown) => writer.putTemplate(name, body),
  templates: (pattern: string) => writer.templates(pattern),
  deleteTemplate: (name: string) => writer.deleteTemplate(name),
  createIndex: (name: string, body: unknown) => writer.createIndex(name, body),
  putMapping: (names: string[], body: unknown) => writer.putMapping(names, body),
  deleteIndices: (names: string[]) => writer.deleteIndices(names),
  describe: (name: string) => writer.describe(name),
  created: (name: string) => writer.created(name),
  bulk: (body: Uint8Array, index: string | undefined, refresh: string) => writer.bulk(body, index, refresh),
  deleteRows: (name: string, rows: number[], refresh: string) => writer.deleteRows(name, rows, refresh),
  refresh: (names: string[]) => writer.refresh(names),
  close: async () => {
    writer.close();
    await merging.terminate();
  },
});
