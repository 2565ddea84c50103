import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ResetPasswordResponse } from '../../../../../functions/identity/api.ts';
import type { InvitationPreview, ProjectEntry } from '../../../../../functions/identity/projects-api.ts';
import type { SessionEntry } from '../../../../../functions/identity/sessions-api.ts';
import { request } from '../../../lib/api.ts';

export type Session = SessionEntry;

const SESSIONS = '/api/v1/auth/sessions';
const QUERY_KEY = ['sessions'] as const;

export function useSessions() {
  const query = useQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ signal }) => request<{ items: readonly Session[] }>(SESSIONS, { signal }),
  });
  return { query, queryKey: QUERY_KEY };
}

/** Ends one session, or all but this one. */
export function useEndSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) =>
      request<unknown>(id === null ? SESSIONS : `${SESSIONS}/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: QUERY_KEY }),
  });
}

const post = <T>(path: string, json: unknown) => request<T>(path, { method: 'POST', json, anonymous: true });

/** The same answer whether anybody has the address. */
export const askForReset = (email: string) =>
  post<ReturnType<(typeof ResetPasswordResponse)['parse']>>('/api/v1/auth/password-reset', { email });

export const resetPassword = (token: string, password: string) =>
  post<void>('/api/v1/auth/password-reset/confirm', { token, password });

export const previewInvitation = (token: string) =>
  post<InvitationPreview>('/api/v1/auth/invitations/preview', { token });

/** Joins the project of an invitation; asks for a session. */
export const acceptInvitation = (token: string) =>
  request<ProjectEntry>('/api/v1/auth/invitations/accept', { method: 'POST', json: { token } });
