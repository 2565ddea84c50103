/** Plausible events of a small shop, the same for the same seed. */
export interface FakeEvent {
  readonly id: string;
  /** Epoch milliseconds; not on the wire of the real API. */
  readonly at: number;
  readonly timestamp: string;
  readonly received_at: string;
  readonly level: string;
  readonly severity: string;
  readonly severity_number: number;
  readonly service: string;
  readonly environment: string;
  readonly host: string;
  readonly message: string;
  readonly correlation_id?: string;
  readonly trace_id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly source: { readonly protocol: string };
  readonly category?: string;
  readonly original?: string;
}

/** mulberry32: small and good enough to draw sample data. */
export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const SERVICES = [
  'checkout',
  'payment-service',
  'catalog',
  'cart',
  'auth-service',
  'search-api',
  'mailer',
  'inventory',
];
const INFO = [
  'GET /api/products/4711 200 in 34 ms',
  'order placed',
  'cart updated with 3 items',
  'user signed in',
  'cache refreshed: 1482 keys',
  'payment authorised by acquirer',
  'mail queued for delivery',
  'search finished, 27 hits',
];
const WARN = [
  'retrying request to inventory, attempt 2 of 5',
  'slow query: SELECT * FROM orders WHERE customer_id = $1 took 1840 ms',
  'rate limit near: 92 % of 1000 requests',
];
const ERROR = [
  'connection to payments-db timed out after 5000 ms',
  'upstream answered 502 Bad Gateway',
  "TypeError: Cannot read properties of undefined (reading 'total')\n    at priceOf (/app/src/cart.ts:41:19)\n    at Array.map (<anonymous>)\n    at checkout (/app/src/checkout.ts:88:12)",
];
const NUMBERS: Readonly<Record<string, number>> = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 };
const hex = (random: () => number, length: number) =>
  Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');

function makeEvent(random: () => number, at: number, serial: number, incident: boolean): FakeEvent {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const dice = random();
  const severity =
    incident && dice < 0.45
      ? 'ERROR'
      : dice < 0.015
        ? 'ERROR'
        : dice < 0.017
          ? 'FATAL'
          : dice < 0.08
            ? 'WARN'
            : dice < 0.25
              ? 'DEBUG'
              : 'INFO';
  const service = incident && severity === 'ERROR' ? 'payment-service' : pick(SERVICES);
  const timestamp = `${new Date(at).toISOString().slice(0, -1)}${String(Math.floor(random() * 1e6)).padStart(6, '0')}Z`;
  const message =
    severity === 'ERROR'
      ? incident
        ? (ERROR[0] as string)
        : pick(ERROR)
      : severity === 'FATAL'
        ? 'out of memory: killed worker 3'
        : severity === 'WARN'
          ? pick(WARN)
          : pick(INFO);
  return {
    id: `evt_${String(serial).padStart(8, '0')}`,
    at,
    timestamp,
    received_at: timestamp,
    level: severity === 'WARN' ? 'WARNING' : severity,
    severity,
    severity_number: NUMBERS[severity] ?? 0,
    service,
    environment: random() < 0.85 ? 'production' : 'staging',
    host: `ip-10-0-${Math.floor(random() * 4)}-${Math.floor(random() * 20)}`,
    message,
    correlation_id: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
    trace_id: hex(random, 32),
    attributes: {
      'http.request.method': pick(['GET', 'POST', 'PUT']),
      'http.response.status_code': severity === 'ERROR' ? pick([500, 502, 503]) : 200,
      duration_ms: Math.floor(random() * 900),
      'geo.src.dest': pick(['DE:FR', 'US:CA', 'CN:JP']),
      'user.tier': pick(['free', 'pro', 'enterprise']),
    },
    resource: { 'service.version': '1.4.2', 'cloud.region': 'eu-central-1' },
    source: { protocol: 'api' },
    ...(random() < 0.05 ? { category: pick(['password-reset', 'vpn-access', 'hardware-request']) } : {}),
  };
}

/** Events over the last `spanMillis`, with one incident in the middle of it. */
export function makeEvents(count: number, spanMillis: number, seed = 7, now = Date.now()): FakeEvent[] {
  const random = makeRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const share = index / count;
    const at = Math.floor(now - spanMillis + share * spanMillis);
    return makeEvent(random, at, index, share > 0.975 && share < 0.985);
  });
}

const fresh = makeRandom(99);
let serial = 50_000_000;
/** An event of this moment. */
export function makeFreshEvent(): FakeEvent {
  serial += 1;
  return makeEvent(fresh, Date.now(), serial, false);
}
