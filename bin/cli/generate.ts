import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from '../../functions/core/ulid.ts';
import { generateSample } from '../../functions/ingest/generator/generate.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { EXIT } from './exit.ts';

const BATCH = 1_000;

/** How many sample logs over what time. */
export interface GenerateOptions {
  readonly minutes: number;
  readonly events: number;
  /** Events a second, as they happen, until interrupted or `events` are sent; all at once with past times unless given. */
  readonly rate?: number | undefined;
  readonly seed: number;
  readonly quiet: boolean;
}

/** Sends generated logs of a shop. @returns exit code */
export async function generate(
  connection: Connection,
  { minutes, events, rate, seed, quiet }: GenerateOptions,
): Promise<number> {
  const to = Date.now();
  const sample = generateSample({ from: to - minutes * 60_000, to, events, seed });
  const size = rate === undefined ? BATCH : Math.max(1, Math.min(BATCH, Math.ceil(rate / 4)));
  const startedAt = Date.now();
  let accepted = 0;
  for (let start = 0; start < sample.length; start += size) {
    const now = new Date().toISOString();
    const batch = sample
      .slice(start, start + size)
      .map((entry) =>
        rate === undefined ? entry : { ...entry, [entry.executed_at === undefined ? 'timestamp' : 'executed_at']: now },
      );
    const answer = (await call(connection, {
      method: 'POST',
      path: '/api/v1/logs/batch',
      body: JSON.stringify(batch),
      headers: { 'content-type': 'application/json', 'idempotency-key': ulid(Date.now()) },
      repeatable: true,
    })) as { accepted: number };
    accepted += answer.accepted;
    if (!quiet && process.stderr.isTTY) process.stderr.write(`\r${accepted} of ${sample.length} sent`);
    if (rate !== undefined) await sleep(Math.max(0, startedAt + (accepted / rate) * 1000 - Date.now()));
  }
  if (!quiet && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(`${accepted} accepted\n`);
  return EXIT.ok;
}
