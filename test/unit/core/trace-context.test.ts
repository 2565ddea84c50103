import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { log } from '../../../functions/core/log.ts';
import { currentContext, inContext, makeTraceContext, toTraceparent } from '../../../functions/core/trace-context.ts';

const ids = { requestId: 'r-1', correlationId: 'c-1' };
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the trace of a request', () => {
  it("goes on with the caller's, as a part of its own", () => {
    const context = makeTraceContext(ids, `00-${TRACE}-${PARENT}-01`);
    expect(context).toMatchObject({ ...ids, traceId: TRACE, parentSpanId: PARENT, flags: 1 });
    expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(context.spanId).not.toBe(PARENT);
    expect(toTraceparent(context)).toBe(`00-${TRACE}-${context.spanId}-01`);
  });

  it.each([
    ['nothing', undefined],
    ['an id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['the version that is none', `ff-${TRACE}-${PARENT}-01`],
    ['more than version 00 has', `00-${TRACE}-${PARENT}-01-more`],
    ['capitals', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['a short id', `00-${TRACE.slice(1)}-${PARENT}-01`],
  ])('is a new one for %s', (_what, traceparent) => {
    const context = makeTraceContext(ids, traceparent);
    expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(context.traceId).not.toBe(TRACE);
    expect(context.parentSpanId).toBeUndefined();
  });

  it('understands what a version to come adds', () => {
    expect(makeTraceContext(ids, `01-${TRACE}-${PARENT}-01-more`).traceId).toBe(TRACE);
  });

  it('is valid whatever a caller sends', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f-]{0,60}$/)), (text) => {
        expect(toTraceparent(makeTraceContext(ids, text))).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
      }),
    );
  });
});

describe('own logs', () => {
  const lines = () => vi.mocked(process.stdout.write).mock.calls.map(([line]) => JSON.parse(String(line)));

  it('carry the ids of the work they are of, also where several run at once', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const work = (name: string) =>
      inContext(makeTraceContext({ requestId: name, correlationId: `of ${name}` }), async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
        log('info', name);
        return currentContext()?.traceId;
      });
    const traces = await Promise.all(['a', 'b', 'c'].map(work));
    expect(new Set(traces).size).toBe(3);
    for (const { body, attributes, traceId } of lines()) {
      expect(attributes).toEqual({ request_id: body, correlation_id: `of ${body}` });
      expect(traces).toContain(traceId);
    }
    expect(lines()).toHaveLength(3);
  });

  it('carry none outside of any work', () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    log('info', 'starting');
    expect(lines()).toMatchObject([{ body: 'starting', attributes: {} }]);
  });
});
