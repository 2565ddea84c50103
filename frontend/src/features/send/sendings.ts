import type { CreatedUpload, Upload } from '../../../../functions/ingest/uploads-api.ts';
import { request } from '../../lib/api.ts';
import { makeStore } from '../../lib/store.ts';
import { putFile } from './put-file.ts';

/** A file on its way from this browser. */
export interface Sending {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  /** Why it was not taken. */
  readonly error: string | null;
  readonly cancel: () => void;
}

/** What is on its way: it goes on while other pages are looked at, and ends with the window. */
export const sendings = makeStore<readonly Sending[]>([]);

let last = 0;
const change = (id: number, what: Partial<Sending>) =>
  sendings.set(sendings.get().map((one) => (one.id === id ? { ...one, ...what } : one)));
export const forget = (id: number): void => sendings.set(sendings.get().filter((one) => one.id !== id));

/** Sends files one after the other. @param onArrived called after each that arrived, with what the server makes of it */
export async function sendFiles(files: readonly File[], onArrived: (upload: Upload) => void): Promise<void> {
  const queue = files.map((file) => {
    const id = ++last;
    const aborter = new AbortController();
    const cancel = () => {
      aborter.abort();
      forget(id);
    };
    sendings.set([...sendings.get(), { id, name: file.name, size: file.size, sent: 0, error: null, cancel }]);
    return { id, file, signal: aborter.signal };
  });
  for (const { id, file, signal } of queue) {
    if (signal.aborted) continue;
    try {
      onArrived(await sendFile(file, (sent) => change(id, { sent }), signal));
      forget(id);
    } catch (error) {
      if (!signal.aborted) change(id, { error: (error as Error).message });
    }
  }
}

async function sendFile(file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<Upload> {
  if (file.size === 0) throw new Error('the file is empty');
  const json = { name: file.name, size: file.size };
  const { id, put } = await request<CreatedUpload>('/api/v1/uploads', { method: 'POST', json, signal });
  await putFile(put.url, put.headers, file, onSent, signal);
  return request<Upload>(`/api/v1/uploads/${encodeURIComponent(id)}/complete`, { method: 'POST', signal });
}
