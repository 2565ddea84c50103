import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TailBuffer } from '../../../frontend/src/features/live/tail-buffer.ts';
import type { LogEvent } from '../../../frontend/src/lib/log-event.ts';

const stamp = (serial: number) => new Date(1_700_000_000_000 + serial).toISOString();
const event = (serial: number, severity = 'INFO') =>
  ({ id: `e${serial}`, timestamp: stamp(serial), severity }) as unknown as LogEvent;
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => event(from + index));
const told = (buffer: TailBuffer) =>
  buffer.rows.reduce((sum, row) => sum + (row.kind === 'event' ? 1 : row.kind === 'gap' ? row.count : 0), 0);

describe('the rows of a tail', () => {
  it('keep the newest and let the oldest go', () => {
    const buffer = new TailBuffer(3);
    buffer.add(range(0, 5), 0);
    buffer.flush();
    expect(buffer.rows.map(({ key }) => key)).toEqual(['e2', 'e3', 'e4']);
    expect([buffer.indexOf('e2'), buffer.indexOf('e0')]).toEqual([0, -1]);
  });

  it('show an event once, also when a resume repeats it', () => {
    const buffer = new TailBuffer();
    buffer.add(range(0, 3), 0);
    buffer.flush();
    buffer.add(range(1, 3), 0);
    buffer.flush();
    expect(buffer.rows.map(({ key }) => key)).toEqual(['e0', 'e1', 'e2', 'e3']);
  });

  it('do not change while paused, and go on after a line at the place', () => {
    const buffer = new TailBuffer();
    buffer.add(range(0, 2), 0);
    buffer.pause();
    const before = [...buffer.rows];
    buffer.add([event(2), event(3, 'ERROR')], 0);
    expect(buffer.flush()).toBe(false);
    expect(buffer.rows).toEqual(before);
    expect([buffer.waiting, buffer.errors]).toEqual([2, 1]);
    buffer.resume(42);
    expect(buffer.rows.map(({ kind }) => kind)).toEqual(['event', 'event', 'resumed', 'event', 'event']);
    expect(buffer.waiting).toBe(0);
  });

  it('lose nothing silently: shown and gaps together are what was sent', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('events' as const), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant('gap' as const), count: fc.integer({ min: 1, max: 50 }) }),
      fc.constantFrom({ kind: 'flush' as const }, { kind: 'pause' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const buffer = new TailBuffer(8);
        buffer.pause();
        let serial = 0;
        let sent = 0;
        for (const one of steps) {
          if (one.kind === 'events') {
            buffer.add(range(serial, one.count), 0);
            serial += one.count;
            sent += one.count;
          } else if (one.kind === 'gap') {
            buffer.addGap({ count: one.count, from: stamp(serial), to: stamp(serial) });
            sent += one.count;
          } else buffer.flush();
        }
        expect(buffer.waiting).toBe(sent);
        buffer.resume(0);
        expect(told(buffer)).toBe(sent);
      }),
    );
  });

  it('put loaded events where their gap was and keep what is still missing', () => {
    const buffer = new TailBuffer();
    buffer.add([event(0)], 0);
    buffer.addGap({ count: 5, from: stamp(1), to: stamp(5) });
    buffer.add([event(6)], 0);
    buffer.flush();
    const gap = buffer.rows[1];
    buffer.fill(gap?.key ?? '', range(1, 3), 2);
    expect(buffer.rows.map((row) => (row.kind === 'gap' ? `gap of ${row.count}` : row.key))).toEqual([
      'e0',
      'e1',
      'e2',
      'e3',
      'gap of 2',
      'e6',
    ]);
  });

  it('count arrivals by bucket and level for the last five minutes', () => {
    const buffer = new TailBuffer();
    buffer.add([event(0), event(1, 'ERROR')], 1_000_000);
    buffer.add([event(2)], 1_004_000);
    buffer.add([event(3)], 1_004_999);
    const rate = buffer.rate(1_004_999);
    expect(rate).toHaveLength(60);
    expect(rate.at(-1)).toEqual({ time: 1_000_000, total: 4, counts: { INFO: 3, ERROR: 1 } });
    expect(buffer.perSecond(1_006_000)).toBe(1);
    buffer.add([event(4)], 2_000_000);
    expect(buffer.rate(2_000_000).reduce((sum, { total }) => sum + total, 0)).toBe(1);
  });
});
