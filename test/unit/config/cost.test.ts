import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ASSUMPTIONS, estimateCost, type Usage } from '../../../lib/config/cost.ts';
import { PRICES } from '../../../lib/config/prices.ts';
import { StageSettings } from '../../../lib/config/stage.ts';
import { ROOT } from '../../support/steps.ts';

const small = StageSettings.parse({ name: 'small', size: 'small' });
const standard = StageSettings.parse({ name: 'standard', size: 'standard' });
const usage: Usage = { gbPerDay: 10, viewers: 3 };
const dollarsOf = (stage: StageSettings, of: Usage, service: string) =>
  estimateCost(stage, of)
    .lines.filter((line) => line.service === service)
    .reduce((total, { dollars }) => total + dollars, 0);

describe('estimateCost', () => {
  it('adds up its lines', () => {
    const { lines, total } = estimateCost(small, usage);
    expect(total).toBeCloseTo(lines.reduce((sum, { dollars }) => sum + dollars, 0));
  });

  it('pays for nodes and disks of the size, whatever comes', () => {
    const nodes = 3 * PRICES.searchNodeHour['r7g.large.search'] * 730;
    const disks = 3 * 200 * PRICES.searchDiskGbMonth;
    for (const gbPerDay of [0, 100])
      expect(dollarsOf(standard, { gbPerDay, viewers: 0 }, 'OpenSearch')).toBeCloseTo(nodes + disks);
  });

  it('pays for shards where a stage fixes them, else by the GB', () => {
    const shards = StageSettings.parse({ name: 'shards', size: 'small', streamShards: 4 });
    const idle = { gbPerDay: 0, viewers: 0 };
    expect(dollarsOf(shards, idle, 'Kinesis')).toBeCloseTo(4 * (PRICES.shardHour + PRICES.shardRetainedHour) * 730);
    expect(dollarsOf(small, idle, 'Kinesis')).toBeCloseTo(PRICES.streamHour * 730);
    const month = (10 * 730) / 24 / ASSUMPTIONS.compression;
    expect(dollarsOf(small, { gbPerDay: 10, viewers: 0 }, 'Kinesis') - PRICES.streamHour * 730).toBeCloseTo(
      month * (PRICES.streamGbIn + 3 * PRICES.streamGbOut) +
        ((2 * 10) / ASSUMPTIONS.compression) * PRICES.streamRetainedGbMonth,
    );
  });

  it('grows evenly with what comes, by the price of a GB', () => {
    const at = (gbPerDay: number) => estimateCost(small, { gbPerDay, viewers: 0 }).total;
    const { perGb } = estimateCost(small, usage);
    expect(perGb).toBeGreaterThan(0);
    expect((at(50) - at(20)) / 30 / (730 / 24)).toBeCloseTo(perGb);
  });

  it('takes more for more viewers, none of it for what comes in', () => {
    const more = { ...usage, viewers: 30 };
    expect(estimateCost(small, more).total).toBeGreaterThan(estimateCost(small, usage).total);
    expect(estimateCost(small, more).perGb).toBe(estimateCost(small, usage).perGb);
  });

  it('tells how long the disks last: two copies of 0.8 of the bytes, a fifth kept free', () => {
    expect(estimateCost(standard, usage).searchableDays).toBeCloseTo((600 * 1.073741824 * 0.8) / (10 * 0.8 * 2));
    expect(estimateCost(small, { gbPerDay: 0, viewers: 0 }).searchableDays).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    { gbPerDay: -1, viewers: 0 },
    { gbPerDay: Number.NaN, viewers: 0 },
    { gbPerDay: 0, viewers: -2 },
  ])('refuses %j', (wrong) => {
    expect(() => estimateCost(small, wrong)).toThrow(RangeError);
  });
});

describe('npm run cost', () => {
  const cost = (...args: string[]) =>
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'bin/cost.ts', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
    });

  it('prints the lines, the month and the price of a GB', () => {
    const { stdout, status } = cost('--gb-per-day', '10', '--viewers', '3');
    expect(status).toBe(0);
    const production = estimateCost(StageSettings.parse({ name: 'production', size: 'small' }), usage);
    for (const figure of [production.total, production.perGb, ...production.lines.map(({ dollars }) => dollars)])
      expect(stdout).toContain(`$${figure.toFixed(2)}`);
  });

  it('says what is wrong with an argument', () => {
    expect(cost('--gb-per-day', 'much')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--gb-per-day takes a number from 0, not "much"'),
    });
    expect(cost('--stage', 'nowhere').stderr).toContain('there is no stage "nowhere"');
  });
});
