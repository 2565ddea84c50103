import { timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { ACCESS_TOKEN_TYPE, AccessClaims, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../../core/access-token.ts';
import { hashApiKey, parseApiKey } from '../../core/api-key.ts';
import { cached } from '../../core/cached.ts';
import type { Caller } from '../../core/caller.ts';
import { findCredential } from '../../core/credential.ts';
import { DomainError, Failure, RetryLater } from '../../core/errors.ts';
import type { HttpRequest } from '../../core/http-request.ts';
import { ProjectId } from '../../core/project.ts';
import type { Scope } from '../../core/route.ts';
import type { Directory, ProjectRole, Standing } from './port.ts';

const FRESH_MILLIS = 60_000;
/** While the directory is away, what it said is believed this long. */
const STALE_MILLIS = 10 * 60_000;

const SCOPES_OF_ROLE: Readonly<Record<ProjectRole, ReadonlySet<Scope>>> = {
  viewer: new Set(['read']),
  member: new Set(['read', 'ingest', 'write']),
  admin: new Set(['read', 'ingest', 'write', 'admin']),
};

const NO_SCOPES: ReadonlySet<Scope> = new Set();

const REFUSED =
  'credentials are missing, expired or not valid: send "Authorization: Bearer <token or key>" or "X-API-Key"';
const refused = () => new Failure('unauthenticated', REFUSED);

/** Proves who makes a request; reads the directory at most once a minute for each key, user and instance. */
export class Authenticator {
  readonly #findKey;
  readonly #findStanding;
  readonly #findStandingAnew;
  readonly #signingKeys;
  readonly #now;

  constructor(directory: Directory, now: () => number = Date.now) {
    const times = { ttlMillis: FRESH_MILLIS, staleMillis: STALE_MILLIS, now };
    this.#now = now;
    this.#findKey = cached((id) => orRetry(directory.findKey(id)), times);
    this.#findStanding = cached((id) => orRetry(directory.findStanding(id)), times);
    this.#findStandingAnew = cached((id) => orRetry(directory.findStanding(id)), { ttlMillis: 2_000, now });
    // a token signed by a key that this instance has not seen yet makes it look again: the cache is by key id
    this.#signingKeys = cached(
      async (_kid) =>
        createLocalJWKSet({
          keys: [...(await orRetry(directory.readSigningKeys()))] as JWK[],
        }),
      times,
    );
  }

  /** @param inQuery whether a token may stand in the query string (paths of shippers). @throws Failure `unauthenticated` */
  async request(request: HttpRequest, inQuery = false): Promise<Caller> {
    const credential = findCredential(request, inQuery);
    if (credential === undefined) throw refused();
    const wanted = request.headers['x-project-id'] ?? request.query.get('project_id') ?? undefined;
    return credential.startsWith('trb_') ? this.key(credential) : this.session(credential, wanted);
  }

  /** @throws Failure `unauthenticated` */
  async key(text: string): Promise<Caller> {
    const id = parseApiKey(text)?.id;
    const key = id === undefined ? undefined : await this.#findKey(id);
    if (key === undefined || !timingSafeEqual(Buffer.from(hashApiKey(text)), Buffer.from(key.hash))) throw refused();
    if (key.expiresAt !== undefined && key.expiresAt * 1000 <= this.#now()) throw refused();
    return {
      kind: 'key',
      id: key.id,
      name: key.name,
      project: key.project,
      scopes: new Set(key.scopes),
      platformAdmin: false,
    };
  }

  /**
   * @param wanted project that the request names, the user's default where it names none
   * @throws Failure `unauthenticated`; `not_found` for a project that is not there or not theirs, which look the same
   */
  async session(token: string, wanted?: string): Promise<Caller> {
    const claims = await this.#verify(token);
    const standing = await this.#standingIn(claims.sub, wanted);
    // a token of a later epoch than ours is newer than what we remember
    if (standing === undefined || standing.disabled || claims.epoch < standing.epoch) throw refused();
    const project = ProjectId.safeParse(wanted ?? claims.project).data;
    const scopes = project === undefined ? undefined : scopesIn(standing, project, claims);
    if (project === undefined || scopes === undefined) throw new Failure('not_found', 'there is no such project');
    return {
      kind: 'session',
      id: claims.sub,
      name: claims.name,
      project,
      scopes,
      platformAdmin: claims.admin,
      session: { id: claims.sid, expiresAt: claims.exp },
    };
  }

  /** A project that is not among the user's may have been made since we looked. */
  async #standingIn(userId: string, wanted: string | undefined): Promise<Standing | undefined> {
    const known = await this.#findStanding(userId);
    if (known === undefined || wanted === undefined || known.roles.has(wanted as ProjectId)) return known;
    return this.#findStandingAnew(userId);
  }

  async #verify(token: string): Promise<AccessClaims> {
    try {
      const { payload } = await jwtVerify(
        token,
        async (header, jws) => (await this.#signingKeys(header.kid ?? ''))(header, jws),
        {
          algorithms: ['ES256'],
          issuer: TOKEN_ISSUER,
          audience: TOKEN_AUDIENCE,
          typ: ACCESS_TOKEN_TYPE,
          currentDate: new Date(this.#now()),
        },
      );
      return AccessClaims.parse(payload);
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new Failure('unauthenticated', REFUSED, { cause: error });
    }
  }
}

/** A directory that does not answer is no reason to call credentials wrong. */
async function orRetry<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new RetryLater('unavailable', 'the directory that credentials are proven against does not answer', 5, {
      cause: error,
    });
  }
}

function scopesIn(
  standing: Standing,
  project: ProjectId,
  { admin, change }: AccessClaims,
): ReadonlySet<Scope> | undefined {
  const role = standing.roles.get(project);
  if (role === undefined) return undefined;
  return change ? NO_SCOPES : SCOPES_OF_ROLE[admin ? 'admin' : role];
}
