import { parentPort } from 'node:worker_threads';
import { Rpc } from '../rpc.ts';
import type { Publication } from '../snapshot.ts';
import { Reader, type SearchParameters } from './reader.ts';

if (parentPort === null) throw new Error('reader.worker.ts runs in a worker thread');
const reader = new Reader();

new Rpc(parentPort, {
  publish: (publication: Publication) => reader.publish(publication),
  search: (key: string, names: string[], body: string, parameters: SearchParameters) =>
    reader.search(key, names, body, parameters),
  count: (key: string, names: string[], body: string) => reader.count(key, names, body),
  rows: (key: string, name: string, body: string) => reader.rows(key, name, body),
  cancel: (key: string) => reader.cancel(key),
  get: (name: string, id: string, filter: string | undefined) => reader.get(name, id, filter),
  counts: (name: string) => reader.counts(name),
  openPoint: (names: string[], keepAliveMillis: number) => reader.openPoint(names, keepAliveMillis),
  closePoint: (id: string) => reader.closePoint(id),
});
