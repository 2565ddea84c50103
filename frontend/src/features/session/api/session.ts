import type {
  LoginResponse,
  RegisterRequest,
  UpdateProfileRequest,
  UserProfile,
} from '../../../../../functions/identity/api.ts';
import { access } from '../../../lib/access.ts';
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
  /** Who may register. */
  readonly registration?: 'open' | 'invitation' | 'closed';
  readonly sends_mail?: boolean;
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
  showMe(user);
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
  return begin(answer);
}

export async function register(fields: RegisterRequest): Promise<Me> {
  await request('/api/v1/auth/register', { method: 'POST', json: fields, anonymous: true });
  return signIn(fields.username, fields.password);
}

export async function changeMe(change: UpdateProfileRequest): Promise<void> {
  const user = await request<UserProfile>('/api/v1/auth/me', { method: 'PUT', json: change });
  // a new password ends the sessions of the old one, this one included
  if (user.access_token !== undefined) accessToken.set(user.access_token);
  showMe(user);
}

/** Reads anew who one is, after projects or roles changed. */
export async function reloadMe(): Promise<Me> {
  const user = await fetchMe();
  showMe(user);
  return user;
}

function showMe(user: Me): void {
  access.set({ permissions: user.permissions, projects: user.projects });
  me.set(user);
}

/** Long enough before the end that a slow answer still comes in time. */
const EARLY_SECONDS = 120;
let renewal: ReturnType<typeof setTimeout> | undefined;

async function begin(answer: LoginResponse): Promise<Me> {
  renewLater(answer.expires_in);
  return adoptToken(answer.access_token);
}

function renewLater(seconds: number): void {
  clearTimeout(renewal);
  renewal = setTimeout(() => void renew().catch(() => {}), Math.max(5, seconds - EARLY_SECONDS) * 1000);
}

const refresh = () =>
  request<LoginResponse>('/api/v1/auth/refresh', {
    method: 'POST',
    anonymous: true,
    headers: { 'X-Requested-With': 'tributary' },
  });

/** Takes a fresh token before the old one ends; the page notices nothing. */
async function renew(): Promise<void> {
  const answer = await refresh();
  accessToken.set(answer.access_token);
  renewLater(answer.expires_in);
}

/** Goes on with the session of this browser's cookie after a reload. @returns false where there is none */
export async function resume(): Promise<boolean> {
  try {
    await begin(await refresh());
    return true;
  } catch {
    accessToken.set(null);
    return false;
  }
}

export function signOut(): void {
  clearTimeout(renewal);
  // without an answer the cookie stays until it ends by itself
  request('/api/v1/auth/logout', { method: 'POST', anonymous: true }).catch(() => {});
  accessToken.set(null);
  currentProject.set(null);
  me.set(null);
  sessionOver.set(false);
}
