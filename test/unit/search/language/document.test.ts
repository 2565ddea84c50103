import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KNOWN_FIELDS } from '../../../../functions/search/language/fields.ts';
import { LIMITS } from '../../../../functions/search/language/limits.ts';
import { parse } from '../../../../functions/search/language/parser.ts';
import { print } from '../../../../functions/search/language/printer.ts';
import { toPlan } from '../../../../functions/search/plan.ts';
import { withoutSpans } from '../../../support/random-queries.ts';

const page = readFileSync(new URL('../../../../docs/query-language.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```query\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => line.split(' → ') as [string, string?]);

describe('docs/query-language.md', () => {
  it.each(examples)('%s is a query', (example, printed = example) => {
    const query = parse(example);
    expect(print(query)).toBe(printed);
    expect(withoutSpans(parse(printed))).toEqual(withoutSpans(query));
    expect(() => toPlan(query)).not.toThrow();
  });

  it('names every field of the record and every limit', () => {
    expect(examples.length).toBeGreaterThan(40);
    const missing = KNOWN_FIELDS.flatMap(({ name, aliases }) => [name, ...aliases]).filter(
      (name) => !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
    for (const limit of [LIMITS.characters, LIMITS.leaves, LIMITS.depth, LIMITS.pipes])
      expect(page).toContain(limit.toLocaleString('en'));
  });
});
