import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectRole } from '../../../functions/core/permissions.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeCreateApiKey } from '../../../functions/identity/api-keys.ts';
import {
  makeAcceptInvitation,
  makeInvite,
  makeListInvitations,
  makePreviewInvitation,
  makeRevokeInvitation,
} from '../../../functions/identity/invitations.ts';
import {
  makeChangeRole,
  makeLeaveProject,
  makeListMembers,
  makeRemoveMember,
} from '../../../functions/identity/members.ts';
import {
  makeArchiveProject,
  makeCreateProject,
  makeGetProject,
  makeListProjects,
  makeRenameProject,
} from '../../../functions/identity/projects.ts';
import { makeRegister } from '../../../functions/identity/register.ts';
import { CALL, codeOf, type Identity, PASSWORD, type Person, startIdentity } from '../../support/identity.ts';
import { readAuditTrail } from '../../support/tables.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
});
afterAll(() => identity.tables.stop());

let owner: Person;
let team: ProjectId;
let count = 0;
beforeEach(async () => {
  identity.clock.now += 60_000;
  identity.outbox.length = 0;
  owner = await identity.person();
  team = `team-${++count}` as ProjectId;
  await makeCreateProject(identity.parts)({ id: team, name: 'Team' }, await self(owner));
});

const self = ({ token }: Person) => identity.as(token, undefined, 'account');
const inTeam = ({ token }: Person) => identity.as(token, team, 'project');
const invite = async (email: string, role: ProjectRole = 'member', by = owner) =>
  makeInvite(identity.parts)({ project_id: team, email, role }, await inTeam(by));
/** Token of the last mail. */
const mailed = () => /\?token=([\w-]{43})/.exec(identity.outbox.at(-1)?.text ?? '')?.[1] ?? '';
async function join(role: ProjectRole): Promise<Person> {
  const person = await identity.person();
  await invite(`${person.name}@example.com`, role);
  await makeAcceptInvitation(identity.parts)({ token: mailed() }, await self(person));
  return person;
}
const changeRole = async (who: Person, role: ProjectRole, by = owner) =>
  makeChangeRole(identity.parts)({ project_id: team, user_id: who.id, role }, await inTeam(by));
const remove = async (who: Person, by = owner) =>
  makeRemoveMember(identity.parts)({ user_id: who.id }, await inTeam(by));
const leave = async (who: Person) => makeLeaveProject(identity.parts)({}, await inTeam(who));
const rolesOf = async () =>
  Object.fromEntries(
    (await makeListMembers(identity.parts)({}, await inTeam(owner))).items.map(({ username, role }) => [
      username,
      role,
    ]),
  );

describe('a project', () => {
  it('belongs to who makes it, at once, and to nobody else', async () => {
    const stranger = await identity.person();
    expect((await identity.as(owner.token, team)).caller.role).toBe('admin');
    expect(await codeOf(identity.as(stranger.token, team))).toBe('not_found');
    const again = makeCreateProject(identity.parts)({ id: team, name: 'Mine' }, await self(stranger));
    expect(await codeOf(again)).toBe('conflict');
  });

  it.each(['platform', 'default', 'admin', 'UPPER', '../x', ''])('cannot have the id "%s"', async (id) => {
    const made = makeCreateProject(identity.parts)({ id, name: 'X' }, await self(owner));
    expect(await codeOf(made)).toBe('invalid_request');
  });

  it('is renamed, and the trail tells both names', async () => {
    await makeRenameProject(identity.parts)({ project_id: team, name: 'Crew' }, await inTeam(owner));
    expect(await makeGetProject(identity.parts)({}, await inTeam(owner))).toMatchObject({ id: team, name: 'Crew' });
    const trail = await readAuditTrail(identity.tables.client, 'audit', team);
    expect(trail.at(-1)).toMatchObject({
      action: 'project.updated',
      old_values: { name: 'Team' },
      new_values: { name: 'Crew' },
    });
  });

  it('that is archived is gone for its members and keys, and finishes what was cut off', async () => {
    const member = await join('member');
    const { key } = await makeCreateApiKey(identity.parts)({ name: 'k', scopes: ['read'] }, await inTeam(owner));
    const admin = await inTeam(owner);
    const cutOff = { ...identity.parts, projects: Object.create(identity.parts.projects) };
    cutOff.projects.withdraw = async () => {
      throw new Error('cut off');
    };
    for (const name of ['find', 'archive', 'members'] as const)
      cutOff.projects[name] = identity.parts.projects[name].bind(identity.parts.projects);
    await expect(makeArchiveProject(cutOff)({}, admin)).rejects.toThrow('cut off');
    await makeArchiveProject(identity.parts)({}, admin);
    for (const { token } of [owner, member]) expect(await codeOf(identity.as(token, team))).toBe('not_found');
    expect(await codeOf(identity.authenticator().key(key))).toBe('unauthenticated');
    const { items } = await makeListProjects(identity.parts)(undefined, await self(owner));
    expect(items.map(({ id }) => id)).not.toContain(team);
    expect((await self(owner)).caller.project).toBe(owner.home);
  });
});

