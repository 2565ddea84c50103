import type { Random } from './random.ts';
import { type SampleEntry, Trace } from './shop.ts';

/** The signs of the incident itself, beside the requests that fail in it. Times in Unix milliseconds. */
export function makeIncidentEntries(
  { from, to }: { readonly from: number; readonly to: number },
  random: Random,
): SampleEntry[] {
  const say = (
    share: number,
    service: string,
    level: string,
    message: string,
    members: Readonly<Record<string, unknown>> = {},
  ) => new Trace(Math.round(from + (to - from) * share), random).entry(service, level, message, members);
  const pool = { pool: 'payments', 'db.system.name': 'postgresql' };
  return [
    say(-0.12, 'deploy-bot', 'INFO', 'payment-service 1.9.0 deployed to production by maria', {
      version: '1.9.0',
      tags: ['deploy'],
    }),
    say(-0.02, 'payment-service', 'WARN', 'connection pool at 90 % (45 of 50 in use)', {
      ...pool,
      in_use: 45,
      size: 50,
    }),
    say(0, 'payment-service', 'CRITICAL', 'connection pool exhausted: 50 of 50 in use, 120 waiting', {
      ...pool,
      in_use: 50,
      size: 50,
      waiting: 120,
    }),
    say(0.35, 'checkout-service', 'ERROR', 'circuit breaker for payment-service opened after 50 failures', {
      upstream: 'payment-service',
      failures: 50,
    }),
    say(
      0.6,
      'payment-service',
      'CRITICAL',
      'connection leak suspected in RefundJob: 31 connections older than 10 minutes',
      { ...pool, job: 'RefundJob', leaked: 31 },
    ),
    say(0.85, 'deploy-bot', 'INFO', 'payment-service rolled back to 1.8.2 by maria', {
      version: '1.8.2',
      tags: ['deploy', 'rollback'],
    }),
    say(1, 'payment-service', 'INFO', 'connection pool recovered (12 of 50 in use)', { ...pool, in_use: 12, size: 50 }),
    say(1.02, 'checkout-service', 'INFO', 'circuit breaker for payment-service closed', {
      upstream: 'payment-service',
    }),
  ];
}
