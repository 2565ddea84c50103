import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toPieces } from '../../functions/live/message.ts';
import type { LogEvent } from '../../functions/search/api.ts';
import { chromiumPath, launchBrowser } from '../support/browser.ts';
import { FAKE_LOGIN, startFakeApi } from '../support/fake-api.ts';
import { makeEvents } from '../support/fake-events.ts';
import { ROOT } from '../support/steps.ts';

/**
 * The live page in Chromium while thousands of events a second reach it, in messages as the platform cuts them: how smooth it stays, and
 * that what it counts, rows and gaps, is what was sent. The platform's own way to the socket is the latency bench's.
 */

const SECONDS = Number(process.env.SECONDS ?? 60);
const RATE = Number(process.env.RATE ?? 5_000);
const EVERY_MILLIS = 100;
const BATCH = Math.round((RATE * EVERY_MILLIS) / 1000);
/** Of each batch so many are told as a gap, as a flood beyond a viewer's budget is. */
const MISSED = Math.round(BATCH / 20);

/** What the page measures of itself. */
interface Smoothness {
  readonly frames: number[];
  readonly longTasks: number[];
}

if (chromiumPath === undefined) {
  console.log('no Chromium found (set CHROMIUM_PATH)');
} else {
  const api = await startFakeApi({ site: join(ROOT, 'dist/site') });
  api.flow(false);
  const browser = await launchBrowser();
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(`${api.url}/login`);
  await page.fill('[name=username]', FAKE_LOGIN.username);
  await page.fill('[name=password]', FAKE_LOGIN.password);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').first().waitFor();
  await page.evaluate(() => {
    history.pushState({}, '', '/logs?live=1');
    dispatchEvent(new PopStateEvent('popstate'));
  });
  await page
    .getByText(/^live$/i)
    .first()
    .waitFor();
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable');
  const heapBytes = async (): Promise<number> => {
    await devTools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devTools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
  };
  const templates = makeEvents(BATCH, 60_000);
  let batches = 0;
  await flood(5);

  await page.evaluate(() => {
    const seen: Smoothness = { frames: [], longTasks: [] };
    Object.assign(globalThis, { smoothness: seen });
    let last = performance.now();
    const frame = (now: number) => {
      seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longTasks.push(duration);
    }).observe({ entryTypes: ['longtask'] });
  });
  const heapBefore = await heapBytes();
  const sent = await flood(SECONDS);
  const heapAfter = await heapBytes();
  const { frames, longTasks } = await page.evaluate(
    () => (globalThis as unknown as { smoothness: Smoothness }).smoothness,
  );
  console.log(`${sent} events in ${SECONDS} s`);
  print('frame', frames, 25);
  console.log(
    `tasks over 50 ms: ${longTasks.length} (≤ 2)${longTasks.length > 0 ? `, longest ${Math.max(...longTasks).toFixed(0)} ms` : ''}`,
  );
  console.log(`heap ${((heapAfter - heapBefore) / 1e6).toFixed(0)} MB more, once collected (≤ 40)`);

  await page.getByRole('button', { name: 'Pause' }).click();
  const held = await flood(5);
  await sleep(2_000);
  const counted = (await page.getByText(/^Paused · [\d,]+ new$/).textContent()) ?? '';
  console.log(`paused: the page counts ${counted.replace(/\D/g, '')} rows and missed ones of ${held} sent`);
  await browser.close();
  await api.close();

  /** @returns events sent, those told as gaps included */
  async function flood(seconds: number): Promise<number> {
    const startedAt = Date.now();
    const rounds = Math.round((seconds * 1000) / EVERY_MILLIS);
    for (let round = 0; round < rounds; round++) {
      const timestamp = new Date().toISOString();
      const prefix = `batch${batches++}-`;
      const logs = templates.map((event, at) => ({ ...event, id: prefix + at, timestamp }) as unknown as LogEvent);
      toPieces(logs.slice(MISSED), JSON.stringify).forEach(({ json, count }, piece) => {
        api.sendLive({
          type: 'logs',
          logs: JSON.parse(`[${json}]`) as unknown,
          cursor: prefix,
          matched: count + (piece === 0 ? MISSED : 0),
          sent: count,
          ...(piece === 0 && { gap: { count: MISSED, from: timestamp, to: timestamp } }),
          interval_ms: 500,
        });
      });
      await sleep(Math.max(0, startedAt + (round + 1) * EVERY_MILLIS - Date.now()));
    }
    return rounds * BATCH;
  }
}

function print(what: string, millis: number[], target: number): void {
  const sorted = millis.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(0);
  console.log(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (≤ ${target}), p99 ${at(0.99)} ms, max ${at(1)} ms`);
}
