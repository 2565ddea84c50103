import '../../support/dom.ts';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuditPage } from '../../../frontend/src/features/audit/components/audit-page.tsx';
import { Recording } from '../../../frontend/src/features/audit/components/recording.tsx';
import { searchesToCsv } from '../../../frontend/src/features/audit/export-entries.ts';
import type { AuditedSearch, AuditSettingsAnswer } from '../../../functions/audit/api.ts';
import { become, failing, fakeFetch, renderPage } from '../../support/fake-fetch.tsx';

const SETTINGS = '/api/v1/audit/settings';
const off: AuditSettingsAnswer = { record_searches: false, keep_days: 90, version: 3 };
const search: AuditedSearch = {
  id: '01KB0000000000000000000000',
  timestamp: '2026-11-21T07:40:00.123Z',
  chained: false,
  actor: { type: 'key', id: 'key_1', name: 'reporting' },
  action: 'read.search_logs',
  entity_type: 'project',
  entity_id: 'prj_1',
  result: 'success',
  query: 'customer-7 level:error',
  from: '2026-11-21T07:25:00.123000000Z',
  parameters: { limit: 100 },
  count: 12,
  total: 40,
  partial: false,
  took_ms: 18.4,
};
const page = {
  items: [search],
  total: 1,
  total_relation: 'eq',
  page_size: 50,
  next_cursor: null,
  took_ms: 1,
  partial: false,
};
const AUDIT = ['read', 'admin', 'audit'] as const;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the switch of the project', () => {
  it('is sent with the version that was read, once something is changed', async () => {
    const sent: unknown[] = [];
    const calls = fakeFetch({ [SETTINGS]: off });
    const plain = globalThis.fetch;
    vi.stubGlobal('fetch', (input: string, init: RequestInit = {}) => {
      if (init.method === 'PUT') {
        sent.push(JSON.parse(String(init.body)));
        return Promise.resolve(Response.json({ ...off, record_searches: true, keep_days: 30, version: 4 }));
      }
      return plain(input, init);
    });
    renderPage(<Recording />);
    const box = await screen.findByRole<HTMLInputElement>('checkbox', { name: 'Record searches' });
    expect(box.checked).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    fireEvent.click(box);
    fireEvent.change(screen.getByLabelText('Days kept'), { target: { value: '30' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText(/is kept for 30 days/);
    expect(sent).toEqual([{ record_searches: true, keep_days: 30, version: 3 }]);
    expect(calls).toEqual([`GET ${SETTINGS}`]);
  });

  it('is shown to a viewer, who cannot turn it and is told why', async () => {
    const calls = fakeFetch({ [SETTINGS]: { ...off, record_searches: true, updated_at: '2026-11-20T00:00:00Z' } });
    become('viewer', ['read']);
    renderPage(<Recording />);
    const box = await screen.findByRole<HTMLInputElement>('checkbox', { name: 'Record searches' });
    expect([box.checked, box.getAttribute('aria-disabled')]).toEqual([true, 'true']);
    fireEvent.click(box);
    expect(box.checked).toBe(true);
    const save = screen.getByRole('button', { name: /^Save/ });
    expect(save.getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(save);
    expect(calls).toEqual([`GET ${SETTINGS}`]);
  });

  it('that somebody else turned meanwhile can be read anew', async () => {
    fakeFetch({ [SETTINGS]: off });
    const plain = globalThis.fetch;
    vi.stubGlobal('fetch', (input: string, init: RequestInit = {}) =>
      init.method === 'PUT'
        ? Promise.resolve(failing(409, 'conflict', { detail: 'these settings are at version 4' }))
        : plain(input, init),
    );
    renderPage(<Recording />);
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Record searches' }));
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText(/these settings are at version 4/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Read the newer settings' })).toBeTruthy();
  });
});

describe('recorded searches', () => {
  it('are a list of their own, with who asked, for what, and how many events came', async () => {
    const calls = fakeFetch({ '/api/v1/audit': page, [SETTINGS]: { ...off, record_searches: true } });
    become('admin', AUDIT);
    renderPage(<AuditPage />, '/audit?chain=none');
    const list = await screen.findByRole('list', { name: 'Searches' });
    const row = within(list).getByRole('button');
    for (const text of ['reporting', 'search logs', 'customer-7 level:error', '12 events'])
      expect(row.textContent).toContain(text);
    fireEvent.click(row);
    expect(await screen.findByText('Events that matched')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Search the same in Logs' }).getAttribute('href')).toContain(
      'from=2026-11-21T07%3A25%3A00.123Z',
    );
    expect(calls.filter((call) => call.includes('/audit?'))).toEqual(['GET /api/v1/audit?chain=none&limit=50']);
    expect(screen.queryByRole('button', { name: 'Verify again' })).toBeNull();
    expect(screen.queryByText(/not recorded now/)).toBeNull();
  });

  it('keep their list when conditions are removed, and say where they are switched on', async () => {
    const calls = fakeFetch({ '/api/v1/audit': { ...page, items: [], total: 0 }, [SETTINGS]: off });
    become('admin', AUDIT);
    renderPage(<AuditPage />, '/audit?chain=none&actor=dana');
    expect((await screen.findByRole('link', { name: 'Settings of the project' })).getAttribute('href')).toBe(
      '/project',
    );
    fireEvent.click(await screen.findByRole('button', { name: 'Remove all conditions' }));
    expect(await screen.findByText('No search is recorded')).toBeTruthy();
    await waitFor(() => expect(calls.at(-1)).toBe('GET /api/v1/audit?chain=none&limit=50'));
  });

  it('are CSV that a spreadsheet does not run', () => {
    const [head, row] = searchesToCsv([{ ...search, query: '=1+1' }]).split('\r\n');
    expect(head?.split(',').slice(7, 9)).toEqual(['query', 'from']);
    expect(row).toContain("'=1+1");
  });
});
