import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectId } from '../../../functions/core/project.ts';
import type { SearchAsked } from '../../../functions/core/search-entry.ts';
import { makeCreateApiKey, makeRotateApiKey } from '../../../functions/identity/api-keys.ts';
import { makeConnect, makeReceive } from '../../../functions/live/socket.ts';
import { makeCreateTicket } from '../../../functions/live/tickets.ts';
import { callOf } from '../../support/calls.ts';
import { type Identity, type Person, startIdentity } from '../../support/identity.ts';

const DAY = 86_400_000;
const TOKEN_MILLIS = 30 * 60_000;

let identity: Identity;
let person: Person;
let project: ProjectId;
const posted: { readonly to: string; readonly type: string }[] = [];
const closed: string[] = [];
const told: SearchAsked[] = [];
let connections = 0;

beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
});
afterAll(() => identity.tables.stop());
beforeEach(async () => {
  person = await identity.person();
  project = person.home as ProjectId;
  for (const list of [posted, closed, told]) list.length = 0;
});

/** The socket as an instance that has just begun serves it. */
function socket() {
  const authenticator = identity.authenticator();
  const parts = {
    viewers: identity.register,
    post: {
      post: async (to: string, text: string) => {
        posted.push({ to, type: JSON.parse(text).type });
        return true;
      },
      close: async (id: string) => {
        closed.push(id);
      },
    },
    recorder: {
      begin: () => async (asked: SearchAsked) => {
        told.push(asked);
      },
    },
    session: (token: string, wanted?: string) => authenticator.session(token, wanted),
    stands: (ticket: Parameters<typeof authenticator.stands>[0]) => authenticator.stands(ticket),
    fill: async () => undefined,
    now: () => identity.clock.now,
  };
  return { connect: makeConnect(parts), receive: makeReceive(parts) };
}

const makeKey = async (days: number | undefined) =>
  makeCreateApiKey(identity.parts)(
    { name: 'watcher', scopes: ['read'], ...(days !== undefined && { expires_in_days: days }) },
    await identity.as(person.token, project),
  );

/** Connects by a ticket of a key, whose query is all events. */
async function connectBy(key: string): Promise<string> {
  const caller = await identity.authenticator().key(key);
  const { ticket } = await makeCreateTicket(identity.register, () => identity.clock.now)(
    { query: 'service:shop' },
    { ...callOf(project), caller },
  );
  const connectionId = `c${++connections}`;
  expect(await socket().connect({ connectionId, ticket })).toBe(200);
  return connectionId;
}

const subscribe = (query: string) => JSON.stringify({ action: 'subscribe', query });

describe('a connection of the live tail', () => {
  it('of a key that ends by time is ended by the first message after that, which gets no answer of its own', async () => {
    const { key } = await makeKey(1);
    const id = await connectBy(key);
    identity.clock.now += DAY - 1_000;
    await socket().receive(id, '{"action":"ping"}');
    expect([posted.map(({ type }) => type), closed]).toEqual([['pong'], []]);
    identity.clock.now += 1_000;
    await socket().receive(id, subscribe(''));
    expect([posted.map(({ type }) => type), closed]).toEqual([['pong', 'ended'], [id]]);
    expect(await identity.register.find(id)).toBeUndefined();
    expect(await identity.register.list(project)).toEqual([]);
  });

  it('of a session ends with the token that it was opened by', async () => {
    const connectionId = `c${++connections}`;
    expect(await socket().connect({ connectionId, project, token: person.token })).toBe(200);
    const [watching] = await identity.register.list(project);
    expect(watching).toMatchObject({ connectionId, endsAt: (identity.clock.now + TOKEN_MILLIS) / 1000 });
    identity.clock.now += TOKEN_MILLIS;
    await socket().receive(connectionId, '{"action":"ping"}');
    expect([posted.map(({ type }) => type), closed]).toEqual([['ended'], [connectionId]]);
  });

  it('of a key without an end goes on', async () => {
    const { key } = await makeKey(undefined);
    const id = await connectBy(key);
    identity.clock.now += 7_000_000;
    await socket().receive(id, '{"action":"ping"}');
    expect([posted.map(({ type }) => type), closed]).toEqual([['pong'], []]);
  });

  it('of a key that is rotated begins anew, and ends with the overlap', async () => {
    const { id, key } = await makeKey(undefined);
    const before = await connectBy(key);
    identity.closed.length = 0;
    await makeRotateApiKey(identity.parts)({ id, overlap_minutes: 10 }, await identity.as(person.token, project));
    expect(identity.closed).toEqual([before]);
    const again = await connectBy(key);
    identity.clock.now += 10 * 60_000;
    await socket().receive(again, '{"action":"ping"}');
    expect([posted.map(({ type }) => type), closed]).toEqual([['ended'], [again]]);
  });

  it('is told of as a search: with its query when it begins, and with every query that follows', async () => {
    const { id: keyId, key } = await makeKey(undefined);
    const id = await connectBy(key);
    await socket().receive(id, subscribe('level:error'));
    await socket().receive(id, subscribe('level:('));
    await socket().receive(id, '{"action":"ping"}');
    expect(told.map(({ operation, query }) => [operation, query])).toEqual([
      ['liveTail', 'service:shop'],
      ['liveTail', 'level:error'],
    ]);
    expect(told[1]).toMatchObject({ project, actor: { type: 'key', id: keyId, name: 'watcher' }, correlationId: id });
  });
});
