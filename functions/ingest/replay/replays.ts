import type { AuditTrail } from '../../adapters/audit-trail/port.ts';
import type { Jobs } from '../../adapters/jobs/port.ts';
import { actorOf, auditOf } from '../../core/audit.ts';
import { Failure } from '../../core/errors.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import { ulid } from '../../core/ulid.ts';
import { toReceiveRange } from '../receive-range.ts';
import type { Replay, ReplayList, StartReplay } from '../replay-api.ts';
import { ReplayState, toReplay } from './state.ts';

/** What starting and following replays stands on. */
export interface ReplaysParts {
  readonly jobs: Pick<Jobs, 'create' | 'find' | 'list'>;
  readonly audit: Pick<AuditTrail, 'around'>;
  readonly now: () => number;
}

const DAY_MILLIS = 86_400_000;
/** The archive keeps a year. */
const LONGEST_MILLIS = 366 * DAY_MILLIS;

/** `POST /ingest/replays` */
export function makeStartReplay({ jobs, audit, now }: ReplaysParts) {
  return async (input: StartReplay, call: AuthenticatedCall): Promise<Replay> => {
    const moment = now();
    const { project } = call.caller;
    const { from, to } = toReceiveRange(input, moment, LONGEST_MILLIS);
    const id = ulid(moment);
    const state = ReplayState.parse({
      status: 'waiting',
      from,
      to,
      day: Math.floor(from / DAY_MILLIS) * DAY_MILLIS,
    } satisfies Partial<ReplayState>);
    const event = {
      ...auditOf(call, project, actorOf(call)),
      action: 'replay.started',
      entityType: 'replay',
      entityId: id,
      newValues: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    };
    return toReplay(
      await audit.around(event, () => jobs.create({ project, kind: 'replay', id, state: JSON.stringify(state) }, true)),
    );
  };
}

/** `GET /ingest/replays` */
export function makeListReplays({ jobs }: Pick<ReplaysParts, 'jobs'>) {
  return async (_: unknown, { caller }: AuthenticatedCall): Promise<ReplayList> => {
    const items = (await jobs.list(caller.project, 'replay')).map(toReplay);
    return { items, total: items.length };
  };
}

/** `GET /ingest/replays/{id}` */
export function makeGetReplay({ jobs }: Pick<ReplaysParts, 'jobs'>) {
  return async ({ id }: { readonly id: string }, { caller }: AuthenticatedCall): Promise<Replay> => {
    const job = await jobs.find({ project: caller.project, kind: 'replay', id });
    if (job === undefined) throw new Failure('not_found', `there is no replay "${id}" in this project`);
    return toReplay(job);
  };
}
