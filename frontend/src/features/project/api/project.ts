import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  CreatedInvitation,
  InvitationList,
  MemberEntry,
  MemberList,
  ProjectEntry,
} from '../../../../../functions/identity/projects-api.ts';
import { request } from '../../../lib/api.ts';

export type Project = ProjectEntry;
export type Role = MemberEntry['role'];
export type Member = MemberEntry;

const pathOf = (project: string) => `/api/v1/projects/${encodeURIComponent(project)}`;
const memberOf = (project: string, user: string) => `${pathOf(project)}/members/${encodeURIComponent(user)}`;

export function useMembers(project: string) {
  const queryKey = [project, 'members'] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<ReturnType<(typeof MemberList)['parse']>>(`${pathOf(project)}/members`, { signal }),
  });
  return { query, queryKey };
}

export function useInvitations(project: string, enabled: boolean) {
  const queryKey = [project, 'invitations'] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<ReturnType<(typeof InvitationList)['parse']>>(`${pathOf(project)}/invitations`, { signal }),
    enabled,
  });
  return { query, queryKey };
}

/** Changes of a project; each makes its lists be read again. */
export function useProjectChanges(project: string) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: [project] });
  return {
    setRole: useMutation({
      mutationFn: ({ user, role }: { user: string; role: Role }) =>
        request<Member>(memberOf(project, user), { method: 'PUT', json: { role } }),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (user: string) => request<void>(memberOf(project, user), { method: 'DELETE' }),
      onSuccess,
    }),
    invite: useMutation({
      mutationFn: (invitation: { email: string; role: Role }) =>
        request<ReturnType<(typeof CreatedInvitation)['parse']>>(`${pathOf(project)}/invitations`, {
          method: 'POST',
          json: invitation,
        }),
      onSuccess,
    }),
    takeBack: useMutation({
      mutationFn: (id: string) =>
        request<void>(`${pathOf(project)}/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' }),
      onSuccess,
    }),
  };
}

export const renameProject = (project: string, name: string) =>
  request<Project>(pathOf(project), { method: 'PUT', json: { name } });
export const archiveProject = (project: string) => request<void>(pathOf(project), { method: 'DELETE' });
export const leaveProject = (project: string) => request<void>(`${pathOf(project)}/leave`, { method: 'POST' });
export const createProject = (name: string) => request<Project>('/api/v1/projects', { method: 'POST', json: { name } });
