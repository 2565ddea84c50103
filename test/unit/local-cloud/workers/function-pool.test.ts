import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ColdStart,
  FunctionPool,
  PAYLOAD_BYTES,
  PayloadTooLargeError,
  ThrottledError,
} from '../../../../lib/local-cloud/workers/function-pool.ts';
import type { FunctionSpec } from '../../../../lib/local-cloud/workers/function-spec.ts';
import { LogFile } from '../../../../lib/local-cloud/workers/log-file.ts';
import { temporaryFolder } from '../../../support/cloud-assembly.ts';

const pools: FunctionPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function makePool(code: string, over: Partial<FunctionSpec> = {}) {
  const folder = temporaryFolder();
  const file = join(folder, 'index.mjs');
  writeFileSync(file, code);
  const coldStarts: ColdStart[] = [];
  const logPath = join(folder, 'logs/fn.log');
  const pool = new FunctionPool({
    spec: {
      logicalId: 'Fn',
      name: 'fn',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      file,
      exportName: 'handler',
      handler: 'index.handler',
      memoryMegabytes: 128,
      timeoutMillis: 10_000,
      reservedConcurrency: undefined,
      logGroupName: 'group',
      variables: {},
      ...over,
    },
    environment: { ONLY: 'this' },
    log: new LogFile(logPath),
    onColdStart: (coldStart) => coldStarts.push(coldStart),
  });
  pools.push(pool);
  const invoke = async (event: unknown = {}) => {
    const { payload, error } = await pool.invoke(JSON.stringify(event));
    return { answer: JSON.parse(payload), error };
  };
  return { pool, invoke, coldStarts, logPath };
}

