import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import { cached } from '../../core/cached.ts';
import type { HttpOptions } from '../../core/http.ts';
import { log } from '../../core/log.ts';
import type { ProjectId } from '../../core/project.ts';
import type { EndpointClass } from '../../core/route.ts';
import { Authenticator } from '../directory/authenticator.ts';
import { DynamoDbDirectory } from '../directory/dynamodb.ts';
import type { ProjectLimits } from '../directory/port.ts';
import { DynamoDbKeyUses } from '../key-uses/dynamodb.ts';
import { DynamoDbLimiter } from '../limiter/dynamodb.ts';
import type { EdgeEnv } from './env.ts';
import { makeOriginSecret } from './origin-secret.ts';

/** A change of a project's limits counts everywhere within the minute. */
const FRESH_MILLIS = 50_000;

/** Credentials, limits and the client's address, as every function behind the HTTP API judges them. */
export function makeEdge(env: z.output<typeof EdgeEnv>, client: DynamoDBDocumentClient) {
  const directory = new DynamoDbDirectory(client, env.DIRECTORY_TABLE_NAME);
  const authenticator = new Authenticator(directory);
  const limitsOf = cached((project) => directory.findLimits(project as ProjectId), {
    ttlMillis: FRESH_MILLIS,
    staleMillis: Number.POSITIVE_INFINITY,
  });
  const keyUses = new DynamoDbKeyUses(client, env.LIMITS_TABLE_NAME);
  const limiter = new DynamoDbLimiter(client, env.LIMITS_TABLE_NAME, {
    factor: env.LIMITS_FACTOR,
    units: env.LIMITS_UNITS,
  });
  const options: HttpOptions = {
    authenticate: async (request, asked) => {
      const caller = await authenticator.request(request, asked, !request.path.startsWith('/api/'));
      if (caller.kind === 'key') await keyUses.note(caller.id);
      return caller;
    },
    limit: async (of, { caller, sourceIp }) => {
      const who = caller === undefined ? `ip:${sourceIp}` : `${caller.kind === 'key' ? 'key' : 'user'}:${caller.id}`;
      const units = caller === undefined ? undefined : await ownUnits(limitsOf, caller.project, of);
      const { limit, remaining, resetSeconds } = await limiter.take(
        // what is asked of a project with a limit of its own is counted on its own, too
        units === undefined ? { of, who } : { of, who: `${who}@${caller?.project}`, units },
      );
      return {
        'ratelimit-limit': String(limit),
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(resetSeconds),
      };
    },
    originSecret: makeOriginSecret(env.ORIGIN_SECRET_ARN),
  };
  return { authenticator, limiter, keyUses, options };
}

/** A project's own limit; the stage's counts while nobody can say. */
async function ownUnits(
  limitsOf: (project: string) => Promise<ProjectLimits>,
  project: ProjectId,
  of: EndpointClass,
): Promise<number | undefined> {
  try {
    return (await limitsOf(project))[of];
  } catch (error) {
    log('warn', "limits of a project cannot be read, the stage's count", { 'tributary.project': project }, error);
    return undefined;
  }
}
