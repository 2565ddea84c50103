import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SITE_FOLDER } from '../../lib/bundles.ts';
import { axeFindings, chromiumPath, launchBrowser, watchPage } from '../support/browser.ts';
import { FAKE_LOGIN, type FakeApi, startFakeApi } from '../support/fake-api.ts';
import { type FakeEvent, makeEvents } from '../support/fake-events.ts';

const served = process.env.TRIBUTARY_E2E_URL;
const login = served
  ? { username: process.env.TRIBUTARY_E2E_USER ?? 'admin', password: process.env.TRIBUTARY_E2E_PASSWORD ?? '' }
  : FAKE_LOGIN;

if (chromiumPath === undefined) console.warn('dashboard in a browser: skipped, no Chromium found (set CHROMIUM_PATH)');

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** Both themes and sizes in the full run, the two that differ most in the quick one. */
const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;
const THEMES = FULL ? (['light', 'dark'] as const) : (['dark'] as const);
const SIZES = FULL ? [WIDE, PHONE] : [PHONE];
const PAGES = [
  '/',
  '/logs?from=-24h',
  '/logs?live=1',
  '/send',
  '/ingest',
  '/ingest/quarantine',
  '/ingest/settings',
  '/project',
  '/keys',
  '/audit',
  '/audit?chain=none',
  '/users',
  '/limits',
  '/settings',
] as const;
/** Seen by who is not signed in. */
const ENTRIES = ['/login', '/reset', '/reset?token=x', '/register?invitation=x'] as const;