describe('a function', () => {
  it('gets the event and the context of Lambda', async () => {
    const { invoke } = makePool(`export const handler = async (event, context) => ({
      event, keys: Object.keys(context).sort(), remaining: context.getRemainingTimeInMillis(), arn: context.invokedFunctionArn, memory: context.memoryLimitInMB,
    });`);
    const { answer } = await invoke({ a: [1, 'é', null] });
    expect(answer).toMatchObject({
      event: { a: [1, 'é', null] },
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      memory: '128',
    });
    expect(answer.keys).toEqual([
      'awsRequestId',
      'callbackWaitsForEmptyEventLoop',
      'functionName',
      'functionVersion',
      'getRemainingTimeInMillis',
      'invokedFunctionArn',
      'logGroupName',
      'logStreamName',
      'memoryLimitInMB',
    ]);
    expect(answer.remaining).toBeGreaterThan(0);
    expect(answer.remaining).toBeLessThanOrEqual(10_000);
  });

  it('keeps its module between invocations, and sees the environment it was given alone', async () => {
    const { invoke, coldStarts } = makePool(
      'let count = 0; export const handler = async () => ({ count: ++count, env: { ...process.env } });',
    );
    await invoke();
    const { answer } = await invoke();
    expect(answer.count).toBe(2);
    expect(coldStarts).toMatchObject([{ functionLogicalId: 'Fn' }]);
    expect(Object.keys(answer.env).sort()).toEqual(['AWS_LAMBDA_LOG_STREAM_NAME', 'ONLY']);
  });

  it('runs one invocation at a time in an environment, and in as many as it needs', async () => {
    const { invoke, coldStarts } = makePool(`
      let running = 0;
      export const handler = async () => {
        const seen = ++running;
        await new Promise((resolve) => setTimeout(resolve, 50));
        running--;
        return seen;
      };`);
    const answers = await Promise.all(Array.from({ length: 12 }, () => invoke()));
    expect(answers.map(({ answer }) => answer)).toEqual(Array(12).fill(1));
    // the ninth waits: more threads than this help nobody
    expect(coldStarts.length).toBeLessThanOrEqual(8);
    expect(coldStarts.length).toBeGreaterThan(1);
  });

  it('takes the first environment that is free, so that a burst of short invocations starts few', async () => {
    const { invoke, coldStarts } = makePool('export const handler = async (event) => event;');
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => invoke(n)));
    expect(answers.map(({ answer }) => answer)).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(coldStarts.length).toBeLessThanOrEqual(3);
  });

  it('that fails to load fails every invocation that waits for it', async () => {
    const { invoke } = makePool('throw new Error("missing variable");');
    const answers = await Promise.all(Array.from({ length: 4 }, () => invoke()));
    expect(answers.map(({ error }) => error?.errorMessage)).toEqual(Array(4).fill('missing variable'));
  });

  it('ends what waits when it is closed', async () => {
    const { pool, invoke } = makePool('await new Promise((resolve) => setTimeout(resolve, 60_000));');
    const waiting = [invoke(), invoke()];
    await pool.close();
    waiting.push(invoke()); // and what comes too late
    for (const { error } of await Promise.all(waiting)) expect(error?.errorType).toBe('Runtime.ExitError');
  });

  it.runIf(process.env.TRIBUTARY_TEST_FULL)(
    'may load for longer than ten seconds at its first invocation',
    async () => {
      const { invoke } = makePool(
        `await new Promise((resolve) => setTimeout(resolve, 11_000)); export const handler = async () => 'late';`,
      );
      expect((await invoke()).answer).toBe('late');
    },
    60_000,
  );

  it('is throttled above its reserved concurrency', async () => {
    const { invoke } = makePool('export const handler = () => new Promise((resolve) => setTimeout(resolve, 200));', {
      reservedConcurrency: 1,
    });
    const first = invoke();
    await expect(invoke()).rejects.toThrow(ThrottledError);
    expect((await first).error).toBeUndefined();
  });

  it.each([
    [
      'throws',
      'export const handler = async () => { throw new TypeError("no"); };',
      { errorType: 'TypeError', errorMessage: 'no' },
    ],
    [
      'throws no Error',
      'export const handler = () => { throw "text"; };',
      { errorType: 'string', errorMessage: 'text' },
    ],
    [
      'exits',
      'export const handler = () => process.exit(7);',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 7$/),
      },
    ],
    [
      'leaves a rejection unhandled',
      'export const handler = () => { Promise.reject(new Error("lost")); return new Promise((r) => setTimeout(r, 1000)); };',
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
    ],
    [
      'throws outside its handler',
      'export const handler = () => { setTimeout(() => { throw new RangeError("late"); }); return new Promise((r) => setTimeout(r, 1000)); };',
      { errorType: 'RangeError', errorMessage: 'late' },
    ],
    [
      'is not there',
      'export const other = 1;',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
    ['cannot be parsed', 'export const handler = (;', { errorType: 'Runtime.UserCodeSyntaxError' }],
    [
      'fails while it loads',
      'throw new Error("missing variable"); export const handler = 1;',
      { errorType: 'Error', errorMessage: 'missing variable' },
    ],
  ])('that %s fails as in Lambda', async (_what, code, expected) => {
    const { invoke } = makePool(code);
    const { answer, error } = await invoke();
    expect(error).toMatchObject(expected);
    expect(answer).toMatchObject(expected);
  });

  it.each([
    ['waits for ever', 'await new Promise(() => setInterval(() => {}, 1000));'],
    ['loops for ever', 'for (;;) {}'],
  ])('that %s is ended at its time-out, and starts anew', async (_what, body) => {
    const { invoke, coldStarts } = makePool(
      `export const handler = async (event) => { if (event.hang) { ${body} } return 'well'; };`,
      { timeoutMillis: 500 },
    );
    const { error } = await invoke({ hang: true });
    expect(error).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 0\.50 seconds$/),
    });
    expect((await invoke()).answer).toBe('well');
    expect(coldStarts).toHaveLength(2);
  });

  it('takes no event and gives no answer above 6 MB', async () => {
    const { invoke } = makePool('export const handler = async (event) => "a".repeat(event.length);');
    await expect(invoke('a'.repeat(PAYLOAD_BYTES))).rejects.toThrow(PayloadTooLargeError);
    // three bytes each
    await expect(invoke('€'.repeat(PAYLOAD_BYTES / 3))).rejects.toThrow(PayloadTooLargeError);
    expect((await invoke('a'.repeat(PAYLOAD_BYTES - 2))).error).toBeUndefined();
    const grown = makePool(`export const handler = async () => "a".repeat(${PAYLOAD_BYTES});`);
    expect((await grown.invoke()).error?.errorType).toBe('Function.ResponseSizeTooLarge');
  });

  it('writes what it prints to its log, with the errors', async () => {
    const { invoke, logPath } = makePool(
      'export const handler = async () => { console.log("out"); console.error("err"); throw new Error("boom"); };',
    );
    await invoke();
    await expect.poll(() => readFileSync(logPath, 'utf8'), { timeout: 10_000 }).toMatch(/out\n[\s\S]*boom/);
    expect(readFileSync(logPath, 'utf8')).toContain('err\n');
  });

  it('can be loaded ahead', async () => {
    const { pool, invoke, coldStarts } = makePool('export const handler = async () => 1;');
    await pool.warm();
    await invoke();
    expect(coldStarts).toHaveLength(1);
  });
});

it('a log file begins anew at 10 MB and keeps the one before', async () => {
  const folder = join(temporaryFolder(), 'logs');
  mkdirSync(folder);
  const path = join(folder, 'fn.log');
  const log = new LogFile(path);
  const megabyte = `${'a'.repeat(1024 * 1024 - 1)}\n`;
  for (let i = 0; i < 11; i++) log.write(megabyte);
  await log.close();
  expect(readFileSync(`${path}.1`, 'utf8')).toHaveLength(10 * 1024 * 1024);
  expect(readFileSync(path, 'utf8')).toHaveLength(1024 * 1024);
});
