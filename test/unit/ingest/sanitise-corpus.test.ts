import { beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../functions/core/log-record.ts';
import { readLogHub } from '../../support/loghub.ts';
import { KINDS, makeCleanLines, type Planted, plantSecrets } from '../../support/planted-secrets.ts';
import { startShippers } from '../../support/shippers.ts';

const hub = readLogHub().flatMap(({ lines }) => lines);
/** Without real logs secrets are planted in made ones. */
const hosts = hub.length > 0 ? hub : makeCleanLines(2_000, 7);

/** What is stored of each line, as JSON, by its place. */
async function store(lines: readonly string[]): Promise<readonly string[]> {
  const shippers = startShippers();
  const { text } = await shippers.send({ path: '/v1/ingest?join=0', body: lines.join('\n') });
  expect(text).toBe(`{"accepted":${lines.length},"rejected":0,"errors":[]}`);
  // frames are by day, ids count within the request
  const stored = shippers.stored().sort((a, b) => (a.id.slice(5) < b.id.slice(5) ? -1 : 1));
  expect(stored.length).toBe(lines.length);
  return stored.map((record) => JSON.stringify(record));
}

const isTouched = (stored: string): boolean =>
  ((JSON.parse(stored) as LogRecord).marks ?? []).some((mark) => mark.startsWith('sanitised:'));

describe('sanitising by default', () => {
  const planted = plantSecrets(hosts, 70, 11);
  const escaped = (secret: string) => JSON.stringify(secret).slice(1, -1);
  let missed: readonly Planted[] = [];

  beforeAll(async () => {
    const stored = await store(planted.map(({ line }) => line));
    missed = planted.filter(({ secret }, at) => stored[at]?.includes(escaped(secret)));
  });

  it('is tried on at least 2,000 secrets of at least 30 kinds', () => {
    expect(Object.keys(KINDS).length).toBeGreaterThanOrEqual(30);
    expect(planted.length).toBeGreaterThanOrEqual(2_000);
    expect(planted.every(({ line, secret }) => line.includes(escaped(secret)) || line.includes(secret))).toBe(true);
  });

  it('finds at least 98 % of all, and most of each kind', () => {
    const byKind = Map.groupBy(missed, ({ kind }) => kind);
    const worst = [...byKind].map(([kind, lines]) => ({
      kind,
      missed: lines.length,
      lines: lines.slice(0, 3).map(({ line }) => line),
    }));
    expect(1 - missed.length / planted.length, JSON.stringify(worst, null, 1)).toBeGreaterThanOrEqual(0.98);
    expect(worst.filter(({ missed: count }) => count > 14)).toEqual([]);
  });

  it('touches at most 0.1 % of 20,000 lines that hold none', async () => {
    const clean = [...hub, ...makeCleanLines(20_000 - hub.length, 13)];
    const stored = await store(clean);
    const touched = clean.filter((_, at) => isTouched(stored[at] ?? ''));
    expect(touched.length / clean.length, touched.slice(0, 20).join('\n')).toBeLessThanOrEqual(0.001);
  });
});