/** As `expect.poll`, for machines that are busy. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });

/** Goes to a page without a reload, which would sign out: the token lives in memory only. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}

describe.skipIf(chromiumPath === undefined)('the dashboard in Chromium', () => {
  let browser: Browser;
  let api: FakeApi | undefined;
  let base: string;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    if (!served) {
      api = await startFakeApi({ site: SITE_FOLDER });
    }
    base = served ?? (api as FakeApi).url;
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await context?.close();
    context = undefined;
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
  });

  const openAt = async (options: { viewport?: typeof WIDE; colorScheme?: 'light' | 'dark'; url?: string } = {}) => {
    context = await browser.newContext({
      viewport: WIDE,
      // what moves is drawn anew all the time, which costs a machine without a graphics card all it has
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    const page = await context.newPage();
    const findings = watchPage(page);
    await page.goto(`${options.url ?? base}/login`);
    await page.fill('[name=username]', login.username);
    await page.fill('[name=password]', login.password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').first().waitFor();
    return { page, findings };
  };

  describe.each(THEMES)('in the %s theme', (colorScheme) => {
    it.each(SIZES)('has no accessibility or policy findings at $width px', async (viewport) => {
      context = await browser.newContext({ viewport, colorScheme });
      const entry = await context.newPage();
      for (const path of served ? ENTRIES.slice(0, 1) : ENTRIES) {
        await entry.goto(`${base}${path}`);
        await entry.locator('form input').first().waitFor();
        expect(await axeFindings(entry), path).toEqual([]);
      }
      await context.close();

      const { page, findings } = await openAt({ viewport, colorScheme });
      for (const path of PAGES) {
        await go(page, path);
        await page.locator('h1').first().waitFor({ state: 'attached' });
        await page.waitForTimeout(path.includes('live') ? 1_500 : 300);
        expect(await axeFindings(page), path).toEqual([]);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wider, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
      }
      await go(page, '/logs?from=-24h');
      await page.locator('[role=grid] [data-index="2"] [data-col="1"]').click();
      await page.getByRole('tab', { name: 'Fields' }).waitFor();
      for (const tab of ['Fields', 'JSON', 'Raw', 'Context']) {
        await page.getByRole('tab', { name: tab }).click();
        await page.waitForTimeout(200);
        expect(await axeFindings(page), `event, ${tab}`).toEqual([]);
      }
      await page.keyboard.press('Escape');
      for (const [key, name] of [
        ['?', 'Keyboard shortcuts'],
        ['Control+k', 'Command palette'],
      ] as const) {
        await page.keyboard.press(key);
        await page.getByRole('dialog', { name }).waitFor();
        expect(await axeFindings(page), name).toEqual([]);
        await page.keyboard.press('Escape');
      }
      await page.keyboard.press('t');
      await page.getByRole('dialog', { name: 'Time range' }).waitFor();
      expect(await axeFindings(page), 'time range').toEqual([]);
      expect(findings).toEqual([]);
    });
  });

  it('shows twenty rows or more with histogram and fields open on a 1280 × 800 screen', async () => {
    const { page } = await openAt();
    await go(page, '/logs?from=-24h');
    await page.locator('[role=grid] [data-index="5"]').waitFor();
    expect(await page.getByRole('region', { name: 'Histogram' }).isVisible()).toBe(true);
    expect(await page.getByRole('region', { name: 'Fields', exact: true }).isVisible()).toBe(true);
    const whole = await page
      .locator('[role=grid] [data-index]')
      .evaluateAll((rows) => rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length);
    expect(whole).toBeGreaterThanOrEqual(20);
  });

  it('keeps few row nodes while all rows are scrolled through', async () => {
    const { page } = await openAt();
    await go(page, '/logs?from=-24h');
    const grid = page.getByRole('grid');
    await page.locator('[role=grid] [data-index="5"]').waitFor();
    let most = 0;
    for (let step = 0; step < 15; step += 1) {
      await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.waitForTimeout(120);
      most = Math.max(most, await page.locator('[role=grid] [data-index]').count());
    }
    expect(most).toBeLessThanOrEqual(80);
    const last = await page.locator('[role=grid] [data-index]').last().getAttribute('aria-rowindex');
    expect(Number(last)).toBeGreaterThan(400);
  });

  it('is worked by keyboard alone: search, complete, read an event, filter, zoom, share, go live, pause', async () => {
    const { page, findings } = await openAt();
    const url = () => new URL(page.url()).searchParams;
    const focusIn = (selector: string) =>
      page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null, selector);
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await page.waitForURL('**/logs**');
    await eventually(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Logs');
    await page.keyboard.press('t');
    await page.keyboard.type('24h');
    await page.keyboard.press('Enter');
    await eventually(() => url().get('from')).toBe('-24h');

    await page.keyboard.press('/');
    await page.keyboard.type('serv');
    await page
      .getByRole('option', { name: /^service/ })
      .first()
      .waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Query', { exact: true }).inputValue()).toBe('service:');
    const value = page.getByRole('option').first();
    await eventually(() => value.textContent()).not.toBe('*has any value');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await Promise.all([page.waitForResponse(/\/api\/v1\/logs\?query=service/), page.keyboard.press('Enter')]);
    await eventually(() => url().get('q')).toMatch(/^service:\S+$/);
    await page.waitForFunction(() => !document.querySelector('.opacity-60, .progress-thin'));
    const searched = url().get('q');
    await page.keyboard.press('Escape');

    await page.keyboard.press('j');
    await eventually(() => focusIn('[data-index="0"]')).toBe(true);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await eventually(() => url().get('id')).not.toBeNull();
    const first = url().get('id');
    await page.keyboard.press('j');
    await eventually(() => url().get('id')).not.toBe(first);
    await page.keyboard.press('Shift+C');
    await eventually(() => url().get('tab')).toBe('context');
    await page.keyboard.press('Escape');
    await eventually(() => url().get('id')).toBeNull();

    await page.keyboard.press('m');
    await page.keyboard.press('j');
    await page.keyboard.press('m');
    await page.keyboard.press('c');
    await eventually(() =>
      page.evaluate(() => navigator.clipboard.readText()).then((text) => JSON.parse(text).length),
    ).toBe(2);

    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('x');
    await eventually(() => url().get('q')).not.toBe(searched);
    await page.goBack();
    await eventually(() => url().get('q')).toBe(searched);

    await page.keyboard.press('[');
    await eventually(() => url().get('from')).toMatch(/^20/);
    await page.keyboard.press('h');
    await page.getByRole('region', { name: 'Histogram' }).waitFor({ state: 'detached' });
    await page.keyboard.press('h');
    const chart = page.getByRole('group', { name: /Events over time/ });
    const before = url().get('to');
    // keys that come while the bars are drawn anew have nothing to act on
    await eventually(async () => {
      await chart.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(100);
      return url().get('to');
    }).not.toBe(before);

    await page.keyboard.press('s');
    await page.getByRole('menuitem', { name: 'Copy as curl' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('l');
    await eventually(() => url().get('live')).toBe('1');
    await page.getByRole('grid', { name: 'Live events' }).waitFor();
    // Space belongs to a focused button, so the focus goes to the rows first
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Space');
    await page.getByText(/^Paused/).waitFor();
    await page.keyboard.press('Space');
    await page.getByText(/^Paused/).waitFor({ state: 'detached' });
    expect(findings).toEqual([]);
  });

  describe.skipIf(served !== undefined)('against a server of the test', () => {
    const start = async (options: Parameters<typeof startFakeApi>[0]) => {
      const own = await startFakeApi({ site: SITE_FOLDER, ...options });
      return { own, ...(await openAt({ url: own.url })) };
    };

    it('shows hostile text as text in every place', async () => {
      const attacks = [
        '<script>window.pwned=1</script>',
        '<img src=x onerror="window.pwned=1">',
        '"><svg onload=window.pwned=1>',
        "javascript:window.pwned=1//'",
        '{{constructor.constructor("window.pwned=1")()}}',
        '\u202E<b>dlrow\u0000',
      ];
      const events = makeEvents(60, 36e5).map((event, index): FakeEvent => {
        const attack = attacks[index % attacks.length] ?? '';
        return {
          ...event,
          severity: 'ERROR',
          level: attack,
          service: attack,
          environment: attack,
          host: attack,
          message: attack,
          correlation_id: attack,
          category: attack,
          attributes: { [attack]: attack, nested: { [attack]: [attack] } },
        };
      });
      const { own, page, findings } = await start({ events });
      try {
        for (const path of [
          '/',
          `/logs?q=${encodeURIComponent(attacks[1] as string)}&cols=${encodeURIComponent(`timestamp,${attacks[1]}`)}`,
          '/logs',
        ]) {
          await go(page, path);
          await page.waitForTimeout(600);
        }
        await page.locator('[role=grid] [data-index="1"] [data-col="2"]').click();
        for (const tab of ['Fields', 'JSON', 'Raw', 'Context']) {
          await page.getByRole('tab', { name: tab }).click();
          await page.waitForTimeout(200);
        }
        await page.keyboard.press('Escape');
        await page.locator('[role=grid] [data-index="2"] [data-col="3"]').click({ button: 'right' });
        await page.keyboard.press('Escape');
        await go(page, '/logs?live=1');
        own.sendLive({
          type: 'logs',
          logs: events,
          cursor: '1',
          matched: events.length + 1,
          sent: events.length,
          gap: { count: 1, from: attacks[0], to: attacks[1] },
        });
        await page.waitForTimeout(800);
        expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBeUndefined();
        expect(await page.locator('main script, main img, main b, main svg[onload]').count()).toBe(0);
        expect(findings).toEqual([]);
      } finally {
        await own.close();
      }
    });

    it('saves a search, opens it by its link alone, tells changes and takes them back', async () => {
      const { own, page } = await start({});
      const q = () => new URL(page.url()).searchParams.get('q');
      try {
        await go(page, '/logs?q=service%3Acheckout&from=-24h');
        await page.locator('[role=grid] [data-index="1"]').waitFor();
        await page.keyboard.press('Control+s');
        const dialog = page.getByRole('dialog', { name: 'Save the search' });
        await dialog.waitFor();
        expect(await axeFindings(page)).toEqual([]);
        await page.keyboard.type('Checkout');
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Saved searches: Checkout', exact: true }).waitFor();
        const view = new URL(page.url()).searchParams.get('view');
        await go(page, '/send');
        await go(page, `/logs?view=${view}`);
        await eventually(q).toBe('service:checkout');
        await page.getByLabel('Query', { exact: true }).fill('service:checkout cart');
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Saved searches: Checkout modified' }).click();
        await page.getByRole('menuitem', { name: 'Reset to saved' }).click();
        await eventually(q).toBe('service:checkout');
        await page.getByRole('button', { name: /^Saved searches/ }).click();
        await page.getByRole('menuitem', { name: /^All saved searches/ }).click();
        await page.getByRole('button', { name: 'Begin with Checkout' }).click();
        await page.getByRole('button', { name: 'No longer begin with Checkout' }).waitFor();
        expect(await axeFindings(page)).toEqual([]);
        await page.keyboard.press('Escape');
        await go(page, '/send');
        // a page that was never left does not begin anew
        await page.getByRole('heading', { level: 1, name: 'Send data' }).waitFor();
        await go(page, '/logs');
        await eventually(q).toBe('service:checkout');
        await page.getByRole('button', { name: /^Saved searches/ }).click();
        await page.getByRole('menuitem', { name: /^All saved searches/ }).click();
        await page.getByRole('button', { name: 'Delete Checkout' }).click();
        await page.getByText('None saved yet').waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Undo' }).click();
        await page.getByText('Checkout is back').waitFor();
      } finally {
        await own.close();
      }
    });

    it('sends files by keyboard or drop, tells how far they are, what became of them, and why one was not taken', async () => {
      let refuses = false;
      const { own, page, findings } = await start({
        intercept: (path) => (refuses && path.endsWith('/file') ? { status: 403, body: {} } : null),
      });
      const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from('one\ntwo\nthree\n') });
      try {
        await go(page, '/send');
        const choosing = page.waitForEvent('filechooser');
        await page.getByRole('button', { name: 'Choose files' }).press('Enter');
        await (await choosing).setFiles([file('app.log'), file('other.log')]);
        const row = page.getByRole('button', { name: /app\.log/ });
        await row.waitFor();
        await page.getByRole('button', { name: /other\.log.*3 events accepted/ }).waitFor();
        await row.press('Enter');
        await page.getByRole('link', { name: 'Show its events in Logs' }).waitFor();
        expect(new URL(page.url()).searchParams.get('id')).toBe('upload-2');
        expect(await axeFindings(page)).toEqual([]);
        refuses = true;
        const dropped = await page.evaluateHandle(() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(['x'], 'dropped.log'));
          return transfer;
        });
        await page.getByRole('region', { name: 'Files', exact: true }).dispatchEvent('drop', { dataTransfer: dropped });
        await page.getByRole('alert').filter({ hasText: 'the file was not taken: 403' }).waitFor();
        expect(await axeFindings(page)).toEqual([]);
        // the refusal is the test's own
        expect(findings.filter((finding) => !/403/.test(finding))).toEqual([]);
      } finally {
        await own.close();
      }
    });

    it('asks for numbers by controls and draws them over time', async () => {
      const { own, page } = await start({});
      const q = () => new URL(page.url()).searchParams.get('q');
      try {
        await go(page, '/logs?from=-24h&q=level%3A%3E%3Dwarn');
        await page.getByRole('button', { name: 'Numbers' }).click();
        await page.getByRole('region', { name: 'Table of groups' }).waitFor();
        expect(q()).toBe('level:>=warn | stats count by service');
        await page.getByRole('button', { name: 'Over time' }).click();
        await page.getByLabel('Step of time').selectOption('1h');
        await page.getByRole('group', { name: /^count over time/ }).waitFor();
        await eventually(q).toBe('level:>=warn | stats count by service, time(1h)');
        expect(await axeFindings(page)).toEqual([]);
        await page.getByRole('button', { name: 'Numbers' }).click();
        await eventually(q).toBe('level:>=warn');
        await page.locator('[role=grid] [data-index="1"]').waitFor();
      } finally {
        await own.close();
      }
    });

    it('exports all events of a search in parts, and takes a deletion back', async () => {
      const { own, page } = await start({ events: makeEvents(12_000, 36e5) });
      try {
        await go(page, '/logs?from=-24h');
        await page.locator('[role=grid] [data-index="1"]').waitFor();
        await page.getByRole('button', { name: 'Export' }).click();
        await page.getByRole('radio', { name: 'All 12,000' }).waitFor();
        expect(await axeFindings(page)).toEqual([]);
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Save file' }).click(),
        ]);
        const lines = readFileSync(await download.path(), 'utf8')
          .trim()
          .split('\r\n');
        expect(new Set(lines).size).toBe(12_000);

        const count = page.getByText(/^[\d,]+ events · /);
        await page.locator('[role=grid] [data-index="1"] [data-col="1"]').click();
        await page.getByRole('button', { name: 'Actions on the event' }).click();
        await page.getByRole('menuitem', { name: 'Delete event' }).click();
        await eventually(() => count.textContent()).toMatch(/^11,999 /);
        await page.getByRole('button', { name: 'Undo' }).click();
        await eventually(() => count.textContent()).toMatch(/^12,000 /);
      } finally {
        await own.close();
      }
    });

    it('underlines a mistake before the query runs and keeps the rows', async () => {
      const { own, page } = await start({});
      try {
        await go(page, '/logs?from=-24h');
        await page.locator('[role=grid] [data-index="3"]').waitFor();
        await page.getByLabel('Query', { exact: true }).fill('service:(cart');
        await page.getByRole('option').first().waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('alert').filter({ hasText: 'parenthesis is not closed' }).waitFor();
        await page.keyboard.press('Enter');
        await page.waitForTimeout(400);
        expect(await page.locator('[role=grid] [data-index]').count()).toBeGreaterThan(10);
      } finally {
        await own.close();
      }
    });

    it('holds still under a reader who scrolled, counts what came, and fills a stated gap', async () => {
      const { own, page } = await start({ liveRate: 40 });
      try {
        await go(page, '/logs?live=1');
        const grid = page.getByRole('grid', { name: 'Live events' });
        await page.locator('[role=grid] [data-index="60"]').waitFor({ timeout: 20_000 });
        await grid.hover();
        await page.mouse.wheel(0, -400);
        await page.getByText(/^Paused · \d/).waitFor();
        const shown = () =>
          grid.evaluate(
            (element) =>
              `${element.scrollTop} ${[...element.querySelectorAll('[data-index]')].map((row) => row.textContent).join()}`,
          );
        const before = await shown();
        await page.waitForTimeout(1_500);
        expect(await shown()).toBe(before);
        await page.getByRole('button', { name: /new events · jump to bottom/ }).click();
        await page.getByText(/^Paused/).waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Pause' }).click();
        // rows beyond the screen are not drawn, so the line at the place is looked for by scrolling back
        await eventually(async () => {
          await grid.evaluate((element) => element.scrollBy(0, -200));
          return page.getByText(/^Resumed \d/).count();
        }).toBe(1);
        await page.getByRole('button', { name: 'Resume' }).click();
        own.flow(false);
        const now = new Date();
        own.sendLive({
          type: 'gap',
          count: 312,
          from: new Date(now.getTime() - 4e3).toISOString(),
          to: now.toISOString(),
          cursor: 'g',
        });
        await page.getByText(/312 events not shown/).waitFor();
        await page.getByRole('button', { name: 'Load', exact: true }).click();
        await page.getByRole('button', { name: 'Loading…' }).waitFor({ state: 'detached' });
      } finally {
        await own.close();
      }
    });

    it('comes back by itself after its connection was cut', async () => {
      const { own, page } = await start({});
      try {
        await go(page, '/logs?live=1');
        await page.getByText('Live', { exact: true }).first().waitFor();
        await page.locator('[role=grid] [data-index="0"]').waitFor();
        own.cutLive();
        await page.getByText(/^Reconnecting in/).waitFor();
        await page.getByText(/^Reconnecting in/).waitFor({ state: 'detached' });
      } finally {
        await own.close();
      }
    });

    it('asks for the password over the page when the session ends, and goes on with what was typed', async () => {
      let over = false;
      const { own, page } = await start({
        intercept: (path) =>
          over && path === '/api/v1/logs'
            ? { status: 401, body: { title: 'Session is over', status: 401, code: 'unauthenticated' } }
            : null,
      });
      try {
        await go(page, '/logs?from=-24h');
        await page.locator('[role=grid] [data-index="3"]').waitFor();
        over = true;
        await page.getByLabel('Query', { exact: true }).fill('cart');
        await page.keyboard.press('Enter');
        const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
        await dialog.waitFor();
        over = false;
        await dialog.getByLabel('Password').fill(FAKE_LOGIN.password);
        await page.keyboard.press('Enter');
        await dialog.waitFor({ state: 'detached' });
        expect(new URL(page.url()).searchParams.get('q')).toBe('cart');
        await page.locator('[role=grid] [data-index="3"]').waitFor();
      } finally {
        await own.close();
      }
    });

    it('waits for the first event of a new project and says when it has come', async () => {
      const { own, page } = await start({ events: [] });
      try {
        await page.getByRole('heading', { name: 'Waiting for your first event' }).waitFor();
        await page.getByRole('button', { name: 'Make a key' }).click();
        await page.getByText('This key is shown only now').waitFor();
        expect(await page.getByTestId('snippet').textContent()).toMatch(/X-API-Key: trb_local_/);
        await page.getByRole('button', { name: 'Generate sample logs' }).click();
        await page.getByText('Volume by level').waitFor({ timeout: 15_000 });
      } finally {
        await own.close();
      }
    });
  });
});
