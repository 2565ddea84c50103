import type { Random } from './random.ts';

/** A log entry or a workflow execution as our own API takes it. */
export type SampleEntry = Readonly<Record<string, unknown>>;

const CUSTOMERS = 400;
const ROUTES = ['/', '/products', '/products/42', '/search', '/cart', '/checkout', '/account', '/orders'] as const;
const AGENTS = [
  'Mozilla/5.0 (Macintosh)',
  'Mozilla/5.0 (Windows NT 10.0)',
  'ShopApp/4.2 iOS',
  'ShopApp/4.2 Android',
] as const;
const CATEGORIES = ['billing_issue', 'password_reset', 'delivery_question', 'refund', 'account_change'] as const;
const HOSTS = 3;

/** One request through the shop: the gateway's access line and what the services behind it say, in one trace. */
export function makeRequest(at: number, failing: boolean, random: Random): SampleEntry[] {
  const trace = new Trace(at, random);
  const route = random.pick(ROUTES);
  const user = `u-${random.int(1, CUSTOMERS)}`;
  const entries = behind(route, user, failing, trace, random);
  const failed = entries.some(({ level }) => level === 'ERROR');
  const status = failed ? 503 : random.chance(0.02) ? 404 : random.chance(0.01) ? 429 : 200;
  const duration = trace.elapsed + random.latency(12);
  const access = trace.entry(
    'web-gateway',
    status >= 500 ? 'ERROR' : status >= 400 ? 'WARN' : 'INFO',
    `${route === '/checkout' ? 'POST' : 'GET'} ${route} ${status} ${duration}ms`,
    {
      user_id: user,
      'http.request.method': route === '/checkout' ? 'POST' : 'GET',
      'url.path': route,
      'http.response.status_code': status,
      duration_ms: duration,
      'user_agent.original': random.pick(AGENTS),
      'client.address': `203.0.113.${random.int(1, 254)}`,
    },
  );
  return [...entries, access];
}

function behind(route: string, user: string, failing: boolean, trace: Trace, random: Random): SampleEntry[] {
  switch (route) {
    case '/checkout':
      return checkout(user, failing, trace, random);
    case '/account':
      return [
        random.chance(0.06)
          ? trace.entry('auth-service', 'WARN', `login failed for ${user}: wrong password`, {
              user_id: user,
              attempt: random.int(1, 4),
            })
          : trace.entry('auth-service', 'INFO', `session renewed for ${user}`, {
              user_id: user,
              session_age_s: random.int(60, 7200),
            }),
      ];
    case '/search':
      return [
        trace.entry('catalog-service', 'DEBUG', `search index answered in ${random.latency(20)} ms`, {
          shard: random.int(0, 4),
        }),
        trace.entry(
          'catalog-service',
          'INFO',
          `search "${random.pick(['boots', 'rain jacket', 'tent', 'headlamp'])}" found ${random.int(0, 240)} products`,
          { user_id: user },
        ),
      ];
    default:
      return random.chance(0.3)
        ? [
            trace.entry(
              'catalog-service',
              'DEBUG',
              random.chance(0.85)
                ? `cache hit products:page:${random.int(1, 30)}`
                : `cache miss products:page:${random.int(1, 30)}`,
              { cache: 'products' },
            ),
          ]
        : [];
  }
}

function checkout(user: string, failing: boolean, trace: Trace, random: Random): SampleEntry[] {
  const order = `ord-${random.int(100_000, 999_999)}`;
  const amount = random.int(900, 42_000) / 100;
  const base = { user_id: user, order_id: order, amount, currency: 'EUR' };
  const begun = trace.entry('checkout-service', 'INFO', `checkout of ${order} begun`, base);
  const stock = trace.entry(
    'inventory-service',
    random.chance(0.03) ? 'WARN' : 'INFO',
    `reserved ${random.int(1, 5)} items for ${order}`,
    { order_id: order, warehouse: random.pick(['north', 'south']) },
  );
  if (failing && random.chance(0.7)) {
    const waited = random.int(5_000, 5_200);
    return [
      begun,
      stock,
      trace.entry('payment-service', 'ERROR', `could not acquire a database connection within ${waited} ms`, {
        ...base,
        pool: 'payments',
        'db.system.name': 'postgresql',
        waited_ms: waited,
        'exception.type': 'PoolTimeoutError',
      }),
      trace.entry('checkout-service', 'ERROR', `payment of ${order} failed: upstream timeout`, {
        ...base,
        upstream: 'payment-service',
      }),
    ];
  }
  const took = random.latency(180);
  const declined = random.chance(0.05);
  return [
    begun,
    stock,
    declined
      ? trace.entry('payment-service', 'WARN', `card declined for ${order}: insufficient funds`, {
          ...base,
          processor: random.pick(['alpha', 'beta']),
          duration_ms: took,
        })
      : trace.entry('payment-service', 'INFO', `captured ${amount.toFixed(2)} EUR for ${order}`, {
          ...base,
          processor: random.pick(['alpha', 'beta']),
          duration_ms: took,
        }),
    trace.entry('notification-service', 'INFO', `mail "order confirmation" queued for ${user}`, {
      user_id: user,
      template: 'order-confirmation',
    }),
  ];
}

/** One execution of a support workflow (seed 003). */
export function makeWorkflow(at: number, failing: boolean, random: Random): SampleEntry {
  const success = random.chance(failing ? 0.55 : 0.93);
  const seconds = random.latency(4_200) / 1000;
  return {
    environment: 'production',
    workflow_version: random.pick(['2.3.0', '2.3.1', '2.4.0']),
    ticket_id: `TICKET-${random.int(1_000, 9_999)}`,
    executed_at: new Date(at).toISOString(),
    execution_time_seconds: seconds,
    status: success ? 'SUCCESS' : random.pick(['FAILED', 'TIMEOUT']),
    category: random.pick(CATEGORIES),
    resolution_status: success ? random.pick(['resolved', 'resolved', 'escalated']) : 'escalated',
    metrics: { confidence: Math.round(random.next() * 100) / 100, tokens: random.int(200, 2_400) },
    payload: {
      trace: [
        { step: 'classify', ms: random.int(40, 300) },
        { step: 'answer', ms: Math.round(seconds * 700) },
      ],
    },
  };
}

/** Gives the entries of one request their trace, spans and rising times. */
export class Trace {
  readonly #random: Random;
  readonly #from: number;
  readonly #traceId: string;
  readonly #correlationId: string;
  elapsed = 0;

  constructor(from: number, random: Random) {
    this.#from = from;
    this.#random = random;
    this.#traceId = random.hex(32);
    this.#correlationId = `req-${random.hex(12)}`;
  }

  entry(service: string, level: string, message: string, members: Readonly<Record<string, unknown>> = {}): SampleEntry {
    this.elapsed += this.#random.latency(9);
    return {
      timestamp: new Date(this.#from + this.elapsed).toISOString(),
      level,
      service,
      message,
      environment: 'production',
      host: `${service}-${this.#random.int(1, HOSTS)}`,
      service_version: service === 'payment-service' ? '1.8.2' : '3.1.0',
      trace_id: this.#traceId,
      span_id: this.#random.hex(16),
      correlation_id: this.#correlationId,
      ...members,
    };
  }
}
