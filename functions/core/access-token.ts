import { z } from 'zod';
import { ProjectId } from './project.ts';

export const TOKEN_ISSUER = 'tributary';
export const TOKEN_AUDIENCE = 'tributary-api';
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Claims of an access token. */
export const AccessClaims = z.object({
  /** User id. */
  sub: z.string(),
  /** Session id. */
  sid: z.string(),
  /** User name. */
  name: z.string(),
  /** Default project of the user. */
  project: ProjectId,
  /** Epoch of the user's sessions when it was made. */
  epoch: z.number(),
  /** The password must be changed first: the token is good for nothing else. */
  change: z.boolean(),
  /** Unix seconds. */
  exp: z.number(),
});
export type AccessClaims = z.output<typeof AccessClaims>;
