import { createHash } from 'node:crypto';
import type { AuditEntry, AuditedSearch } from '../../functions/audit/api.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const GONE: Answer = { status: 204 };
const ago = (millis: number) => new Date(Date.now() - millis).toISOString();
const HOUR = 36e5;

const ACTIONS = [
  ['user.login', 'user', 'success'],
  ['api_key.created', 'api_key', 'success'],
  ['member.role_changed', 'member', 'success'],
  ['user.login', 'user', 'failure'],
  ['log.deleted', 'log', 'success'],
  ['quarantine.redriven', 'quarantine', 'pending'],
] as const;

/** A chain of plausible audit entries, the newest first. */
function makeEntries(count: number): AuditEntry[] {
  let previous = '0'.repeat(64);
  return Array.from({ length: count }, (_, index): AuditEntry => {
    const [action, type, result] = ACTIONS[index % ACTIONS.length] ?? ACTIONS[0];
    const hash = createHash('sha256').update(`${previous}${index}`).digest('hex');
    const at = ago((count - index) * HOUR);
    const entry: AuditEntry = {
      id: `aud_${index + 1}`,
      seq: index + 1,
      timestamp: at,
      created_at: at,
      actor: { type: 'user', id: index % 3 === 0 ? 'usr_1' : 'usr_2', name: index % 3 === 0 ? 'admin' : 'dana' },
      action,
      entity_type: type,
      entity_id: `${type}_${index % 4}`,
      result,
      ...(action === 'member.role_changed' && {
        old_values: { role: 'viewer', email: 'dana@example.com' },
        new_values: { role: 'member', email: 'dana@example.com' },
      }),
      ...(action === 'api_key.created' && { new_values: { name: 'checkout shipper', scopes: ['ingest'] } }),
      metadata: {},
      ip_address: '203.0.113.7',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
      request_id: `req_${index}`,
      source: 'tributary',
      hash,
      previous_hash: previous,
      sealed: index < count - 3,
    };
    previous = hash;
    return entry;
  }).reverse();
}

/** Searches that were recorded, the newest first. */
const makeSearches = (count: number): AuditedSearch[] =>
  Array.from({ length: count }, (_, index): AuditedSearch => {
    const isOfOne = index % 4 === 3;
    const failed = index % 6 === 5;
    return {
      id: `srch_${index}`,
      timestamp: ago(index * 6e5),
      chained: false,
      actor:
        index % 3 === 0 ? { type: 'key', id: 'key_1', name: 'reporting' } : { type: 'user', id: 'usr_2', name: 'dana' },
      action: isOfOne ? 'read.get_log' : 'read.search_logs',
      entity_type: isOfOne ? 'log' : 'project',
      entity_id: isOfOne ? `b${index}` : 'demo',
      result: failed ? 'failure' : 'success',
      ...(failed && { error_code: 'query_syntax' }),
      ...(!isOfOne && { query: `service:checkout level:error customer-${index}`, from: ago(index * 6e5 + HOUR) }),
      parameters: isOfOne ? {} : { limit: 100 },
      ...(!failed && { count: isOfOne ? 1 : 40 + index, total: 1_234 + index, partial: false }),
      took_ms: 18.4,
      ip_address: '203.0.113.7',
      request_id: `req_s${index}`,
    };
  });

const CHANGES: readonly string[] = ['POST', 'PUT', 'DELETE'];

