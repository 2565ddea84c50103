import '../../support/dom.ts';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeysPage } from '../../../frontend/src/features/keys/components/keys-page.tsx';
import { LogsPage } from '../../../frontend/src/features/logs/components/logs-page.tsx';
import { OverviewPage } from '../../../frontend/src/features/overview/components/overview-page.tsx';
import { SendPage } from '../../../frontend/src/features/send/components/send-data.tsx';
import { online, sessionOver } from '../../../frontend/src/lib/api.ts';
import { makeEvents } from '../../support/fake-events.ts';
import { become, failing, fakeFetch, never, renderPage } from '../../support/fake-fetch.tsx';

const events = makeEvents(5, 60_000);
const timing = { took_ms: 3, partial: false };
const rows = { logs: events, total: 5, total_relation: 'eq', page: 1, page_size: 200, next_cursor: null, ...timing };
const none = { ...rows, logs: [], total: 0 };
const now = Date.now();
const iso = (ago: number) => new Date(now - ago).toISOString();
const histogram = {
  interval_ms: 60_000,
  from: iso(36e5),
  to: iso(0),
  buckets: [{ time: iso(60_000), total: 5, counts: { INFO: 4, ERROR: 1 } }],
  total: 5,
  ...timing,
};
const facets = {
  facets: [
    {
      field: 'service',
      values: [{ value: 'checkout', count: 5 }],
      other: 0,
      distinct: 1,
      distinct_relation: 'eq',
      missing: 0,
      error_bound: 0,
    },
  ],
  total: 5,
  ...timing,
};
const overview = {
  period: { from: iso(36e5), to: iso(0) },
  total_logs: 48_210,
  logs_per_minute: 803.5,
  logs_per_second: 13.4,
  active_services: 7,
  error_count: 482,
  error_rate: 0.01,
  logs_by_level: { INFO: 40_000 },
  logs_by_service: [{ service: 'checkout', count: 900, error_count: 9, error_rate: 0.01 }],
  top_errors: [{ message: 'db timed out', count: 12, service: 'checkout', last_seen: iso(1_000) }],
  previous: { total_logs: 24_105, logs_per_minute: 401, active_services: 8, error_rate: 0.02 },
  categories: [],
  ...timing,
};
const series = {
  interval: '1m',
  interval_ms: 60_000,
  points: [{ timestamp: iso(60_000), total: 5, error_count: 1, error_rate: 0.2, by_level: { INFO: 4, ERROR: 1 } }],
  ...timing,
};
const health = { status: 'healthy', services: { elasticsearch: 'green' } };
const last = { last_event_at: iso(14 * 36e5), first_event_at: iso(30 * 36e5), total: 9, ...timing };

const LOGS = {
  '/api/v1/logs': rows,
  '/api/v1/logs/histogram': histogram,
  '/api/v1/logs/facets': facets,
  '/api/v1/logs/fields': { items: [], ...timing },
  '/api/v1/logs/last': last,
};
const OVERVIEW = {
  '/api/v1/metrics/overview': overview,
  '/api/v1/metrics/timeseries': series,
  '/api/v1/logs/recent': rows,
  '/health': health,
};
const STATUS = { local: true, ingest_url: 'https://in.example.com', version: '1' };
const showLogs = (path = '/logs') =>
  renderPage(<LogsPage firstEvent={<p>Waiting for your first event</p>} live={() => <p>live rows</p>} />, path);
