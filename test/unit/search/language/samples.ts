import type { EventMembers } from '../../../support/event-builder.ts';

/** Events that the sample queries are asked of, by name. */
export const EVENTS: Readonly<Record<string, EventMembers>> = {
  checkout: {
    body: 'Payment failed: timeout after 5000 ms for user_42',
    severityNumber: 17,
    severityText: 'ERROR',
    attributes: {
      code: 504,
      duration_ms: 5000,
      'http.route': '/api/v1/pay/{id}',
      user: { id: 'U-42', name: 'José' },
      tags: ['vip', 'Retry'],
    },
    resource: { 'service.name': 'checkout', 'deployment.environment.name': 'production', 'host.name': 'ip-10-0-0-7' },
    traceId: '0af7651916cd43dd8448eb211c80319c',
  },
  cart: {
    body: { event: 'item added', sku: 'A-1', count: 2 },
    severityNumber: 9,
    severityText: 'info',
    attributes: {
      code: '504',
      url: 'https://shop.example.com/cart?id=7&x=(y)',
      path: 'C:\\Users\\new\\cart.txt',
      ip: 'fe80::1',
    },
    resource: { 'service.name': 'Cart' },
  },
  line: {
    body: 'Connection closed by 10.0.0.5 [preauth]',
    severityNumber: 0,
    attributes: { pid: 4242 },
    resource: { 'service.name': 'sshd' },
    original: 'Dec 10 06:55:48 LabSZ sshd[24200]: Connection closed by 10.0.0.5 [preauth]',
  },
  workflow: {
    body: null,
    severityNumber: 9,
    attributes: {
      status: 'FAILED',
      category: 'vpn access',
      ticket_id: 'INC-1',
      execution_time_seconds: 1.5,
      metrics: { confidence: 0.93 },
    },
    resource: { 'deployment.environment.name': 'Production' },
    eventName: 'workflow.execution',
  },
  foreign: {
    body: '東京駅で遅延 🔥 Größe STRASSE',
    severityNumber: 14,
    severityText: 'warning2',
    attributes: { empty: '' },
    resource: { 'service.name': 'mail er' },
  },
  odd: {
    body: 'level word',
    severityNumber: 0,
    severityText: 'Custom',
    attributes: { 'x y': 'a*b', 'k:v': 1, flag: true },
    resource: {},
  },
};

/** Milliseconds of each event, a minute apart from here, in the order above. */
export const FIRST = Date.UTC(2026, 10, 21, 7, 40);

export interface Sample {
  readonly query: string;
  /** How it is printed, where that differs. */
  readonly printed?: string;
  /** Names of the events that it keeps. */
  readonly keeps: readonly string[];
  /** Whether the store alone decides it. */
  readonly exact: boolean;
}

const all = Object.keys(EVENTS);
const but = (...names: string[]) => all.filter((name) => !names.includes(name));
const s = (query: string, keeps: readonly string[], printed?: string, exact = true): Sample => ({
  query,
  keeps,
  exact,
  ...(printed !== undefined && { printed }),
});
const finished = (query: string, keeps: readonly string[], printed?: string): Sample => s(query, keeps, printed, false);

