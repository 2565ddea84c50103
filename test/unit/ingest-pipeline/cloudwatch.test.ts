import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { decodeFrame, readLines } from '../../../functions/core/frame.ts';
import type { LogRecord } from '../../../functions/core/log-record.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { makeAccept } from '../../../functions/ingest/accept.ts';
import { Subscriptions } from '../../../functions/ingest/cloudwatch/take-subscription.ts';
import { LogGroupsEnv } from '../../../functions/ingest/env.ts';
import { DEFAULT_POLICY, MemoryObjectStore, MemoryStream } from '../../support/fakes.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SIGNAL = new AbortController().signal;
const [SHOP, PAYMENTS] = [ProjectId.parse('shop'), ProjectId.parse('payments')];

const delivery = (logGroup: string, ...messages: string[]) =>
  pack({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup,
    logStream: '2026/11/21/[$LATEST]5f2b',
    subscriptionFilters: ['tributary'],
    logEvents: messages.map((message, at) => ({
      id: `3195310660696698337880902507980421${at}`,
      timestamp: NOW,
      message,
    })),
  });
const pack = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64');

function start(projects: Readonly<Record<string, ProjectId>> = { '/aws/': SHOP, '/aws/lambda/pay': PAYMENTS }) {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const stream = new MemoryStream();
  const objects = new MemoryObjectStore();
  const state: { failure?: Error } = {};
  const accept = makeAccept({
    stream,
    quarantine: objects,
    ...DEFAULT_POLICY,
    policies: async (project) => {
      if (state.failure !== undefined) throw state.failure;
      return DEFAULT_POLICY.policies(project);
    },
    now: () => NOW,
  });
  const make = (mapped: typeof projects) => new Subscriptions({ accept, objects, projects: mapped, now: () => NOW });
  const events = async () => {
    const found: (LogRecord & { project: ProjectId })[] = [];
    for (const record of stream.records) {
      const frame = decodeFrame(record);
      for (const line of readLines(frame)) found.push({ ...JSON.parse(line), project: frame.header.project });
    }
    return found;
  };
  return { stream, objects, state, subscriptions: make(projects), withProjects: make, events };
}

describe('log events that a subscription filter sends to the function', () => {
  it('are accepted for the project of the longest beginning of their log group that is named, and once however often they come', async () => {
    const { subscriptions, events, objects } = start();
    const data = delivery('/aws/lambda/pay-api', '2026-11-21T11:59:59.500Z\tid-1\tERROR\tno funds', 'second');
    await subscriptions.take('1', data, SIGNAL);
    await subscriptions.take('1', data, SIGNAL);
    await subscriptions.take('2', delivery('/aws/rds/main', 'third'), SIGNAL);
    const found = await events();
    expect(found.map(({ project }) => project)).toEqual([PAYMENTS, PAYMENTS, PAYMENTS, PAYMENTS, SHOP]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
    expect(found[0]).toMatchObject({ severityNumber: 17, resource: { 'service.name': 'pay-api' } });
    expect(objects.objects.size).toBe(0);
  });

  it('are none in a message that only asks whether somebody listens', async () => {
    const { subscriptions, stream, objects } = start();
    const data = pack({
      messageType: 'CONTROL_MESSAGE',
      owner: 'CloudwatchLogs',
      logGroup: '',
      logStream: '',
      logEvents: [],
    });
    await subscriptions.take('1', data, SIGNAL);
    expect([stream.records.length, objects.objects.size]).toEqual([0, 0]);
  });

  it('are refused by name where they are no gzip, no JSON, no delivery, or a bomb', async () => {
    const { subscriptions, stream, objects } = start();
    const bomb = gzipSync(Buffer.alloc(65 * 1_048_576)).toString('base64');
    for (const data of [
      '%%%',
      Buffer.from('plain').toString('base64'),
      gzipSync('{').toString('base64'),
      pack([]),
      bomb,
    ])
      await expect(subscriptions.take('1', data, SIGNAL)).rejects.toMatchObject({ code: 'undecodable' });
    expect([stream.records.length, objects.objects.size]).toEqual([0, 0]);
  });

  it('are kept when they cannot be accepted, and accepted later by as many runs as that takes', async () => {
    const { subscriptions, stream, objects, state, events } = start();
    stream.takes = () => false;
    await subscriptions.take('1', delivery('/aws/rds/main', 'throttled'), SIGNAL);
    state.failure = new Error('table is away');
    await subscriptions.take('2', delivery('/aws/rds/main', 'no table'), SIGNAL);
    expect([...objects.objects.keys()]).toEqual(['cloudwatch/1', 'cloudwatch/2']);
    delete state.failure;
    expect(await subscriptions.drain(SIGNAL)).toBe(0);
    stream.takes = () => true;
    expect(await subscriptions.drain(AbortSignal.abort())).toBe(0);
    expect(await subscriptions.drain(SIGNAL)).toBe(2);
    expect(await subscriptions.drain(SIGNAL)).toBe(0);
    expect((await events()).map(({ body }) => body)).toEqual(['throttled', 'no table']);
    expect(objects.objects.size).toBe(0);
  });

  it('fail and are kept where their log group belongs to no project, hold up nothing, and are accepted once it does', async () => {
    const { subscriptions, withProjects, stream, objects, events } = start();
    await expect(subscriptions.take('1', delivery('/other/group', 'early'), SIGNAL)).rejects.toThrow(
      'log group "/other/group" belongs to no project',
    );
    stream.takes = () => false;
    await subscriptions.take('2', delivery('/aws/rds/main', 'throttled'), SIGNAL);
    stream.takes = () => true;
    expect(await subscriptions.drain(SIGNAL)).toBe(1);
    expect([...objects.objects.keys()]).toEqual(['cloudwatch/1']);
    expect(await withProjects({ '/other/': SHOP }).drain(SIGNAL)).toBe(1);
    expect((await events()).map(({ body }) => body)).toEqual(['throttled', 'early']);
  });

  it('are told to Logs as failed where they can be neither accepted nor kept', async () => {
    const { subscriptions, stream, objects } = start();
    stream.takes = () => false;
    objects.broken = true;
    await expect(subscriptions.take('1', delivery('/aws/rds/main', 'x'), SIGNAL)).rejects.toThrow(
      'object store is away',
    );
  });
});

describe('the setting of log groups', () => {
  it('names projects by beginnings of groups, and nothing else', () => {
    const parse = (value: unknown) => LogGroupsEnv.safeParse({ LOG_GROUP_PROJECTS: JSON.stringify(value) }).success;
    expect([{}, { '/aws/': 'shop' }].map(parse)).toEqual([true, true]);
    expect([{ '': 'shop' }, { '/aws/': 'No Project' }, []].map(parse)).toEqual([false, false, false]);
  });
});