const showOverview = () => renderPage(<OverviewPage empty={<p>nothing here</p>} />);
const found = (text: string | RegExp) => screen.findAllByText(text).then(([first]) => first as HTMLElement);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('rows of logs', () => {
  it('are shown with their count and time taken', async () => {
    fakeFetch(LOGS);
    showLogs();
    expect(await found('5 events · 3 ms')).toBeTruthy();
    expect(screen.getByRole('grid', { name: 'Events' }).getAttribute('aria-rowcount')).toBe('6');
    expect(screen.getAllByRole('row').length).toBe(6);
    expect(await found(/^End of range: 5 events/)).toBeTruthy();
  });

  it('are awaited without a flash, then as a skeleton, then with seconds and a way to cancel', async () => {
    vi.useFakeTimers();
    fakeFetch({ ...LOGS, '/api/v1/logs': never });
    const { container } = showLogs();
    const skeletons = () => container.querySelectorAll('[aria-busy=true] [aria-hidden=true]').length;
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(skeletons()).toBe(0);
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(skeletons()).toBeGreaterThan(0);
    await act(() => vi.advanceTimersByTimeAsync(3_000));
    expect(screen.getByText(/^[23] s$/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(screen.getByText('Not loaded')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Load' })).toBeTruthy();
  });

  it('that failed say what failed, offer to try again and hand out the request id, while other panels stay', async () => {
    let broken = true;
    fakeFetch({
      ...LOGS,
      '/api/v1/logs': () => (broken ? failing(503, 'unavailable', { detail: 'the store does not answer' }) : rows),
    });
    showLogs();
    expect(await found('the store does not answer')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Copy request id' })).toBeTruthy();
    expect(await found('checkout')).toBeTruthy();
    broken = false;
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await found('5 events · 3 ms')).toBeTruthy();
  });

  it('refused for haste count down and ask once more by themselves', async () => {
    let asked = 0;
    fakeFetch({
      ...LOGS,
      '/api/v1/logs': () => {
        asked += 1;
        return asked === 1
          ? failing(429, 'rate_limited', { detail: 'too many requests' }, { 'Retry-After': '2' })
          : rows;
      },
    });
    vi.useFakeTimers({ shouldAdvanceTime: true });
    showLogs();
    await waitFor(() => expect(screen.getByText(/trying again in 2 s/)).toBeTruthy());
    await act(() => vi.advanceTimersByTimeAsync(1_100));
    expect(screen.getByText(/trying again in 1 s/)).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(1_200));
    await waitFor(() => expect(asked).toBe(2));
    await waitFor(() => expect(screen.getByText('5 events · 3 ms')).toBeTruthy());
  });

  it('that nobody may see name the role and do not offer to retry', async () => {
    fakeFetch({ ...LOGS, '/api/v1/logs': failing(403, 'forbidden', { detail: 'reading needs the role viewer' }) });
    showLogs();
    expect(await found('reading needs the role viewer')).toBeTruthy();
    expect(screen.getByText(/Ask an admin of this project/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
  });

  it('cut short say how much was searched and how to go on', async () => {
    fakeFetch({
      ...LOGS,
      '/api/v1/logs': {
        ...rows,
        partial: true,
        partial_reason: { code: 'timeout', searched_share: 0.62 },
        next_cursor: 'c2',
      },
    });
    showLogs();
    expect(await found(/searched 62 % of the range/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Continue' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Narrow' })).toBeTruthy();
  });

  it('of a project without any event wait for the first', async () => {
    fakeFetch({
      ...LOGS,
      '/api/v1/logs': none,
      '/api/v1/logs/last': { last_event_at: null, first_event_at: null, total: 0, ...timing },
    });
    showLogs();
    expect(await found('Waiting for your first event')).toBeTruthy();
  });

  it('outside the range say when the last event was and lead to it', async () => {
    fakeFetch({ ...LOGS, '/api/v1/logs': none });
    showLogs();
    expect(await found('Last event 14 h ago')).toBeTruthy();
    const calls = fakeFetch(LOGS);
    fireEvent.click(screen.getByRole('button', { name: 'Jump to latest' }));
    await waitFor(() =>
      expect(
        calls.some((call) => call.startsWith(`GET /api/v1/logs?from=${encodeURIComponent(iso(14 * 36e5 + 45e4))}`)),
      ).toBe(true),
    );
  });

  it('excluded by conditions show each with the count without it', async () => {
    let query = '';
    fakeFetch({
      ...LOGS,
      '/api/v1/logs': () => (query === '' ? none : rows),
      '/api/v1/logs/without-filter': {
        items: [{ filter: 'service:nope', kind: 'term', count: 1284, count_relation: 'eq', query: '' }],
        ...timing,
      },
    });
    const plain = globalThis.fetch;
    vi.stubGlobal('fetch', (input: string, init: RequestInit) => {
      query = input.includes('query=') ? '' : 'none';
      return plain(input, init);
    });
    showLogs('/logs?q=service%3Anope');
    expect(await found('No event fits all conditions')).toBeTruthy();
    expect(await found('1,284 without it')).toBeTruthy();
  });

  it('become a table when the query asks for numbers, and the table says what it leaves out', async () => {
    const stats = {
      columns: [
        { name: 'service', kind: 'group' },
        { name: 'count', kind: 'measure' },
      ],
      rows: [
        ['checkout', 1200],
        [null, 3],
      ],
      omitted: 4,
      approximate: false,
    };
    fakeFetch({ ...LOGS, '/api/v1/logs': { ...none, total: 1203, stats } });
    showLogs('/logs?q=error+%7C+stats+count+by+service');
    expect(await found('1,200')).toBeTruthy();
    expect(screen.getByText('(none)')).toBeTruthy();
    expect(screen.getByText(/4 groups left out/)).toBeTruthy();
  });
});

describe('a request without an answer', () => {
  it('says so, and the header learns that there is no network', async () => {
    fakeFetch({ ...LOGS, '/api/v1/logs': new TypeError('failed to fetch') });
    showLogs();
    expect(await found('The server cannot be reached')).toBeTruthy();
    expect(online.get()).toBe(false);
  });
  it('for want of a session asks to sign in again', async () => {
    fakeFetch({ ...LOGS, '/api/v1/logs': failing(401, 'unauthenticated') });
    showLogs();
    await waitFor(() => expect(sessionOver.get()).toBe(true));
  });
});

describe('the overview', () => {
  it('shows four figures with their change in words, each leading to the search behind it', async () => {
    fakeFetch(OVERVIEW);
    showOverview();
    expect(await found('48.2K')).toBeTruthy();
    expect(screen.getAllByText('100 % more than before').length).toBeGreaterThan(0);
    expect(screen.getByText('1 fewer than before')).toBeTruthy();
    expect(screen.getByText('50 % less than before')).toBeTruthy();
    expect(await found('OpenSearch: green')).toBeTruthy();
    expect(screen.getByRole('link', { name: /Error rate/ }).getAttribute('href')).toBe('/logs?q=level%3A%3E%3Derror');
    expect(screen.getByRole('link', { name: /checkout.*900/ }).getAttribute('href')).toBe('/logs?q=service%3Acheckout');
  });
  it('keeps its other panels when one fails', async () => {
    fakeFetch({ ...OVERVIEW, '/api/v1/metrics/timeseries': failing(500, 'internal') });
    showOverview();
    expect(await found('48.2K')).toBeTruthy();
    expect((await screen.findAllByRole('alert')).length).toBe(2);
  });
  it('draws skeletons while it waits', async () => {
    fakeFetch({
      '/api/v1/metrics/overview': never,
      '/api/v1/metrics/timeseries': never,
      '/api/v1/logs/recent': never,
      '/health': never,
    });
    const { container } = showOverview();
    await waitFor(() =>
      expect(container.querySelectorAll('[aria-busy=true] [aria-hidden=true]').length).toBeGreaterThan(3),
    );
  });
  it('gives its place to the way in when nothing has happened', async () => {
    fakeFetch({ ...OVERVIEW, '/api/v1/metrics/overview': { ...overview, total_logs: 0 }, '/api/v1/logs/recent': none });
    showOverview();
    expect(await found('nothing here')).toBeTruthy();
    expect(screen.queryByText('Top services')).toBeNull();
  });
});

describe('sending data', () => {
  beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));

  it('polls, and turns to connected when the first event has come', async () => {
    let total = 0;
    fakeFetch({
      '/api/v1/status': STATUS,
      '/api/v1/logs/last': () => ({ ...last, total, last_event_at: total ? iso(0) : null }),
    });
    renderPage(<SendPage />);
    await waitFor(() => expect(screen.getByText('Waiting for your first event…')).toBeTruthy());
    total = 22;
    await act(() => vi.advanceTimersByTimeAsync(3_500));
    await waitFor(() => expect(screen.getByText('Connected, 22 events')).toBeTruthy());
  });
  it('puts the real address and a new key into each snippet', async () => {
    fakeFetch({
      '/api/v1/status': STATUS,
      '/api/v1/logs/last': last,
      '/api/v1/keys': { id: 'k', name: 'send-data', key: 'trb_local_k_secret' },
    });
    renderPage(<SendPage />);
    await waitFor(() => expect(screen.getByText(/9 events so far/)).toBeTruthy());
    fireEvent.click(screen.getByRole('button', { name: 'Make a key' }));
    await waitFor(() => expect(screen.getByText('trb_local_k_secret')).toBeTruthy());
    const choice = screen.getByLabelText<HTMLSelectElement>('Send with');
    const ways = [...choice.options].map(({ value }) => value);
    expect(ways.length).toBeGreaterThan(20);
    for (const way of ways) {
      fireEvent.change(choice, { target: { value: way } });
      const text = screen.getByTestId('snippet').textContent ?? '';
      expect(text, way).toContain('in.example.com');
      expect(text, way).toContain('trb_local_k_secret');
    }
  });
  it('says why no key could be made', async () => {
    fakeFetch({
      '/api/v1/status': STATUS,
      '/api/v1/logs/last': last,
      '/api/v1/keys': failing(403, 'forbidden', { detail: 'making keys needs the role member' }),
    });
    renderPage(<SendPage />);
    fireEvent.click(screen.getByRole('button', { name: 'Make a key' }));
    await waitFor(() => expect(screen.getByText('making keys needs the role member')).toBeTruthy());
  });
  it('says when arrivals cannot be asked for', async () => {
    fakeFetch({ '/api/v1/status': STATUS, '/api/v1/logs/last': failing(503, 'unavailable', { detail: 'no store' }) });
    renderPage(<SendPage />);
    await waitFor(() => expect(screen.getByText('no store')).toBeTruthy());
  });
});

describe('uploaded files', () => {
  const upload = {
    id: 'u1',
    name: 'app.log',
    size: 2_000,
    status: 'completed',
    error: null,
    created_at: iso(36e5),
    updated_at: iso(36e5),
    progress: 1,
    accepted: 12,
    rejected: 1,
    rejections: [{ reason: 'the event is larger than 2097152 bytes', entry: 'c.log', offset: 4_096 }],
    first_time: iso(2 * 36e5),
    last_time: iso(36e5),
  };
  const show = (uploads: unknown, path = '/send') => {
    const calls = fakeFetch({ '/api/v1/status': STATUS, '/api/v1/logs/last': last, '/api/v1/uploads': uploads });
    renderPage(<SendPage />, path);
    return calls;
  };
  it('are listed with what became of them; the one in the address is open, with reasons and the way to its events', async () => {
    show({ items: [upload, { ...upload, id: 'u2', name: 'later.gz', status: 'waiting' }], total: 2 }, '/send?id=u1');
    expect(await found('12 events accepted, 1 rejected')).toBeTruthy();
    expect(await found('the file did not arrive')).toBeTruthy();
    expect(await found('the event is larger than 2097152 bytes')).toBeTruthy();
    expect(await found(/at byte 4,096 of c\.log/)).toBeTruthy();
    const link = screen.getByRole('link', { name: 'Show its events in Logs' }).getAttribute('href') ?? '';
    expect(new URLSearchParams(link.split('?')[1]).get('q')).toBe('log.file.name:app.log');
  });
  it('say when there are none, and when they cannot be asked for', async () => {
    show({ items: [], total: 0 });
    expect(await found('No file was uploaded in the last 30 days')).toBeTruthy();
    show(failing(503, 'unavailable', { detail: 'no table' }));
    expect(await found('no table')).toBeTruthy();
  });
  it('are awaited as a skeleton', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    show(never);
    await act(() => vi.advanceTimersByTimeAsync(400));
    expect(document.querySelectorAll('[aria-busy=true] [aria-hidden=true]').length).toBeGreaterThan(0);
  });
  it('are asked again while one is read', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let asked = 0;
    show(() => ({
      items: [{ ...upload, rejected: 0, status: ++asked < 3 ? 'processing' : 'completed', progress: 0.4 }],
      total: 1,
    }));
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(await found('40 % read, 12 events accepted')).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(await found('12 events accepted')).toBeTruthy();
    expect(asked).toBe(3);
  });
  it('are not sent by who may not, nor when they are empty', async () => {
    const calls = show({ items: [], total: 0 });
    const choose = screen.getByRole('button', { name: 'Choose files' });
    act(() => become('viewer', ['read']));
    expect(choose.getAttribute('data-tip')).toMatch(/^Needs the role member/);
    act(() => become('member', ['read', 'ingest']));
    expect(choose.getAttribute('aria-disabled')).toBeNull();
    const input = document.querySelector('input[type=file]') as HTMLInputElement;
    fireEvent.change(input, { target: { files: [new File([], 'empty.log')] } });
    expect(await found('the file is empty')).toBeTruthy();
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss empty.log' }));
    expect(screen.queryByText('the file is empty')).toBeNull();
  });
});

