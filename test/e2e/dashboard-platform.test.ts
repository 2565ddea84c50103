import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser, watchPage } from '../support/browser.ts';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';

describe.skipIf(chromiumPath === undefined)('the dashboard on the whole platform', () => {
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  let findings: ReturnType<typeof watchPage>;

  beforeAll(async () => {
    platform = await startPlatform();
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    findings = watchPage(page);
    await page.goto(`${platform.url}/login`);
    await page.fill('[name=username]', platform.username);
    await page.fill('[name=password]', platform.password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  /** Within the app, as its own links do. */
  const go = (path: string) =>
    page.evaluate((to) => {
      history.pushState({}, '', to);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
  const send = (service: string, ...messages: string[]) =>
    platform.call('/api/v1/logs/batch', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(messages.map((message) => ({ timestamp: Date.now(), level: 'ERROR', service, message }))),
    });

  /** A page asks once: what it must show has to be found by then. */
  const searchable = (count: number) =>
    eventually(
      () => platform.json<{ total: number }>('/api/v1/logs/search?query=service:browser'),
      ({ total }) => total === count,
    );

  it('waits for the first event of an empty project, and shows it when it comes', async () => {
    await go('/logs');
    await page
      .getByText(/waiting for your first event/i)
      .first()
      .waitFor();
    await send('browser', 'the very first event');
    await searchable(1);
    await go('/logs?q=service%3Abrowser&from=-1h');
    await page.getByText('the very first event').first().waitFor({ timeout: 20_000 });
  });

  it('opens an event and shows all of it', async () => {
    await page.getByText('the very first event').first().click();
    await page.getByText('service.name').first().waitFor();
  });

  it('shows what arrives, live', async () => {
    await go('/logs?live=1&q=service%3Abrowser');
    await page
      .getByText(/^live$/i)
      .first()
      .waitFor();
    // the tail takes notice of a subscription within two seconds
    await page.waitForTimeout(3_000);
    await send('browser', 'arrived while looking');
    await page.getByText('arrived while looking').first().waitFor({ timeout: 20_000 });
  });

  it('underlines what is wrong in a query and says so', async () => {
    await go('/logs?q=service%3A(&from=-1h');
    await page
      .getByText(/expected/i)
      .first()
      .waitFor({ timeout: 10_000 });
  });

  it('goes on where it was after a reload', async () => {
    await searchable(2);
    await go('/logs?q=service%3Abrowser&from=-1h');
    await page.reload();
    await page.getByText('arrived while looking').first().waitFor({ timeout: 20_000 });
  });

  it('breaks no policy and writes no error on the way', () => {
    expect(findings).toEqual([]);
  });
});
