import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../lib/local-cloud/aws-server/aws-error.ts';
import type { AttributeValue, Item } from '../../lib/local-cloud/dynamodb/attribute-value.ts';
import { applyUpdate } from '../../lib/local-cloud/dynamodb/expression/apply-update.ts';
import { parseCondition } from '../../lib/local-cloud/dynamodb/expression/condition.ts';
import { evaluate } from '../../lib/local-cloud/dynamodb/expression/evaluate.ts';
import { Placeholders } from '../../lib/local-cloud/dynamodb/expression/placeholders.ts';
import { parseProjection } from '../../lib/local-cloud/dynamodb/expression/projection.ts';
import { parseUpdate } from '../../lib/local-cloud/dynamodb/expression/update.ts';

const VALUES: Item = { ':n': { N: '1' }, ':s': { S: 'a' }, ':l': { L: [] }, ':ss': { SS: ['a'] } };
const placeholders = () => new Placeholders({ '#a': 'a', '#b': 'b' }, VALUES);

const words = fc.constantFrom(
  ...[
    'a',
    'b',
    '#a',
    '#b',
    ':n',
    ':s',
    ':l',
    ':ss',
    '(',
    ')',
    '[0]',
    '.',
    ',',
    '=',
    '<>',
    '<',
    '>=',
    '+',
    '-',
    'AND',
    'or',
    'NOT',
  ],
  ...[
    'BETWEEN',
    'IN',
    'SET',
    'REMOVE',
    'ADD',
    'DELETE',
    'size',
    'contains',
    'begins_with',
    'attribute_exists',
    'attribute_type',
  ],
  ...['if_not_exists', 'list_append', 'name', '1', '"', '\u{1f600}', '#none', ':none'],
);
const texts = fc.oneof(
  fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
  fc.string(),
  fc.nat(2000).map((depth) => '('.repeat(depth)),
  fc.nat(1000).map((depth) => `${'NOT '.repeat(depth)}a = :n`),
);

const values: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string().map((S): AttributeValue => ({ S })),
    fc.integer().map((number): AttributeValue => ({ N: String(number) })),
    fc.boolean().map((BOOL): AttributeValue => ({ BOOL })),
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 3 }).map((SS): AttributeValue => ({ SS })),
    fc.array(tie('value'), { maxLength: 3 }).map((L): AttributeValue => ({ L })),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')).map((M): AttributeValue => ({ M })),
  ),
})).value;
const items: fc.Arbitrary<Item> = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), values);

describe('expressions', () => {
  it('of any text are read, or refused with a ValidationException', () => {
    const parsers = [
      (text: string) => parseCondition('FilterExpression', text, placeholders()),
      (text: string) => parseUpdate(text, placeholders()),
      (text: string) => parseProjection(text, placeholders()),
    ];
    fc.assert(
      fc.property(texts, items, (text, item) => {
        for (const parse of parsers) {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(AwsError);
            expect((error as AwsError).code).toBe('ValidationException');
          }
        }
        try {
          expect(typeof evaluate(parseCondition('FilterExpression', text, placeholders()), item)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('follow the laws of logic on any item', () => {
    const holds = (text: string, item: Item) =>
      evaluate(parseCondition('FilterExpression', text, placeholdersOf(text)), item);
    const leaves = fc.constantFrom(
      'a = b',
      'a <> b',
      'a < b',
      'attribute_exists(a)',
      'size(a) > :n',
      'contains(a, :s)',
      'a[0] = b',
      'b BETWEEN :n AND :n',
      'begins_with(a, :s)',
    );
    fc.assert(
      fc.property(leaves, leaves, items, (p, q, item) => {
        expect(holds(`NOT ${p}`, item)).toBe(!holds(p, item));
        expect(holds(`NOT (${p} OR ${q})`, item)).toBe(holds(`NOT ${p} AND NOT ${q}`, item));
        expect(holds(`${p} AND ${q}`, item)).toBe(holds(p, item) && holds(q, item));
        expect(holds('a <> b', item)).toBe(!holds('a = b', item));
      }),
    );
  });

  it('that set and then remove an attribute leave an item as it was without it', () => {
    const update = (text: string, item: Item) => applyUpdate(item, parseUpdate(text, placeholdersOf(text)));
    fc.assert(
      fc.property(items, (item) => {
        const { z: _, ...rest } = update('REMOVE z', update('SET z = :n', item));
        expect(rest).toEqual(item);
        expect(update('SET z = :n', update('SET z = :n', item))).toEqual(update('SET z = :n', item));
      }),
    );
  });
});

function placeholdersOf(text: string): Placeholders {
  const used = Object.fromEntries(Object.entries(VALUES).filter(([name]) => text.includes(name)));
  return new Placeholders(undefined, Object.keys(used).length === 0 ? undefined : used);
}
