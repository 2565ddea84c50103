import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import type { HttpOptions } from '../../core/http.ts';
import { Authenticator } from '../directory/authenticator.ts';
import { DynamoDbDirectory } from '../directory/dynamodb.ts';
import { DynamoDbKeyUses } from '../key-uses/dynamodb.ts';
import { DynamoDbLimiter } from '../limiter/dynamodb.ts';
import type { EdgeEnv } from './env.ts';
import { makeOriginSecret } from './origin-secret.ts';

/** Credentials, limits and the client's address, as every function behind the HTTP API judges them. */
export function makeEdge(env: z.output<typeof EdgeEnv>, client: DynamoDBDocumentClient) {
  const authenticator = new Authenticator(new DynamoDbDirectory(client, env.DIRECTORY_TABLE_NAME));
  const keyUses = new DynamoDbKeyUses(client, env.LIMITS_TABLE_NAME);
  const limiter = new DynamoDbLimiter(client, env.LIMITS_TABLE_NAME, env.LIMITS_FACTOR);
  const options: HttpOptions = {
    authenticate: async (request, asked) => {
      const caller = await authenticator.request(request, asked, !request.path.startsWith('/api/'));
      if (caller.kind === 'key') await keyUses.note(caller.id);
      return caller;
    },
    limit: async (of, { caller, sourceIp }) => {
      const who = caller === undefined ? `ip:${sourceIp}` : `${caller.kind === 'key' ? 'key' : 'user'}:${caller.id}`;
      const { limit, remaining, resetSeconds } = await limiter.take({ of, who });
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
