import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { vi } from 'vitest';
import { makeQueryClient } from '../../frontend/src/app/app.tsx';
import { RangeProvider } from '../../frontend/src/app/range-provider.tsx';
import { access, type Permission } from '../../frontend/src/lib/access.ts';
import { accessToken, currentProject, online, sessionOver } from '../../frontend/src/lib/api.ts';
import type { ProjectEntry } from '../../functions/identity/projects-api.ts';

type Answer = unknown | (() => unknown | Promise<unknown>);

/** A failed answer, as problem+json says it. */
export const failing = (
  status: number,
  code: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) =>
  new Response(JSON.stringify({ title: `Problem ${code}`, status, code, request_id: 'req_42', ...more }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });

/** Never answers; rejects when the request is aborted. */
export const never = () => new Promise<never>(() => {});

/**
 * Replaces `fetch` by answers for paths; a function is asked anew each time. An unknown path is a 404, so that no request goes unseen.
 * @returns the requests made, as `METHOD path?query`
 */
export function fakeFetch(answers: Record<string, Answer>): string[] {
  const calls: string[] = [];
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    calls.push(`${init.method ?? 'GET'} ${input}`);
    const path = input.split('?')[0] ?? '';
    if (!(path in answers)) return failing(404, 'not_found');
    const aborted = new Promise<never>((_, reject) =>
      init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
    );
    const given = answers[path];
    const value = await Promise.race([typeof given === 'function' ? given() : given, aborted]);
    if (value instanceof Error) throw value;
    return value instanceof Response ? value.clone() : Response.json(value);
  });
  accessToken.set('token');
  currentProject.set('prj_1');
  become('admin', ['ingest', 'read', 'write', 'admin', 'project']);
  sessionOver.set(false);
  online.set(true);
  return calls;
}

/** Who is signed in may do this in the project. */
export function become(role: ProjectEntry['role'], permissions: readonly Permission[]): void {
  const project = { id: 'prj_1', name: 'Shop', role, permissions, created_at: '2026-11-01T00:00:00.000Z' };
  access.set({ permissions: [], projects: [project as ProjectEntry] });
}

/** A page with what the app puts around it. The address starts at `path`. */
export function renderPage(page: ReactNode, path = '/') {
  window.history.replaceState({}, '', path);
  return render(
    <QueryClientProvider client={makeQueryClient()}>
      <MemoryRouter initialEntries={[path]}>
        <RangeProvider>{page}</RangeProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
