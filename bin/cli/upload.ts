import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreatedUpload, Upload } from '../../functions/ingest/uploads-api.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';

const PATH = '/api/v1/uploads';

/** Which file to upload, and what its events lack. */
export interface UploadOptions {
  readonly file: string;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly quiet: boolean;
  /** How often the upload is asked for. @default 2 s */
  readonly pollMillis?: number;
}

/** Puts a file as it is, packed or not, and follows it until its events are accepted; that goes on without us. @returns exit code */
export async function upload(
  connection: Connection,
  { file, service, environment, quiet, pollMillis = 2_000 }: UploadOptions,
): Promise<number> {
  if (file === '-') throw new CliError(EXIT.usage, '"send --upload" takes a file, not standard input');
  const blob = await open(file);
  const post = (path: string, body: object) =>
    call(connection, {
      method: 'POST',
      path,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      repeatable: false,
    });
  const wish = { name: basename(file), size: blob.size, service, environment };
  const { id, put } = CreatedUpload.parse(await post(PATH, wish));
  const answer = await fetch(put.url, { method: 'PUT', body: blob, headers: put.headers });
  if (!answer.ok) throw new CliError(EXIT.server, `the file was not taken: ${answer.status} ${answer.statusText}`);
  let state = Upload.parse(await post(`${PATH}/${id}/complete`, {}));
  if (!quiet) process.stderr.write(`upload ${id}: ${blob.size} bytes are there, their events are being accepted\n`);
  while (state.status === 'queued' || state.status === 'processing') {
    await sleep(pollMillis);
    state = Upload.parse(await call(connection, { path: `${PATH}/${id}`, repeatable: true }));
  }
  process.stdout.write(`${state.accepted} accepted, ${state.rejected} rejected\n`);
  for (const { reason, entry, offset } of state.rejections)
    process.stderr.write(`${reason} at byte ${offset}${entry === null ? '' : ` of ${entry}`}\n`);
  if (state.error !== null) throw new CliError(EXIT.server, state.error);
  return state.accepted === 0 && state.rejected === 0 ? EXIT.nothingFound : EXIT.ok;
}

async function open(file: string): Promise<Blob> {
  try {
    // which tells in a throw, not a rejection, that there is no such file
    return await openAsBlob(file);
  } catch (error) {
    throw new CliError(EXIT.usage, `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
