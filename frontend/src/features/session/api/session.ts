import type {
  LoginResponse,
  RegisterRequest,
  UpdateProfileRequest,
  UserProfile,
} from '../../../../../functions/identity/api.ts';
import { accessToken, currentProject, request, sessionOver } from '../../../lib/api.ts';
import { preferences } from '../../../lib/preferences.ts';
import { makeStore } from '../../../lib/store.ts';

export type Me = UserProfile;
export type ProjectMembership = UserProfile['projects'][number];
export interface ServerStatus {
  readonly local: boolean;
  readonly demo?: { readonly username: string; readonly password: string };
  readonly ingest_url: string;
  readonly version: string;
}

/** Who is signed in; null before. */
export const me = makeStore<Me | null>(null);

/** The chosen project if the user still belongs to it, else the default one. */
export function chooseProject(projects: readonly ProjectMembership[], wanted: string | null, fallback: string): string {
  return (
    projects.find(({ id }) => id === wanted)?.id ??
    projects.find(({ id }) => id === fallback)?.id ??
    projects[0]?.id ??
    fallback
  );
}

export const fetchMe = (signal?: AbortSignal) => request<Me>('/api/v1/auth/me', { signal });
export const fetchStatus = (signal?: AbortSignal) =>
  request<ServerStatus>('/api/v1/status', { signal, anonymous: true });

/** Takes a token into use: learns who it is for and which project is shown. */
export async function adoptToken(token: string): Promise<Me> {
  accessToken.set(token);
  currentProject.set(null);
  const user = await fetchMe();
  currentProject.set(chooseProject(user.projects, preferences.get().projectId, user.default_project_id));
  me.set(user);
  sessionOver.set(false);
  return user;
}

/** @throws ApiProblem 401 with one text for a wrong name and a wrong password alike */
export async function signIn(username: string, password: string): Promise<Me> {
  const answer = await request<LoginResponse>('/api/v1/auth/login', {
    method: 'POST',
    form: { username, password },
    anonymous: true,
  });
  return adoptToken(answer.access_token);
}

export async function register(fields: RegisterRequest): Promise<Me> {
  await request('/api/v1/auth/register', { method: 'POST', json: fields, anonymous: true });
  return signIn(fields.username, fields.password);
}

export async function changeMe(change: UpdateProfileRequest): Promise<void> {
  const user = await request<UserProfile>('/api/v1/auth/me', { method: 'PUT', json: change });
  // a new password ends the sessions of the old one, this one included
  if (user.access_token !== undefined) accessToken.set(user.access_token);
  me.set(user);
}

export function signOut(): void {
  accessToken.set(null);
  currentProject.set(null);
  me.set(null);
  sessionOver.set(false);
}
