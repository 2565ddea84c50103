import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../../functions/core/json.ts';

describe('lossless JSON', () => {
  it.each([
    '{"a":12345678901234567890}',
    '{"a":[9223372036854775807,-9223372036854775808]}',
    '{"a":0.1,"b":"12345678901234567890","c":null,"d":true}',
    '{"deep":{"list":[{"id":10000000000000000001}]}}',
  ])('gives %s back as it came', (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('keeps the digits of a number wherever it stands in the text', () => {
    for (let padding = 0; padding < 40; padding++) {
      const text = `{"p":"${'x'.repeat(padding)}","n":-1234567890123456789}`;
      expect(stringifyJson(parseJson(text))).toBe(text);
    }
  });

  it('keeps a number beyond all as its text', () => {
    expect(parseJson('{"a":1e400,"b":-1E+999,"c":1e3,"d":1e-400}')).toEqual({
      a: '1e400',
      b: '-1E+999',
      c: 1000,
      d: 0,
    });
  });

  it('keeps ordinary numbers numbers', () => {
    expect(parseJson('{"n":1,"m":1.5,"x":1234567890123456}')).toEqual({ n: 1, m: 1.5, x: 1234567890123456 });
  });

  it('reads integers beyond a double as bigint', () => {
    expect(parseJson('[9007199254740993]')).toEqual([9007199254740993n]);
  });

  it('lets errors of other kinds pass', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => stringifyJson(circle)).toThrow(TypeError);
  });

  it('is not fooled by a key __proto__', () => {
    const value = parseJson('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
