import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { ulid } from '../../functions/core/ulid.ts';
import { AcceptedLines } from '../../functions/ingest/api.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';

const MAX_LINES = 5_000;
const MAX_BYTES = 3_000_000;
const CONCURRENCY = 4;
const compress = promisify(gzip);

/** What to send and what to say of it. */
export interface SendOptions {
  /** File, or `-` for standard input. */
  readonly file: string;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly quiet: boolean;
}

/** Sends lines of text or NDJSON, or a JSON document, in batches that may be repeated. @returns exit code */
export async function send(
  connection: Connection,
  { file, service, environment, quiet }: SendOptions,
): Promise<number> {
  const totals = { accepted: 0, rejected: 0 };
  const running = new Set<Promise<void>>();
  let failure: unknown;
  for await (const lines of batches(await open(file))) {
    if (failure !== undefined) break;
    const sending: Promise<void> = sendBatch(connection, lines, { service, environment })
      .then((answer) => {
        totals.accepted += answer.accepted;
        totals.rejected += answer.rejected;
        if (!quiet && process.stderr.isTTY)
          process.stderr.write(`\r${totals.accepted} accepted, ${totals.rejected} rejected`);
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => running.delete(sending));
    running.add(sending);
    if (running.size >= CONCURRENCY) await Promise.race(running);
  }
  await Promise.all(running);
  if (!quiet && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(`${totals.accepted} accepted, ${totals.rejected} rejected\n`);
  if (failure !== undefined) throw failure;
  return totals.accepted === 0 && totals.rejected === 0 ? EXIT.nothingFound : EXIT.ok;
}

async function sendBatch(
  connection: Connection,
  lines: readonly string[],
  hints: { service?: string | undefined; environment?: string | undefined },
) {
  const answer = await call(connection, {
    method: 'POST',
    path: '/v1/ingest',
    query: hints,
    body: new Uint8Array(await compress(lines.join('\n'))),
    headers: {
      'content-type': 'application/octet-stream',
      'content-encoding': 'gzip',
      'idempotency-key': ulid(Date.now()),
    },
    repeatable: true,
  });
  return z.parse(AcceptedLines, answer);
}

async function open(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.isDirectory()) throw new CliError(EXIT.usage, `there is no file ${file}`);
  return createReadStream(file);
}

/** Lines in batches; a document that is one JSON array comes as its items. */
async function* batches(input: Readable): AsyncGenerator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for await (const line of lines(input)) {
    if (line.trim() === '') continue;
    const size = Buffer.byteLength(line) + 1;
    if (batch.length > 0 && (batch.length === MAX_LINES || bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(line);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function* lines(input: Readable): AsyncGenerator<string> {
  let rest = '';
  let document: string[] | undefined;
  const decoder = new TextDecoder();
  const take = function* (text: string): Generator<string> {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  };
  for await (const chunk of input) {
    for (const line of take(decoder.decode(chunk as Buffer, { stream: true }))) {
      if (document === undefined && (line.trim() === '[' || line.trim() === '{')) document = [];
      if (document === undefined) yield line.endsWith('\r') ? line.slice(0, -1) : line;
      else document.push(line);
    }
  }
  rest += decoder.decode();
  if (document !== undefined) {
    document.push(rest);
    yield* items(document.join('\n'));
  } else if (rest !== '') yield* rest.startsWith('[{') ? items(rest) : [rest];
}

/** A document that spans lines: an array's items, an object as one; what is no JSON stays lines. */
function items(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((item) => JSON.stringify(item)) : [JSON.stringify(value)];
  } catch {
    return text.split('\n');
  }
}
