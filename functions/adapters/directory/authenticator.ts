import { timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { ACCESS_TOKEN_TYPE, AccessClaims, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../../core/access-token.ts';
import { hashApiKey, parseApiKey } from '../../core/api-key.ts';
import { cached } from '../../core/cached.ts';
import type { Caller } from '../../core/caller.ts';
import { findCredential } from '../../core/credential.ts';
import { DomainError, Failure, RetryLater } from '../../core/errors.ts';
import type { Asked } from '../../core/http.ts';
import type { HttpRequest } from '../../core/http-request.ts';
import { isOfProject, type PermissionName, permissionOf, scopesOf } from '../../core/permissions.ts';
import { ProjectId } from '../../core/project.ts';
import type { Directory, Standing } from './port.ts';

/** Less than the minute in which a change must count everywhere, because a table's copies may lag a little. */
const FRESH_MILLIS = 50_000;
/** While the directory is away, what it said is believed this long. */
const STALE_MILLIS = 10 * 60_000;

const REFUSED =
  'credentials are missing, expired or not valid: send "Authorization: Bearer <token or key>" or "X-API-Key"';
const refused = () => new Failure('unauthenticated', REFUSED);
const noProject = () => new Failure('not_found', 'there is no such project');

/** Who proved what: a session, or a key where there is none. */
export interface Proven {
  readonly userId: string;
  readonly project: ProjectId;
  readonly sessionId?: string;
  readonly epoch?: number;
}

/** Proves who makes a request; reads the directory at most once a minute for each key, user and instance. */
export class Authenticator {
  readonly #directory: Directory;
  readonly #findKey;
  readonly #findStanding;
  readonly #findStandingAnew;
  readonly #signingKeys;
  readonly #signingKeysAnew;
  readonly #now;

  constructor(directory: Directory, now: () => number = Date.now) {
    const times = { ttlMillis: FRESH_MILLIS, staleMillis: STALE_MILLIS, now };
    this.#directory = directory;
    this.#now = now;
    this.#findKey = cached((id) => orRetry(directory.findKey(id)), times);
    this.#findStanding = cached((id) => orRetry(directory.findStanding(id)), times);
    // by user and project, so that one project that is not theirs does not hide another that was just made
    this.#findStandingAnew = cached((pair) => orRetry(directory.findStanding(pair.slice(0, pair.indexOf(' ')))), {
      ttlMillis: 2_000,
      now,
    });
    const readKeys = async () => {
      const keys = [...(await orRetry(directory.readSigningKeys()))] as JWK[];
      return { kids: new Set(keys.map(({ kid }) => kid)), set: createLocalJWKSet({ keys }) };
    };
    this.#signingKeys = cached(readKeys, times);
    this.#signingKeysAnew = cached(readKeys, { ttlMillis: 2_000, now });
  }

  /**
   * @param inQuery whether a token may stand in the query string (paths of shippers)
   * @throws Failure `unauthenticated`; `not_found` for a project that is not there or not theirs, which look the same
   */
  async request(request: HttpRequest, asked: Asked, inQuery = false): Promise<Caller> {
    const credential = findCredential(request, inQuery);
    if (credential === undefined) throw refused();
    if (credential.startsWith('trb_')) return this.key(credential, asked.project);
    const named = asked.project ?? request.headers['x-project-id'] ?? request.query.get('project_id') ?? undefined;
    return this.session(credential, named, asked.permission);
  }

  /**
   * @param wanted project that the path names; a key has one of its own
   * @throws Failure `unauthenticated`, `not_found`
   */
  async key(text: string, wanted?: string): Promise<Caller> {
    const id = parseApiKey(text)?.id;
    const key = id === undefined ? undefined : await this.#findKey(id);
    if (key === undefined || !timingSafeEqual(Buffer.from(hashApiKey(text)), Buffer.from(key.hash))) throw refused();
    if (key.expiresAt !== undefined && key.expiresAt * 1000 <= this.#now()) throw refused();
    if (wanted !== undefined && wanted !== key.project) throw noProject();
    return {
      kind: 'key',
      id: key.id,
      name: key.name,
      project: key.project,
      scopes: new Set(key.scopes),
      platformAdmin: false,
      ...(key.expiresAt !== undefined && { expiresAt: key.expiresAt }),
    };
  }

  /**
   * @param wanted project that the request names, the user's default where it names none
   * @param permission that the request asks for: one that is about no project is proven whatever project the request names
   * @throws Failure `unauthenticated`, `not_found`
   */
  async session(token: string, wanted?: string, permission: PermissionName = 'read'): Promise<Caller> {
    const claims = await this.#verify(token);
    const ofProject = isOfProject(permission);
    const standing = await this.#standingIn(claims.sub, ofProject ? wanted : undefined);
    // a token of a later epoch than ours is newer than what we remember
    if (standing === undefined || standing.disabled || claims.epoch < standing.epoch) throw refused();
    if (standing.ended.has(claims.sid)) throw refused();
    const project = ofProject && wanted !== undefined ? ProjectId.safeParse(wanted).data : homeOf(standing, claims);
    if (project === undefined) throw noProject();
    const role = standing.roles.get(project);
    const { platformAdmin } = standing;
    const isVisitor = platformAdmin && permissionOf(permission).platform !== undefined;
    if (ofProject && role === undefined && !isVisitor) throw noProject();
    const may = { ...(role !== undefined && { role }), platformAdmin, mustChangePassword: claims.change };
    return {
      ...may,
      kind: 'session',
      id: claims.sub,
      name: claims.name,
      project,
      scopes: scopesOf(may),
      session: { id: claims.sid, epoch: claims.epoch },
      expiresAt: claims.exp,
    };
  }

  /**
   * Whether what somebody proved a moment ago still stands, read from the directory itself: for what is given on to live longer than what is
   * remembered here.
   * @throws RetryLater
   */
  async stands({ userId, project, sessionId, epoch = 0 }: Proven): Promise<boolean> {
    if (sessionId === undefined) {
      const key = await orRetry(this.#directory.findKey(userId));
      return key !== undefined && (key.expiresAt === undefined || key.expiresAt * 1000 > this.#now());
    }
    const standing = await orRetry(this.#directory.findStanding(userId));
    return (
      standing !== undefined &&
      !standing.disabled &&
      epoch >= standing.epoch &&
      !standing.ended.has(sessionId) &&
      standing.roles.has(project)
    );
  }

  /** A project that is not among the user's may have been made since we looked. */
  async #standingIn(userId: string, wanted: string | undefined): Promise<Standing | undefined> {
    const known = await this.#findStanding(userId);
    if (known === undefined || wanted === undefined || known.roles.has(wanted as ProjectId)) return known;
    return this.#findStandingAnew(`${userId} ${wanted}`);
  }

  /** A key that this instance has not seen yet may have been made since it looked. */
  async #keysWith(kid: string | undefined) {
    const known = await this.#signingKeys('');
    return known.kids.has(kid) ? known.set : (await this.#signingKeysAnew('')).set;
  }

  async #verify(token: string): Promise<AccessClaims> {
    try {
      const { payload } = await jwtVerify(
        token,
        async (header, jws) => (await this.#keysWith(header.kid))(header, jws),
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

/** The user's default project; another one of theirs where they have left that. */
const homeOf = ({ roles }: Standing, { project }: AccessClaims): ProjectId =>
  roles.has(project) ? project : ([...roles.keys()][0] ?? project);
