import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { makeFakeAdmin } from './fake-admin.ts';
import { type FakeEvent, makeEvents, makeFreshEvent } from './fake-events.ts';
import { makeFakeIngest } from './fake-ingest.ts';

/** Headers of the deployed site; the dashboard has to live with them. */
export const SITE_CSP = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export const FAKE_LOGIN = { username: 'admin', password: 'correct horse battery' } as const;

export interface FakeApiOptions {
  /** Folder of a built site to serve with its content policy. */
  readonly site?: string;
  /** Events of the project; none makes it one that waits for its first. */
  readonly events?: readonly FakeEvent[];
  /** Of who signs in, in every project; an admin is one of the platform too. */
  readonly role?: 'viewer' | 'member' | 'admin';
  readonly savedSearches?: readonly Readonly<Record<string, unknown>>[];
  /** Events a second sent to each live viewer. */
  readonly liveRate?: number;
  /** Answers a request instead of the fake; for error states. */
  readonly intercept?: (
    path: string,
    search: URLSearchParams,
  ) => { status: number; body: unknown; headers?: Record<string, string>; afterMillis?: number } | null;
}

export interface FakeApi {
  readonly url: string;
  /** Ends every live connection, as a deployment would. */
  cutLive(): void;
  /** Stops or lets go the flow of live events. */
  flow(on: boolean): void;
  /** Sends a message to every live viewer. */
  sendLive(message: unknown): void;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};
const LEVEL_ORDER = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const NICE_STEPS = [1e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5, 108e5, 432e5, 864e5];

const fieldOf = (event: FakeEvent, field: string): string | undefined => {
  if (field === 'level') return event.severity;
  const own = (event as unknown as Record<string, unknown>)[field] ?? event.attributes[field];
  return own === undefined || own === null ? undefined : String(own);
};

const EXPORT_PART = 5_000;
const STEPS: Readonly<Record<string, number>> = { m: 6e4, h: 36e5, d: 864e5 };

/** Counts by field and time, the only numbers that the fake knows. */
function statsOf(found: readonly FakeEvent[], pipes: string) {
  const by = /\bby (.*)$/.exec(pipes)?.[1]?.split(/,\s*/) ?? [];
  const groups = new Map<string, { keys: (string | null)[]; count: number }>();
  for (const event of found) {
    const keys = by.map((group) => {
      const [, size, unit = ''] = /^time\((\d+)([mhd])\)$/.exec(group) ?? [];
      const step = Number(size) * (STEPS[unit] ?? 0);
      return size === undefined
        ? (fieldOf(event, group) ?? null)
        : new Date(Math.floor(event.at / step) * step).toISOString();
    });
    const group = groups.get(JSON.stringify(keys)) ?? { keys, count: 0 };
    group.count += 1;
    groups.set(JSON.stringify(keys), group);
  }
  return {
    columns: [
      ...by.map((name) => ({ name, kind: name.startsWith('time(') ? 'time' : 'group' })),
      { name: 'count', kind: 'measure' },
    ],
    rows: [...groups.values()].sort((a, b) => b.count - a.count).map(({ keys, count }) => [...keys, count]),
    omitted: 0,
    approximate: false,
  };
}

/** A small stand-in for the query language: words, `field:value`, `field:*`, `level:>=x`, `-` in front. */
function matches(event: FakeEvent, query: string): boolean {
  const terms = query.match(/-?(?:[\w.@]+:)?(?:"(?:\\.|[^"\\])*"|\S+)/g) ?? [];
  return terms.every((term) => {
    const negated = term.startsWith('-');
    const body = negated ? term.slice(1) : term;
    const [, field, raw = ''] = /^(?:([\w.@]+):)?(.*)$/s.exec(body) ?? [];
    const value = raw.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
    const found = field === undefined ? undefined : fieldOf(event, field);
    let hit: boolean;
    if (field === undefined)
      hit = `${event.message} ${JSON.stringify(event.attributes)}`.toLowerCase().includes(value.toLowerCase());
    else if (value === '*') hit = found !== undefined;
    else if (value.startsWith('>='))
      hit = LEVEL_ORDER.indexOf(event.severity) >= LEVEL_ORDER.indexOf(value.slice(2).toUpperCase());
    else hit = found?.toLowerCase() === value.toLowerCase();
    return hit !== negated;
  });
}

