import { describe, expect, it } from 'vitest';
import { compile, isExact } from '../../../../functions/adapters/event-store/compile.ts';
import { makeMatcher } from '../../../../functions/search/language/evaluator.ts';
import { parse, tokenize } from '../../../../functions/search/language/parser.ts';
import { print } from '../../../../functions/search/language/printer.ts';
import { makeEventSpace } from '../../../support/event-builder.ts';
import { withoutSpans } from '../../../support/random-queries.ts';
import { EVENTS, FIRST, SAMPLES } from './samples.ts';

const { anEvent } = makeEventSpace();
const records = Object.entries(EVENTS).map(
  ([name, members], at) => [name, anEvent({ millis: FIRST + at * 60_000, ...members })] as const,
);
const NOW = FIRST + 60_000;

describe.each(SAMPLES)('query $query', ({ query, printed = query, keeps, exact }) => {
  const parsed = parse(query);

  it('is printed as a query that means the same', () => {
    expect(print(parsed)).toBe(printed);
    expect(withoutSpans(parse(print(parsed)))).toEqual(withoutSpans(parsed));
  });

  it('keeps the events it should', () => {
    const matches = makeMatcher(parsed.filter, NOW);
    expect(records.filter(([, record]) => matches(record)).map(([name]) => name)).toEqual(keeps);
  });

  it(`is ${exact ? 'decided by the store alone' : 'finished by the evaluator'}`, () => {
    expect(isExact(compile(parsed.filter, NOW))).toBe(exact);
  });

  it('has tokens in order that cover all but white space', () => {
    let end = 0;
    for (const token of tokenize(query)) {
      expect(query.slice(end, token.start).trim()).toBe('');
      expect(token.end).toBeGreaterThan(token.start);
      end = token.end;
    }
    expect(query.slice(end).trim()).toBe('');
  });
});
