import { setTimeout as sleep } from 'node:timers/promises';
import { Replay } from '../../functions/ingest/replay-api.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';

const PATH = '/api/v1/ingest/replays';
const POLL_MILLIS = 2_000;

/** Which receive times to bring back from the archive. */
export interface ReplayOptions {
  readonly from: string | undefined;
  readonly to?: string | undefined;
  readonly quiet: boolean;
}

/** Starts a replay and follows it to its end; what it does goes on without us. @returns exit code */
export async function replay(connection: Connection, { from, to, quiet }: ReplayOptions): Promise<number> {
  if (from === undefined) throw new CliError(EXIT.usage, '"replay" takes --from, and --to where it is not now');
  let state = Replay.parse(
    await call(connection, {
      method: 'POST',
      path: PATH,
      body: JSON.stringify({ from, to }),
      headers: { 'content-type': 'application/json' },
      repeatable: false,
    }),
  );
  if (!quiet) process.stderr.write(`replay ${state.id}: received from ${state.from} to ${state.to}\n`);
  while (state.status === 'waiting' || state.status === 'running') {
    await sleep(POLL_MILLIS);
    state = Replay.parse(await call(connection, { path: `${PATH}/${state.id}`, repeatable: true }));
    if (!quiet && process.stderr.isTTY)
      process.stderr.write(`\r\x1b[K${Math.round(state.progress * 100)} %, ${state.events} events read`);
  }
  if (!quiet && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const { status, events, created, existing, quarantined, problems, problems_total } = state;
  process.stdout.write(
    `${events} events: ${created} brought back, ${existing} were there, ${quarantined} in quarantine\n`,
  );
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems_total > problems.length) process.stderr.write(`and ${problems_total - problems.length} more problems\n`);
  return status === 'completed' ? EXIT.ok : EXIT.server;
}