const toMillis = (text: string | null, fallback: number): number => {
  if (text === null) return fallback;
  const relative = /^-(\d+)([smhd])$/.exec(text);
  if (relative)
    return Date.now() - Number(relative[1]) * ({ s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[relative[2] ?? 's'] ?? 0);
  return text === 'now' ? Date.now() : Date.parse(text);
};

const countBy = (events: readonly FakeEvent[], key: (event: FakeEvent) => string | undefined): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const event of events) {
    const value = key(event);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
};
const isError = ({ severity }: FakeEvent) => severity === 'ERROR' || severity === 'FATAL';

/** The API of the dashboard, answered from memory, with the site beside it; for looking at pages and for tests of them. */
export async function startFakeApi(options: FakeApiOptions = {}): Promise<FakeApi> {
  let events = [...(options.events ?? makeEvents(20_000, 24 * 36e5))].sort((a, b) =>
    a.timestamp < b.timestamp ? 1 : -1,
  );
  const deleted: FakeEvent[] = [];
  const keys: Record<string, unknown>[] = [];
  const savedSearches: Record<string, unknown>[] = [...(options.savedSearches ?? [])];
  const sockets = new Set<WebSocket>();
  let flowing = true;
  const role = options.role ?? 'admin';
  const permissions = [
    'read',
    'membership',
    ...(role === 'viewer' ? [] : ['ingest', 'write']),
    ...(role === 'admin' ? ['admin', 'project'] : []),
  ];
  const project = { id: 'prj_demo', name: 'Demo shop', role, permissions, created_at: '2026-11-01T00:00:00Z' };
  const empty = { ...project, id: 'prj_admin', name: "admin's project" };
  const me = {
    id: 'usr_1',
    username: FAKE_LOGIN.username,
    email: 'admin@example.com',
    role: role === 'admin' ? 'admin' : 'user',
    is_admin: role === 'admin',
    permissions: ['account', 'profile', ...(role === 'admin' ? ['platform'] : [])],
    created_at: project.created_at,
    default_project_id: project.id,
    must_change_password: false,
    projects: [project, empty],
  };

  const selected = (search: URLSearchParams, from?: number, to?: number) => {
    const start = from ?? toMillis(search.get('from'), 0);
    const end = to ?? toMillis(search.get('to'), Number.POSITIVE_INFINITY);
    const query = (search.get('query') ?? '').replace(/\|.*$/s, '');
    return events.filter((event) => event.at >= start && event.at < end && matches(event, query));
  };
  const bars = (found: readonly FakeEvent[], from: number, to: number, most: number) => {
    const step = NICE_STEPS.find((one) => (to - from) / one <= most) ?? 864e5;
    const slots = new Map<number, { total: number; counts: Record<string, number> }>();
    for (let time = Math.floor(from / step) * step; time < to; time += step) slots.set(time, { total: 0, counts: {} });
    for (const event of found) {
      const slot = slots.get(Math.floor(event.at / step) * step);
      if (!slot) continue;
      slot.total += 1;
      slot.counts[event.severity] = (slot.counts[event.severity] ?? 0) + 1;
    }
    return { step, slots: [...slots].map(([time, slot]) => ({ time: new Date(time).toISOString(), ...slot })) };
  };

  const admin = makeFakeAdmin({ me, project });
  const ingest = makeFakeIngest();
  const answer = (
    method: string,
    path: string,
    search: URLSearchParams,
    body: string,
  ): { status: number; body?: unknown; text?: string; headers?: Record<string, string> } => {
    const problem = (status: number, code: string, title: string, more: object = {}) => ({
      status,
      body: { type: 'about:blank', title, status, code, detail: title.toLowerCase(), request_id: 'req_fake', ...more },
    });
    const ok = (value: unknown, status = 200) => ({ status, body: value });
    if (path === '/api/v1/status')
      return ok({
        local: true,
        demo: FAKE_LOGIN,
        ingest_url: '/',
        version: '0.1.0',
        registration: 'open',
        sends_mail: true,
      });
    if (path === '/health')
      return ok({
        status: 'healthy',
        timestamp: new Date().toISOString(),
        version: '0.1.0',
        services: { elasticsearch: 'green', database: 'healthy', redis: 'healthy' },
      });
    if (path === '/api/v1/auth/login') {
      const form = new URLSearchParams(body);
      const right = form.get('username') === FAKE_LOGIN.username && form.get('password') === FAKE_LOGIN.password;
      return right
        ? ok({ access_token: 'fake', token_type: 'bearer', expires_in: 1800, must_change_password: false })
        : problem(401, 'unauthenticated', 'Name or password is not right');
    }
    if (path === '/api/v1/auth/me') return ok(me);
    if (path === '/api/v1/keys' && method === 'POST') {
      const key = {
        id: `key_${keys.length}`,
        prefix: `trb_local_${keys.length}`,
        project_id: project.id,
        created_at: new Date().toISOString(),
        ...JSON.parse(body),
      };
      keys.push(key);
      return ok({ ...key, key: `trb_local_${keys.length}_${randomBytes(20).toString('hex')}_c0ffee` }, 201);
    }
    if (path === '/api/v1/keys') return ok({ items: keys });
    const rotated = /^\/api\/v1\/keys\/([^/]+)\/rotate$/.exec(path)?.[1];
    if (rotated !== undefined) {
      const old = keys.find(({ id }) => id === rotated);
      const key = { ...old, id: `key_${keys.length}`, created_at: new Date().toISOString() };
      Object.assign(old ?? {}, { replaced_by: key.id, expires_at: new Date(Date.now() + 864e5).toISOString() });
      keys.push(key);
      return ok({ ...key, key: `trb_local_${randomBytes(20).toString('hex')}_c0ffee` }, 201);
    }
    if (path.startsWith('/api/v1/keys/')) {
      keys.splice(
        keys.findIndex(({ id }) => path.endsWith(String(id))),
        1,
      );
      return { status: 204 };
    }
    const managed = ingest(method, path, search, body) ?? admin(method, path, search, body);
    if (managed) return managed;
    if (path.startsWith('/api/v1/saved-searches')) {
      const id = path.split('/')[4];
      const at = savedSearches.findIndex((one) => one.id === id);
      const stamp = new Date().toISOString();
      if (method === 'GET') return ok({ items: savedSearches, total: savedSearches.length });
      if (method === 'DELETE') {
        savedSearches.splice(at, 1);
        return { status: 204 };
      }
      const fields = JSON.parse(body);
      if (fields.is_default) for (const one of savedSearches) one.is_default = false;
      const saved = {
        id: id ?? `search_${savedSearches.length + 1}`,
        owner: { id: me.id, name: me.username },
        created_at: stamp,
        ...fields,
        updated_at: stamp,
      };
      if (at >= 0) savedSearches[at] = saved;
      else savedSearches.push(saved);
      return ok(saved, id === undefined ? 201 : 200);
    }
    if (path === '/api/v1/logs/generate') {
      events = makeEvents(2_000, 36e5);
      return ok({ accepted: events.length }, 202);
    }
    if (path === '/api/v1/logs/last')
      return ok({
        last_event_at: events[0]?.timestamp ?? null,
        first_event_at: events.at(-1)?.timestamp ?? null,
        total: events.length,
      });
    const query = search.get('query') ?? '';
    const open = query.indexOf('(');
    if (open >= 0 && !query.includes(')')) {
      return problem(400, 'query_syntax', 'Query cannot be parsed', {
        detail: 'expected ")" before the end',
        span: { start: open, end: query.length },
        expected: [')'],
      });
    }
    const from = toMillis(search.get('from'), Date.now() - 864e5);
    const to = toMillis(search.get('to'), Date.now());
    if (path === '/api/v1/logs' || path === '/api/v1/logs/recent') {
      const found = selected(search);
      const pipes = /\| (stats .*)$/s.exec(query)?.[1];
      if (pipes !== undefined)
        return ok({
          logs: [],
          total: found.length,
          total_relation: 'eq',
          page: 1,
          page_size: 0,
          next_cursor: null,
          took_ms: 14,
          partial: false,
          stats: statsOf(found, pipes),
        });
      if (search.get('order') === 'asc') found.reverse();
      const start = Number(search.get('cursor') ?? 0);
      const limit = Number(search.get('limit') ?? 100);
      const logs = found.slice(start, start + limit);
      const next = start + limit < found.length ? String(start + limit) : null;
      return ok({
        logs,
        total: found.length,
        total_relation: 'eq',
        page: 1,
        page_size: limit,
        next_cursor: next,
        took_ms: 12,
        partial: false,
      });
    }
    if (path === '/api/v1/logs/histogram') {
      const { step, slots } = bars(selected(search), from, to, Number(search.get('buckets') ?? 120));
      return ok({
        interval_ms: step,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        buckets: slots,
        total: 0,
        took_ms: 9,
        partial: false,
      });
    }
    if (path === '/api/v1/logs/facets') {
      const found = selected(search);
      const facets = (search.get('fields') ?? '').split(',').map((field) => {
        const counts = countBy(found, (event) => fieldOf(event, field));
        const values = [...counts].slice(0, 10).map(([value, count]) => ({ value, count }));
        const shown = values.reduce((sum, { count }) => sum + count, 0);
        const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
        return { field, values, other: all - shown, distinct: counts.size, missing: found.length - all };
      });
      return ok({ facets, total: found.length, took_ms: 7, partial: false });
    }
    if (path === '/api/v1/logs/fields') {
      const names = countBy(
        selected(search).flatMap((event) => Object.keys(event.attributes).map((name) => ({ ...event, message: name }))),
        ({ message }) => message,
      );
      return ok({
        items: [...names].map(([name, count]) => ({
          name,
          type: name.endsWith('_ms') || name.endsWith('code') ? 'number' : 'string',
          count,
        })),
        took_ms: 4,
      });
    }
    if (path === '/api/v1/logs/values') {
      const field = search.get('field') ?? '';
      const prefix = (search.get('prefix') ?? '').toLowerCase();
      const counts = countBy(selected(search), (event) => fieldOf(event, field));
      return ok({
        items: [...counts]
          .filter(([value]) => value.toLowerCase().startsWith(prefix))
          .slice(0, 10)
          .map(([value, count]) => ({ value, count })),
      });
    }
    if (path === '/api/v1/logs/without-filter') {
      const terms = query.match(/-?(?:[\w.@]+:)?(?:"(?:\\.|[^"\\])*"|\S+)/g) ?? [];
      const items = terms.map((filter) => {
        const rest = new URLSearchParams(search);
        rest.set('query', terms.filter((term) => term !== filter).join(' '));
        return { filter, kind: 'term', count: selected(rest).length };
      });
      return ok({ items });
    }
    if (path === '/api/v1/metrics/overview') {
      const found = selected(search, from, to);
      const before = selected(search, from - (to - from), from);
      const errors = found.filter(isError);
      const minutes = (to - from) / 6e4;
      const services = countBy(found, ({ service }) => service);
      const failing = countBy(errors, ({ service }) => service);
      return ok({
        period: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
        total_logs: found.length,
        logs_per_minute: found.length / minutes,
        logs_per_second: found.length / minutes / 60,
        active_services: services.size,
        error_count: errors.length,
        error_rate: found.length === 0 ? 0 : errors.length / found.length,
        logs_by_level: Object.fromEntries(countBy(found, ({ severity }) => severity)),
        logs_by_service: [...services].map(([service, count]) => ({
          service,
          count,
          error_count: failing.get(service) ?? 0,
          error_rate: (failing.get(service) ?? 0) / count,
        })),
        top_errors: [...countBy(errors, ({ message }) => message)].slice(0, 8).map(([message, count]) => {
          const sample = errors.find((event) => event.message === message);
          return { message, count, service: sample?.service, last_seen: sample?.timestamp };
        }),
        previous: {
          total_logs: before.length,
          logs_per_minute: before.length / minutes,
          active_services: countBy(before, ({ service }) => service).size,
          error_rate: before.length === 0 ? 0 : before.filter(isError).length / before.length,
        },
        categories: [...countBy(found, (event) => fieldOf(event, 'category'))].map(([category, count]) => ({
          category,
          count,
        })),
        took_ms: 20,
        partial: false,
      });
    }
    if (path === '/api/v1/metrics/timeseries') {
      const { step, slots } = bars(selected(search, from, to), from, to, 120);
      const points = slots.map(({ time, total, counts }) => {
        const errors = (counts.ERROR ?? 0) + (counts.FATAL ?? 0);
        return {
          timestamp: time,
          total,
          error_count: errors,
          error_rate: total === 0 ? 0 : errors / total,
          by_level: counts,
        };
      });
      return ok({ interval: search.get('interval'), interval_ms: step, points, took_ms: 15, partial: false });
    }
    if (path === '/api/v1/live-logs/tickets')
      return ok(
        { ticket: randomBytes(8).toString('hex'), expires_in: 30, url: `/api/v1/live-logs/ws/${project.id}` },
        201,
      );
    if (path === '/api/v1/logs/export') {
      const found = selected(search);
      const start = Number(search.get('cursor') ?? 0);
      const next = start + EXPORT_PART;
      const complete = next >= found.length;
      return {
        status: 200,
        text: found
          .slice(start, next)
          .map(({ id }) => `${id}\r\n`)
          .join(''),
        headers: { 'X-Export-Complete': String(complete), ...(!complete && { 'X-Next-Cursor': String(next) }) },
      };
    }
    const restored = /^\/api\/v1\/logs\/([^/]+)\/restore$/.exec(path)?.[1];
    if (restored !== undefined) {
      const back = deleted.filter(({ id }) => id === decodeURIComponent(restored));
      events = [...events, ...back].sort((a, b) => b.at - a.at);
      return ok({ id: restored, status: 'restored' });
    }
    const one = /^\/api\/v1\/logs\/([^/]+)(\/context)?$/.exec(path);
    if (one) {
      const event = events.find(({ id }) => id === decodeURIComponent(one[1] ?? ''));
      if (!event) return problem(404, 'not_found', 'No such event');
      if (method === 'DELETE') {
        deleted.push(event);
        events = events.filter(({ id }) => id !== event.id);
        const stamp = Date.now();
        return ok({
          id: event.id,
          status: 'deleted',
          deleted_at: new Date(stamp).toISOString(),
          restorable_until: new Date(stamp + 7 * 864e5).toISOString(),
          archive_retention_days: 365,
        });
      }
      if (!one[2]) return ok(event);
      const half = Number(search.get('window_seconds') ?? 15) * 1e3;
      const scope = search.get('scope') ?? '';
      const near = events
        .filter(
          (other) =>
            Math.abs(other.at - event.at) <= half &&
            other.id !== event.id &&
            (scope === '' || fieldOf(other, scope) === fieldOf(event, scope)),
        )
        .reverse();
      return ok({
        before: near.filter(({ at }) => at <= event.at).slice(-50),
        event,
        after: near.filter(({ at }) => at > event.at).slice(0, 50),
      });
    }
    return problem(404, 'not_found', 'No such route');
  };

  const serveSite = (path: string, response: ServerResponse) => {
    const folder = options.site ?? '';
    const wanted = join(folder, normalize(path));
    const file =
      extname(path) !== '' && wanted.startsWith(folder) && existsSync(wanted) && statSync(wanted).isFile()
        ? wanted
        : join(folder, 'index.html');
    response.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': SITE_CSP,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  };

  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    if (!/^\/(?:api|health)/.test(pathname)) {
      if (options.site) return serveSite(pathname, response);
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const own = options.intercept?.(pathname, searchParams) ?? null;
    if (own?.afterMillis) await new Promise((resolve) => setTimeout(resolve, own.afterMillis));
    const anonymous =
      ['/api/v1/status', '/health', '/api/v1/auth/login', '/api/v1/auth/invitations/preview'].includes(pathname) ||
      pathname.startsWith('/api/v1/auth/password-reset') ||
      /^\/api\/v1\/uploads\/[^/]+\/file$/.test(pathname);
    const wanted = request.headers['x-project-id'];
    const found =
      own ??
      (!anonymous && request.headers.authorization !== 'Bearer fake'
        ? { status: 401, body: { title: 'Not signed in', status: 401, code: 'unauthenticated' } }
        : wanted === empty.id && pathname === '/api/v1/logs/last'
          ? { status: 200, body: { last_event_at: null, first_event_at: null, total: 0 } }
          : answer(
              request.method ?? 'GET',
              pathname,
              wanted === empty.id
                ? new URLSearchParams([...searchParams, ['from', '2000-01-01'], ['to', '2000-01-02']].reverse())
                : searchParams,
              Buffer.concat(chunks).toString('utf8'),
            ));
    response.writeHead(found.status, {
      'Content-Type': found.status >= 400 ? 'application/problem+json' : 'application/json',
      'X-Request-ID': 'req_fake',
      ...('headers' in found ? found.headers : {}),
    });
    const text = 'text' in found ? found.text : undefined;
    response.end(text ?? (found.body === undefined ? undefined : JSON.stringify(found.body)));
  };

  const server = createServer((request, response) => void onRequest(request, response).catch(() => response.destroy()));
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    upgrades.handleUpgrade(request, socket, head, (viewer) => {
      sockets.add(viewer);
      let timer: NodeJS.Timeout | undefined;
      let cursor = 0;
      viewer.on('close', () => {
        sockets.delete(viewer);
        clearInterval(timer);
      });
      viewer.on('message', (data) => {
        const message = JSON.parse(String(data));
        if (message.action === 'ping') viewer.send(JSON.stringify({ type: 'pong' }));
        if (message.action !== 'subscribe') return;
        viewer.send(
          JSON.stringify({
            type: 'subscribed',
            subscription: 'sub',
            cursor: 'c0',
            interval_ms: 500,
            oldest_first: true,
          }),
        );
        const rate = options.liveRate ?? 6;
        const beat = rate > 50 ? 100 : 500;
        timer ??= setInterval(() => {
          if (!flowing) return;
          const made = Array.from({ length: Math.max(1, Math.round((rate * beat) / 1e3)) }, () => makeFreshEvent());
          const logs = made.filter((event) => matches(event, message.query ?? ''));
          events.unshift(...[...made].reverse());
          cursor += 1;
          viewer.send(
            JSON.stringify({
              type: 'logs',
              logs,
              cursor: `c${cursor}`,
              matched: logs.length,
              sent: logs.length,
              interval_ms: 500,
            }),
          );
        }, beat);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cutLive() {
      for (const socket of sockets) socket.terminate();
    },
    flow(on) {
      flowing = on;
    },
    sendLive(message) {
      for (const socket of sockets) socket.send(JSON.stringify(message));
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