/** What each operator means: parsed, printed, compiled and evaluated by the tests beside. */
export const SAMPLES: readonly Sample[] = [
  s('', all, '*'),
  s('*', all),
  // words
  s('timeout', ['checkout']),
  s('TIMEOUT', ['checkout']),
  s('time', []),
  s('user_42', ['checkout']),
  s('5000', ['checkout']),
  s('timeout failed', ['checkout']),
  s('failed timeout added', []),
  s('"failed timeout"', ['checkout']),
  s('"timeout failed"', []),
  s('"FAILED:   Timeout!"', ['checkout']),
  s('josé', ['checkout']),
  s('jose\u0301', ['checkout'], '"jose\u0301"'.replace(/"/g, '')),
  s('item', ['cart']),
  s('sku', ['cart']), // of a structured message the names count, too
  s('LabSZ', ['line']),
  s('preauth', ['line']),
  s('0af7651916cd43dd8448eb211c80319c', ['checkout']),
  s('checkout', []), // the service is no text
  s('inc-1', ['workflow']),
  s('駅', ['foreign']),
  s('東京', ['foreign']),
  s('京東', []),
  s('größe', ['foreign']),
  s('strasse', ['foreign']),
  s('straße', []), // full case folding would make both the same
  finished('🔥', ['foreign'], '"🔥"'),
  finished('[', ['line'], '"["'),
  finished('->', [], '"->"'),
  // pasted literals
  s('https://shop.example.com/cart?id=7&x=(y)', ['cart'], '"https://shop.example.com/cart?id=7&x=(y)"'),
  s('C:\\Users\\new\\cart.txt', ['cart'], '"C:\\Users\\new\\cart.txt"'),
  s('10.0.0.5', ['line']),
  s('10.0.0', ['line']),
  s('fe80::1', ['cart'], '"fe80::1"'),
  s('sshd[24200]:', ['line'], '"sshd[24200]:"'),
  s('"Dec 10 06:55:48 LabSZ sshd[24200]: Connection closed by 10.0.0.5 [preauth]"', ['line']),
  s('{"event":"item', ['cart'], '"{\\"event\\":\\"item"'),
  s('/api/v1/pay', ['checkout'], '"/api/v1/pay"'),
  // logic
  s('timeout OR preauth', ['checkout', 'line']),
  s('timeout || preauth', ['checkout', 'line'], 'timeout OR preauth'),
  s('timeout AND 5000', ['checkout'], 'timeout 5000'),
  s('timeout && preauth', [], 'timeout preauth'),
  s('-timeout', but('checkout'), 'NOT timeout'),
  s('NOT timeout', but('checkout')),
  s('(timeout OR preauth) by', ['line']),
  s('timeout OR preauth by', ['checkout', 'line']),
  s('-(timeout OR preauth)', but('checkout', 'line'), 'NOT (timeout OR preauth)'),
  s('NOT NOT timeout', ['checkout']),
  s('or and not', []), // lower case is text
  // equality
  s('service:checkout', ['checkout']),
  s('service:CHECKOUT', ['checkout']),
  s('service.name:cart', ['cart']),
  s('service:check', []),
  s('service:"mail er"', ['foreign']),
  s('env:production', ['checkout', 'workflow']),
  s('status:failed', ['workflow']),
  s('ticket_id:inc-1', ['workflow'], 'ticket_id:inc-1'),
  s('tags:retry', ['checkout']),
  s('tags:(vip OR other)', ['checkout'], 'tags:vip OR tags:other'),
  s('-tags:vip', but('checkout'), 'NOT tags:vip'),
  s('user.id:u-42', ['checkout']),
  s('user.name:José', ['checkout']),
  s('metrics.confidence:0.930', ['workflow']),
  s('code:504', ['checkout', 'cart']),
  s('code:504.0', ['checkout', 'cart']),
  s('code:"504"', ['checkout', 'cart'], 'code:504'),
  s('flag:true', ['odd']),
  s('"x y":"a*b"', ['odd']),
  s('"k:v":1', ['odd']),
  s('empty:""', ['foreign']),
  s('nothing:x', []),
  s('url:"https://shop.example.com/cart?id=7&x=(y)"', ['cart']),
  s('url:https://shop.example.com/cart\\?id=7&x=(y)', ['cart'], 'url:"https://shop.example.com/cart?id=7&x=(y)"'),
  s('path:C:\\Users\\new\\cart.txt', ['cart'], 'path:"C:\\Users\\new\\cart.txt"'),
  s('attributes.code:504', ['checkout', 'cart']),
  s('trace_id:0AF7651916CD43DD8448EB211C80319C', ['checkout']),
  s('traceId:0af7651916cd43dd8448eb211c80319c', ['checkout']),
  s('event_name:workflow.execution', ['workflow']),
  s('source:http', all),
  // texts by field
  s('message:timeout', ['checkout']),
  s('message:"closed by"', ['line']),
  s('message:LabSZ', []),
  finished('original:labsz', ['line']),
  s('message:*', but('workflow')),
  s('original:*', ['line']),
  // levels
  s('level:error', ['checkout']),
  s('level:ERR', ['checkout']),
  s('severity:warning', ['foreign']),
  s('level:>=warn', ['checkout', 'foreign']),
  s('level:>warn', ['checkout']),
  s('level:<=info', ['cart', 'workflow']),
  s('level:[info TO warn]', ['cart', 'workflow', 'foreign']),
  s('level:(info OR error)', ['checkout', 'cart', 'workflow'], 'level:info OR level:error'),
  s('level:custom', ['odd']),
  s('level:*', but('line')),
  s('-level:*', ['line'], 'NOT level:*'),
  s('level:e*', ['checkout']),
  s('severity_number:>=14', ['checkout', 'foreign']),
  s('severity_number:0', ['line', 'odd']),
  // numbers
  s('code:>500', ['checkout', 'cart']),
  s('duration_ms:[1000 TO 5000]', ['checkout']),
  s('duration_ms:[1000 TO 5000}', []),
  s('duration_ms:{4999 TO *]', ['checkout']),
  s('execution_time_seconds:<1.6', ['workflow']),
  s('metrics.confidence:>=0.93', ['workflow']),
  s('pid:>4e3', ['line']),
  s('user.id:>1', []),
  // existence
  s('code:*', ['checkout', 'cart']),
  s('user:*', ['checkout']),
  s('user.id:*', ['checkout']),
  s('use:*', []),
  s('empty:*', ['foreign']),
  // patterns
  s('time*', ['checkout']),
  s('*out', ['checkout']),
  s('t?meout', ['checkout']),
  finished('10.0.*', ['line']),
  finished('/api/*/pay', ['checkout'], '\\/api/*/pay'),
  finished('東*', ['foreign']),
  s('service:c*', ['checkout', 'cart']),
  finished('service:*a*t', ['cart']),
  finished('user.id:u-?2', ['checkout']),
  finished('"x y":a\\*?', ['odd']),
  finished('/time.?out/', ['checkout']),
  finished('/Time.?out/', []),
  finished('/(?i)Time.?out/', ['checkout']),
  finished('/^Dec 10 .*preauth\\]$/', ['line']),
  finished('service:/^(?i)C/', ['checkout', 'cart']),
  finished('message:/closed by \\d+/', ['line']),
  finished('-/o/', ['workflow', 'foreign'], 'NOT /o/'),
  // time
  s('time:>=2026-11-21T07:42:00Z', ['line', 'workflow', 'foreign', 'odd']),
  s('time:2026-11-21T07:42', ['line'], 'time:"2026-11-21T07:42"'),
  s('time:2026-11-21', all),
  s('time:<=2026-11-21T07:41', ['checkout', 'cart']),
  s('time:<2026-11-20', []),
  s('@timestamp:[now-1m TO now]', ['checkout', 'cart'], undefined),
  s('time:>now-30s', ['cart', 'line', 'workflow', 'foreign', 'odd']),
  s('received_at:>now/d', []),
];