describe('keys', () => {
  const key = {
    id: 'k1',
    name: 'shipper',
    prefix: 'trb_local_k1',
    scopes: ['ingest'],
    project_id: 'prj_1',
    created_at: iso(36e5),
  };
  it('are listed for this project only', async () => {
    fakeFetch({ '/api/v1/keys': { items: [key, { ...key, id: 'k2', name: 'elsewhere', project_id: 'prj_2' }] } });
    renderPage(<KeysPage />);
    expect(await found('shipper')).toBeTruthy();
    expect(screen.queryByText('elsewhere')).toBeNull();
  });
  it('say what they are for when there are none', async () => {
    fakeFetch({ '/api/v1/keys': { items: [] } });
    renderPage(<KeysPage />);
    expect(await found('No keys yet')).toBeTruthy();
  });
  it('are revoked only after their name was typed', async () => {
    const calls = fakeFetch({
      '/api/v1/keys': { items: [key] },
      '/api/v1/keys/k1': () => new Response(null, { status: 204 }),
    });
    renderPage(<KeysPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Revoke' }));
    const dialog = await screen.findByRole('dialog');
    const confirm = () => fireEvent.submit(dialog.querySelector('form') as HTMLFormElement);
    confirm();
    expect(calls.filter((call) => call.startsWith('DELETE'))).toEqual([]);
    fireEvent.change(screen.getByLabelText('Type shipper to confirm'), { target: { value: 'shipper' } });
    confirm();
    await waitFor(() => expect(calls).toContain('DELETE /api/v1/keys/k1'));
  });
  it('are not for who is a viewer, who is told what it takes', async () => {
    const calls = fakeFetch({ '/api/v1/keys': { items: [key] } });
    become('viewer', ['read']);
    renderPage(<KeysPage />);
    expect(await found(/Needs the role admin in Shop; yours is viewer/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Make key' })).toBeNull();
    expect(calls).toEqual([]);
  });
  it('that cannot be read say why', async () => {
    fakeFetch({ '/api/v1/keys': failing(500, 'internal') });
    renderPage(<KeysPage />);
    expect((await screen.findByRole('alert')).textContent).toContain('Problem internal');
  });
});
