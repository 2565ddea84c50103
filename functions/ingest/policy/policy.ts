import type { IngestSettingsReader } from '../../adapters/ingest-settings/port.ts';
import { cached } from '../../core/cached.ts';
import { RetryLater } from '../../core/errors.ts';
import { ProjectId } from '../../core/project.ts';
import { Sanitiser } from '../sanitise/sanitiser.ts';
import { IngestSettings, type Quota } from '../settings-api.ts';
import { type Dropper, makeDropper } from './drop-rules.ts';

/** What a project has said about events that come in. */
export interface Policy {
  readonly sanitiser: Sanitiser;
  /** Absent where nothing is dropped. */
  readonly dropper?: Dropper;
  /** Where it differs from the stage's. */
  readonly quota: Quota;
}

/** @throws RetryLater where it cannot be known: nothing may be stored that the project wants taken out */
export type FindPolicy = (project: ProjectId) => Promise<Policy>;

const FRESH_MILLIS = 60_000;
/** While the table is away, what it said is believed this long. */
const STALE_MILLIS = 10 * 60_000;

const DEFAULTS = IngestSettings.parse({});
/** What holds for projects that have said nothing, shared by all of them. */
const DEFAULT_POLICY: Policy = { sanitiser: new Sanitiser(DEFAULTS.sanitising, ''), quota: {} };

/** Policies by project, read from their settings at most once a minute. */
export function makeFindPolicy(settings: IngestSettingsReader, now: () => number): FindPolicy {
  const find = cached(
    async (project) => {
      const { stored, hashKey = '' } = await settings.find(ProjectId.parse(project));
      return stored === undefined ? DEFAULT_POLICY : toPolicy(IngestSettings.parse(stored.settings), hashKey, now());
    },
    { ttlMillis: FRESH_MILLIS, staleMillis: STALE_MILLIS, maximum: 1_000, now },
  );
  return async (project) => {
    try {
      return await find(project);
    } catch (error) {
      throw new RetryLater('unavailable', "the project's settings cannot be read now; nothing was accepted", 5, {
        cause: error,
      });
    }
  };
}

/** @param now milliseconds since 1970. @throws InvalidRequest for a pattern or a query that cannot be read */
export function toPolicy({ sanitising, drop_rules, quota }: IngestSettings, hashKey: string, now: number): Policy {
  const dropper = makeDropper(drop_rules, now);
  return { sanitiser: new Sanitiser(sanitising, hashKey), ...(dropper && { dropper }), quota };
}