/** People, projects, limits and the audit trail of the fake API. @returns null for paths that are not theirs */
export function makeFakeAdmin({ me, project }: { me: { id: string; username: string }; project: { id: string } }) {
  const entries = makeEntries(130);
  const searches = makeSearches(70);
  let auditSettings: Record<string, unknown> = { record_searches: false, keep_days: 90, version: 0 };
  const members = [
    { user_id: me.id, username: me.username, email: 'admin@example.com', role: 'admin', disabled: false },
    {
      user_id: 'usr_2',
      username: 'dana',
      full_name: 'Dana Q.',
      email: 'dana@example.com',
      role: 'member',
      disabled: false,
    },
    { user_id: 'usr_3', username: 'lee', email: 'lee@example.com', role: 'viewer', disabled: true },
  ];
  const invitations: Record<string, unknown>[] = [];
  const users = Array.from({ length: 60 }, (_, index) => ({
    id: index === 0 ? me.id : `usr_${index + 1}`,
    username: index === 0 ? me.username : `user-${index}`,
    email: index === 0 ? 'admin@example.com' : `user-${index}@example.com`,
    role: index === 0 ? 'admin' : 'user',
    is_admin: index === 0,
    disabled: index === 7,
    created_at: ago(900 * HOUR),
    ...(index % 2 === 0 && { last_login_at: ago(index * HOUR) }),
  }));
  let sessions = [
    {
      id: 'ses_1',
      client: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36',
      ip_address: '203.0.113.7',
      created_at: ago(HOUR),
      last_used_at: ago(6e4),
      expires_at: ago(-300 * HOUR),
      current: true,
    },
    {
      id: 'ses_2',
      client: 'tributary-cli/0.1.0',
      ip_address: '198.51.100.23',
      created_at: ago(70 * HOUR),
      last_used_at: ago(5 * HOUR),
      expires_at: ago(-200 * HOUR),
      current: false,
    },
  ];
  let uses = [
    { id: 'search:user:usr_2', class: 'search', who: 'user:usr_2', limit: 1_000, used: 1_000 },
    { id: 'page:user:usr_1', class: 'page', who: 'user:usr_1', limit: 24_000, used: 20_310 },
    { id: 'login:ip:203.0.113.7', class: 'login', who: 'ip:203.0.113.7', limit: 400, used: 12 },
  ];

  const audit = (method: string, path: string, search: URLSearchParams, body: string): Answer | null => {
    if (path === '/api/v1/audit/settings') {
      if (method === 'PUT')
        auditSettings = {
          ...JSON.parse(body),
          version: Number(auditSettings.version) + 1,
          updated_at: ago(0),
          updated_by: me.username,
        };
      return ok(auditSettings);
    }
    if (path === '/api/v1/audit/verify')
      return ok({
        intact: true,
        from_seq: 1,
        to_seq: entries.length,
        last_seq: entries.length,
        sealed_seq: entries.length - 3,
        checked: entries.length,
        findings: [],
        unfinished: [{ id: 'aud_6', seq: 6, action: 'quarantine.redriven', timestamp: ago(9 * HOUR) }],
        next_seq: null,
        verified_at: ago(0),
        took_ms: 12,
      });
    if (path !== '/api/v1/audit') return null;
    const wanted = (name: string) => search.get(name) ?? '';
    const listed: readonly (AuditEntry | AuditedSearch)[] = wanted('chain') === 'none' ? searches : entries;
    const found = listed.filter(
      (entry) =>
        [entry.actor.id, entry.actor.name].some((one) => wanted('actor') === '' || one === wanted('actor')) &&
        (wanted('action') === '' ||
          entry.action === wanted('action') ||
          (wanted('action').endsWith('.*') && entry.action.startsWith(wanted('action').slice(0, -1)))) &&
        [entry.entity_type, ''].includes(wanted('entity_type')) &&
        [entry.entity_id, ''].includes(wanted('entity_id')) &&
        [entry.result, ''].includes(wanted('result')),
    );
    const start = Number(search.get('cursor') ?? 0);
    const end = start + Number(search.get('limit') ?? 50);
    return ok({
      items: found.slice(start, end),
      total: found.length,
      total_relation: 'eq',
      page_size: end - start,
      next_cursor: end < found.length ? String(end) : null,
      took_ms: 4,
      partial: false,
    });
  };

  const people = (method: string, path: string, search: URLSearchParams, body: string): Answer | null => {
    const fields = CHANGES.includes(method) && body !== '' ? JSON.parse(body) : {};
    const last = decodeURIComponent(path.split('/').at(-1) ?? '');
    if (path === '/api/v1/auth/sessions') {
      if (method === 'DELETE') sessions = sessions.filter(({ current }) => current);
      return method === 'DELETE' ? ok({ revoked: 1 }) : ok({ items: sessions, total: sessions.length });
    }
    if (path.startsWith('/api/v1/auth/sessions/')) {
      sessions = sessions.filter(({ id }) => id !== last);
      return GONE;
    }
    if (path === '/api/v1/auth/password-reset')
      return ok({ message: 'If anybody has this address, a mail is on its way.' }, 202);
    if (path === '/api/v1/auth/password-reset/confirm') return GONE;
    if (path === '/api/v1/auth/invitations/preview')
      return ok({
        project_name: 'Demo shop',
        email: 'new@example.com',
        role: 'member',
        invited_by: 'dana',
        expires_at: ago(-100 * HOUR),
      });
    if (path === '/api/v1/auth/invitations/accept') return ok(project);
    if (path === '/api/v1/auth/users') {
      const q = search.get('q') ?? '';
      const page = Number(search.get('page') ?? 1);
      const found = users.filter(
        (user) =>
          `${user.username} ${user.email}`.includes(q) &&
          (search.get('role') ?? user.role) === user.role &&
          (search.get('disabled') ?? String(user.disabled)) === String(user.disabled),
      );
      return ok({ items: found.slice((page - 1) * 50, page * 50), total: found.length, page, page_size: 50 });
    }
    if (path.startsWith('/api/v1/auth/users/')) {
      const user = users.find(({ id }) => id === last);
      Object.assign(user ?? {}, fields, fields.role && { is_admin: fields.role === 'admin' });
      return ok(user);
    }
    return null;
  };

  const projects = (method: string, path: string, body: string): Answer | null => {
    const inside = new RegExp(`^/api/v1/projects/${project.id}(?:/([a-z]+))?(?:/([^/]+))?$`).exec(path);
    if (inside === null) return null;
    const [, what, id] = inside;
    const fields = body === '' ? {} : JSON.parse(body);
    if (what === 'members') {
      const member = members.find(({ user_id }) => user_id === id);
      if (method === 'GET') return ok({ items: members, total: members.length });
      if (method === 'PUT') return ok(Object.assign(member ?? {}, fields));
      members.splice(
        members.findIndex(({ user_id }) => user_id === id),
        1,
      );
      return GONE;
    }
    if (what === 'invitations') {
      if (method === 'GET') return ok({ items: invitations, total: invitations.length });
      if (method === 'DELETE') {
        invitations.splice(
          invitations.findIndex((one) => one.id === id),
          1,
        );
        return GONE;
      }
      const made = {
        id: `inv_${invitations.length}`,
        ...fields,
        invited_by: me.username,
        created_at: ago(0),
        expires_at: ago(-168 * HOUR),
      };
      invitations.push(made);
      return ok({ ...made, mailed: false, token: 'inv_fake_token' }, 201);
    }
    return method === 'DELETE' || what === 'leave' ? GONE : ok(Object.assign(project, fields));
  };

  const limits = (method: string, path: string): Answer | null => {
    if (!path.startsWith('/api/v1/rate-limits')) return null;
    if (method === 'DELETE') {
      const id = decodeURIComponent(path.split('/').at(-1) ?? '');
      const before = uses.length;
      uses = path.endsWith('/reset-all') ? [] : uses.filter((use) => use.id !== id);
      return ok({ reset: before - uses.length });
    }
    return ok({
      limits: [
        { class: 'search', limit: 1_000, window_seconds: 60, text: '1000 per 1 minute' },
        { class: 'login', limit: 400, window_seconds: 3_600, text: '400 per 1 hour' },
      ],
      items: uses.map((use) => ({ ...use, remaining: use.limit - use.used, resets_at: ago(-3e4) })),
      total: uses.length,
    });
  };

  return (method: string, path: string, search: URLSearchParams, body: string): Answer | null =>
    audit(method, path, search, body) ??
    people(method, path, search, body) ??
    projects(method, path, body) ??
    limits(method, path);
}
