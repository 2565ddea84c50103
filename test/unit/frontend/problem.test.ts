import { expect, it } from 'vitest';
import { problemOf } from '../../../frontend/src/lib/problem.ts';

it.each([
  ['query_syntax', true],
  ['query_type', true],
  ['query_limit', false],
  ['time_range', false],
  ['invalid_time', false],
])('a problem of code %s is for the query bar to tell: %s', async (code, isAboutQuery) => {
  const body = JSON.stringify({ code, title: 'No', status: 400, span: { start: 3, end: 5 } });
  const problem = await problemOf(new Response(body, { status: 400 }));
  expect([problem.isAboutQuery, problem.span]).toEqual([isAboutQuery, { start: 3, end: 5 }]);
});
