import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogEntry } from '../../functions/ingest/api.ts';
import { isLogEntry } from '../../functions/ingest/own-api/is-log-entry.ts';

/** Values that are nearly what a member asks for. */
const member = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constant('x'.repeat(513)),
  fc.constant(''),
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, true, undefined, Number.NaN, new Date(0), new Map()),
  fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 2 }),
  fc.dictionary(fc.string(), fc.integer(), { maxKeys: 2 }),
  fc.bigInt(),
);
const NAMES = [
  'timestamp',
  'level',
  'service',
  'message',
  'environment',
  'host',
  'service_version',
  'trace_id',
  'span_id',
  'correlation_id',
  'request_id',
  'user_id',
  'tags',
  'context',
  'other',
];
const item = fc
  .record(Object.fromEntries(NAMES.map((name) => [name, member])), { requiredKeys: [] })
  .map((changes) => ({
    timestamp: '2026-11-21T07:40:00Z',
    level: 'INFO',
    service: 'shop',
    message: 'hello',
    ...changes,
  }));

describe('the quick look at a log entry', () => {
  it('never says yes where the schema says no', () => {
    fc.assert(
      fc.property(item, (entry) => {
        if (isLogEntry(entry)) expect(LogEntry.safeParse(entry).error?.issues).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it('says yes to an ordinary entry', () => {
    expect(
      isLogEntry({ timestamp: 1, level: 'INFO', service: 's', message: '', tags: ['a'], context: { a: 1 }, n: 1 }),
    ).toBe(true);
    expect([isLogEntry(null), isLogEntry([]), isLogEntry('x'), isLogEntry({})]).toEqual([false, false, false, false]);
  });
});
