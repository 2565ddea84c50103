import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue, LogRecord } from '../../../functions/core/log-record.ts';
import { fromMillis } from '../../../functions/core/unix-nano.ts';
import { Sanitiser } from '../../../functions/ingest/sanitise/sanitiser.ts';
import { Sanitising } from '../../../functions/ingest/settings-api.ts';
import { plantSecrets } from '../../support/planted-secrets.ts';

const AT = fromMillis(Date.parse('2026-11-21T12:00:00Z'));

const record = (parts: Partial<LogRecord>): LogRecord => ({
  id: 'b'.repeat(35) as LogRecord['id'],
  timeUnixNano: AT,
  observedTimeUnixNano: AT,
  severityNumber: 9,
  body: 'hi',
  attributes: {},
  resource: { 'service.name': 'shop' },
  source: { protocol: 'test' },
  ...parts,
});

const make = (settings: object = {}, key = 'key') => new Sanitiser(Sanitising.parse(settings), key);
const byDefault = make();
const bodyOf = (body: string, sanitiser = byDefault) => sanitiser.apply(record({ body })).record.body;
const attributesOf = (attributes: Readonly<Record<string, AttributeValue>>, sanitiser = byDefault) =>
  sanitiser.apply(record({ attributes })).record.attributes;

describe('sanitising', () => {
  it('leaves the very record where nothing is found', () => {
    const clean = record({
      body: 'Failed password for root',
      attributes: { tokens: 350, key: 'name', nested: { a: [1] } },
    });
    expect(byDefault.apply(clean).record).toBe(clean);
  });

  it('takes a secret out of message, attributes, names, nested JSON and line alike, and says by which rule', () => {
    const secret = 'hunter2hunter2';
    const { record: stored, rules } = byDefault.apply(
      record({
        body: `login with password=${secret}`,
        attributes: {
          password: secret,
          deep: { list: [{ db_password: secret }] },
          text: `{"user":"a","password":"${secret}","n":1}`,
          [`password=${secret}`]: 1,
        },
        resource: { 'service.name': 'shop', args: `--password ${secret} --verbose` },
        original: `{"msg":"login with password=${secret}","inner":"{\\"password\\":\\"${secret}\\"}"}`,
      }),
    );
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect([...rules]).toEqual(['password']);
    expect(stored.marks).toEqual(['sanitised:password']);
    expect(stored.body).toBe('login with password=[redacted:password]');
    expect(stored.attributes.text).toBe('{"user":"a","password":"[redacted:password]","n":1}');
    expect(stored.resource.args).toBe('--password [redacted:password] --verbose');
    expect(JSON.parse(JSON.parse(stored.original ?? '').inner)).toEqual({ password: '[redacted:password]' });
  });

  it('changes nothing around what it takes out', () => {
    expect(bodyOf('a password="x, y; z" b')).toBe('a password="[redacted:password]" b');
    expect(bodyOf('GET /a?x=1&token=abcdef12&y=2 HTTP/1.1')).toBe('GET /a?x=1&token=[redacted:token]&y=2 HTTP/1.1');
    expect(bodyOf('postgres://app:s3cr3t@db/x')).toBe('postgres://app:[redacted:connection-string]@db/x');
    expect(bodyOf('Authorization: Basic dXNlcjpwYXNz')).toBe('Authorization: Basic [redacted:authorization]');
    expect(bodyOf('<password>hunter2</password>')).toBe('<password>[redacted:password]</password>');
    expect(bodyOf('{"password":12345678,"n":1}')).toBe('{"password":"[redacted:password]","n":1}');
  });

  it('finds names and values that escapes of JSON hide', () => {
    const original = '{"\\u0070assword":"hunter2","n":1}';
    const line = JSON.stringify(record({ original }));
    expect(byDefault.mayTouch(line, 0)).toBe(true);
    expect(JSON.parse(byDefault.apply(record({ original })).record.original ?? '')).toEqual({
      password: '[redacted:password]',
      n: 1,
    });
  });

  it('reads pairs of a name and a value', () => {
    expect(attributesOf({ env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] })).toEqual({
      env: [{ name: 'DB_PASSWORD', value: '[redacted:password]' }],
    });
  });

  it('knows a card by issuer, check digit and place, as text and as number', () => {
    const card = ['4111', '1111', '1111', '1111'];
    expect(bodyOf(`paid with ${card.join('')}.`)).toBe('paid with [redacted:card].');
    expect(bodyOf(`paid with ${card.join('-')} today`)).toBe('paid with [redacted:card] today');
    expect(attributesOf({ number: Number(card.join('')) })).toEqual({ number: '[redacted:card]' });
    for (const other of [
      `4111111111111112`,
      `x${card.join('')}`,
      `${card.join('')}a`,
      `9${card.join('')}`,
      `blk_${card.join('')}`,
      `1.${card.join('')}`,
    ])
      expect(bodyOf(`id ${other}`)).toBe(`id ${other}`);
  });

  it('does not take placeholders, counts and words for secrets', () => {
    for (const text of [
      'password=***',
      'password: required',
      'token=null',
      'tokens=512',
      'token_type=bearer',
      'Unexpected token: foo',
      'secret: {{ SECRET }}',
      'PWD=/home/app',
      'bypass=true compass=3 pass=3',
      'password=[redacted:password]',
      'activity token: android.os.BinderProxy@2bd79ce',
    ])
      expect(bodyOf(text)).toBe(text);
  });

  it('hashes with the key of the project: equals stay equal, other keys tell others', () => {
    const rules = { rules: { password: 'hash' } };
    const first = bodyOf('password=hunter2', make(rules, 'one'));
    expect(first).toMatch(/^password=\[hash:password:[0-9a-f]{16}\]$/);
    expect(attributesOf({ password: 'hunter2' }, make(rules, 'one')).password).toBe(
      String(first).slice('password='.length),
    );
    expect(bodyOf('password=hunter3', make(rules, 'one'))).not.toBe(first);
    expect(bodyOf('password=hunter2', make(rules, 'two'))).not.toBe(first);
  });

  it('drops the attribute, and redacts where an event cannot do without', () => {
    const drop = make({ rules: { password: 'drop' } });
    expect(
      attributesOf({ password: 'hunter2', a: { text: 'pwd=hunter2', b: 1 }, list: ['password=abc1', 'y'] }, drop),
    ).toEqual({
      a: { b: 1 },
      list: ['y'],
    });
    expect(bodyOf('password=hunter2', drop)).toBe('password=[redacted:password]');
  });

  it('keeps what the project wants kept, and looks for the other rules in it', () => {
    const keep = make({ rules: { password: 'keep', card: 'keep' } });
    expect(bodyOf('password=hunter2 secret=abcdefgh1', keep)).toBe('password=hunter2 secret=[redacted:secret]');
    expect(attributesOf({ password: 'secret=abcdefgh1' }, keep)).toEqual({ password: 'secret=[redacted:secret]' });
  });

  it('takes out what belongs to persons only where it is asked to', () => {
    const text =
      'a.b@example.com +49 30 1234567 DE89370400440532013000 123-45-6789 192.0.2.7 2001:db8::1 GB82WEST12345698765433';
    expect(bodyOf(text)).toBe(text);
    const rules = { email: 'redact', phone: 'redact', iban: 'redact', 'national-id': 'redact', 'ip-address': 'redact' };
    expect(bodyOf(text, make({ rules }))).toBe(
      '[redacted:email] [redacted:phone] [redacted:iban] [redacted:national-id] [redacted:ip-address] [redacted:ip-address] GB82WEST12345698765433',
    );
    expect(bodyOf('at 10:00:00 v1.2.3.4.5 300.1.2.3 ::', make({ rules }))).toBe('at 10:00:00 v1.2.3.4.5 300.1.2.3 ::');
  });

  it('applies rules of the project, of which the first group is what is found', () => {
    const custom = [{ name: 'employee', pattern: 'employee (\\d{6})', action: 'redact' }];
    expect(bodyOf('employee 123456 came', make({ custom }))).toBe('employee [redacted:employee] came');
    expect(() => make({ custom: [{ name: 'bad', pattern: '(?=x)', action: 'redact' }] })).toThrow(/RE2/);
    expect(() => make({ custom: [{ name: 'bad', pattern: 'x*', action: 'redact' }] })).toThrow(/empty text/);
  });

  it('takes out all of two matches that overlap', () => {
    const custom = [{ name: 'tail', pattern: 'ter2-\\d+', action: 'redact' }];
    expect(bodyOf('password=hunter2-77 x', make({ custom }))).not.toMatch(/hun|ter2|77/);
  });

  it('is the same the second time', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const { line } of plantSecrets(['a host of words', '{"a":1}'], 1, seed)) {
          const once = byDefault.apply(record({ body: line, original: line })).record;
          const twice = byDefault.apply(once);
          expect(twice.record).toBe(once);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never passes by what it would find: the one pass over the JSON is told by every secret', () => {
    const wrap = fc.constantFrom<(text: string) => Partial<LogRecord>>(
      (text) => ({ body: text }),
      (text) => ({ attributes: { a: [{ b: text }] } }),
      (text) => ({ attributes: { a: JSON.stringify({ inner: JSON.stringify({ text }) }) } }),
      (text) => ({ body: `first\n${text}\tlast` }),
      (text) => ({ body: `\u001b[31m${text}\u001b[0m`, original: `"\u00e9\u4e2d" ${text}` }),
      (text) => ({ attributes: { [text]: true } }),
    );
    fc.assert(
      fc.property(fc.nat(), wrap, (seed, toParts) => {
        for (const { line } of plantSecrets(['x', '- "quoted" \\ back'], 1, seed)) {
          const planted = record(toParts(line));
          if (byDefault.apply(planted).rules.size > 0)
            expect(byDefault.mayTouch(JSON.stringify(planted), 0), JSON.stringify(planted)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes time in proportion to the text, whatever stands in it', () => {
    const pieces = [
      'password',
      '=',
      '"',
      '\\',
      '://',
      'a:',
      '@',
      'eyJ',
      '.',
      '4',
      ' ',
      '-',
      'Bearer ',
      '-----BEGIN ',
      '{',
      '%3D',
      '<password>',
    ];
    const all = make({
      rules: { email: 'redact', phone: 'redact', iban: 'redact', 'national-id': 'redact', 'ip-address': 'redact' },
    });
    const millis = (text: string) => {
      const from = performance.now();
      all.apply(record({ body: text }));
      return performance.now() - from;
    };
    for (const piece of pieces)
      for (const other of pieces) {
        const text = (piece + other).repeat(Math.ceil(50_000 / (piece.length + other.length)));
        // generous: quadratic time would be minutes
        expect(millis(text), `${piece}${other}`).toBeLessThan(5_000);
      }
  }, 300_000);
});