describe('members', () => {
  it('are listed by name with their roles, which change', async () => {
    const member = await join('viewer');
    expect(await rolesOf()).toEqual({ [owner.name]: 'admin', [member.name]: 'viewer' });
    expect((await changeRole(member, 'member')).role).toBe('member');
    expect((await identity.as(member.token, team)).caller.role).toBe('member');
  });

  it('are removed, and lose their connections to this project only', async () => {
    const member = await join('member');
    for (const [id, project] of [
      ['here', team],
      ['home', member.home as ProjectId],
    ] as const)
      await identity.register.connect({
        id: `${team}-${id}`,
        project,
        userId: member.id,
        userName: member.name,
        query: '',
      });
    await remove(member);
    expect(await codeOf(identity.as(member.token, team))).toBe('not_found');
    expect(identity.closed).toContain(`${team}-here`);
    expect(identity.closed).not.toContain(`${team}-home`);
    expect(await codeOf(remove(member))).toBe('not_found');
  });

  it('keep an administrator: the last one neither leaves nor steps down, of two who leave at once one stays', async () => {
    expect(await codeOf(leave(owner))).toBe('conflict');
    expect(await codeOf(changeRole(owner, 'viewer'))).toBe('conflict');
    const second = await join('admin');
    const both = await Promise.all([codeOf(leave(owner)), codeOf(leave(second))]);
    expect(both.filter((code) => code === 'allowed')).toHaveLength(1);
    const { items } = await makeListMembers(identity.parts)({}, await inTeam(both[0] === 'allowed' ? second : owner));
    expect(items.map(({ role }) => role)).toEqual(['admin']);
  });
});

describe('an invitation', () => {
  it('goes by mail, shows what it is to, and is good once', async () => {
    const person = await identity.person();
    const made = await invite(`${person.name}@example.com`);
    expect(made).toMatchObject({ mailed: true, role: 'member' });
    expect(made.token).toBeUndefined();
    expect(identity.outbox).toMatchObject([{ to: `${person.name}@example.com` }]);
    const token = mailed();
    expect(await makePreviewInvitation(identity.parts)({ token })).toMatchObject({
      project_name: 'Team',
      invited_by: owner.name,
    });
    expect(await makeAcceptInvitation(identity.parts)({ token }, await self(person))).toMatchObject({
      id: team,
      role: 'member',
    });
    expect(await codeOf(makeAcceptInvitation(identity.parts)({ token }, await self(person)))).toBe('not_found');
    expect(await rolesOf()).toHaveProperty(person.name, 'member');
  });

  it('is passed on by hand where no mail is sent', async () => {
    const parts = { ...identity.parts, mail: undefined };
    const made = await makeInvite(parts)(
      { project_id: team, email: 'a@example.com', role: 'viewer' },
      await inTeam(owner),
    );
    expect(made).toMatchObject({ mailed: false, token: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it('lets its address register where registration is by invitation, and no other', async () => {
    const parts = { ...identity.parts, registration: 'invitation' as const };
    await invite('guest@example.com', 'viewer');
    const register = (email: string, username: string) =>
      makeRegister(parts)({ username, email, password: PASSWORD, invitation_token: mailed() }, CALL);
    expect(await codeOf(register('thief@example.com', `thief-${count}`))).toBe('invalid_request');
    const guest = await register('Guest@Example.com', `guest-${count}`);
    expect(guest.default_project_id).toBe(team);
    expect(guest.projects.map(({ id, role }) => [id, role])).toContainEqual([team, 'viewer']);
    expect(await codeOf(register('guest@example.com', `again-${count}`))).toBe('not_found');
  });

  it('is used by one of two who come at once', async () => {
    await invite('both@example.com');
    const token = mailed();
    const [first, second] = [await identity.person(), await identity.person()];
    const codes = await Promise.all(
      [first, second].map(async (person) =>
        codeOf(makeAcceptInvitation(identity.parts)({ token }, await self(person))),
      ),
    );
    expect(codes.filter((code) => code === 'allowed')).toHaveLength(1);
  });

  it('ends after a week, with the project, and where it is revoked', async () => {
    const person = await identity.person();
    const accept = async (token: string) => codeOf(makeAcceptInvitation(identity.parts)({ token }, await self(person)));
    const { id } = await invite('gone@example.com');
    const revoked = mailed();
    await makeRevokeInvitation(identity.parts)({ project_id: team, id }, await inTeam(owner));
    expect(await accept(revoked)).toBe('not_found');
    expect((await makeListInvitations(identity.parts)({}, await inTeam(owner))).items).toEqual([]);

    await invite('late@example.com');
    const late = mailed();
    const admin = await inTeam(owner);
    await makeArchiveProject(identity.parts)({}, admin);
    expect(await accept(late)).toBe('not_found');
  });

  it('of another project is not there', async () => {
    const { id } = await invite('x@example.com');
    const stranger = await identity.person();
    const theirs = await identity.as(stranger.token, stranger.home, 'project');
    const words = (wanted: string) =>
      makeRevokeInvitation(identity.parts)({ project_id: stranger.home, id: wanted }, theirs).catch(
        (error: Error) => error.message,
      );
    expect(await words(id)).toBe(await words('inv_0000000000000000'));
    expect((await makeListInvitations(identity.parts)({}, await inTeam(owner))).total).toBe(1);
  });

  it('is stored as a hash', async () => {
    await invite('hash@example.com');
    const { ScanCommand } = await import('@aws-sdk/lib-dynamodb');
    const { Items } = await identity.tables.client.send(new ScanCommand({ TableName: 'directory' }));
    expect(JSON.stringify(Items)).not.toContain(mailed());
  });
});
