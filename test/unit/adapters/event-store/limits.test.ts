import { expect, it } from 'vitest';
import { compile, isExact } from '../../../../functions/adapters/event-store/compile.ts';
import { parse } from '../../../../functions/search/language/parser.ts';
import { MOMENT } from '../../../support/event-builder.ts';

const boundsOf = (query: string) => compile(parse(query).filter, MOMENT);

it('gives the store no pattern that takes it too many states, but the beginning of it', () => {
  const pattern = `*${'a?'.repeat(200)}b`;
  for (const query of [pattern, `key:${pattern}`, `id:${pattern}`]) {
    const bounds = boundsOf(query);
    expect(isExact(bounds)).toBe(false);
    const sent = JSON.stringify(bounds.upper).match(/\*(?:a\?)+a?\*/)?.[0] ?? '';
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.length).toBeLessThan(30);
  }
  // no automaton grows without a star in front
  expect(isExact(boundsOf(`id:${'?'.repeat(35)}`))).toBe(true);
  expect(isExact(boundsOf('*a*b*c*'))).toBe(true);
});
