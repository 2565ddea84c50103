import { RE2JS } from 're2js';
import { InvalidRequest } from '../../core/errors.ts';
import type { CustomRule } from '../settings-api.ts';
import type { Found } from './found.ts';

/** Finds places of a text, in order. */
export type Find = (text: string) => readonly Found[];

/** A project's own rule; RE2 runs in time linear in the text. @throws InvalidRequest where the pattern is none of RE2 */
export function makeCustomFind({ name, pattern }: CustomRule, position: number): Find {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    const detail = `expected RE2 syntax: ${(error as Error).message}`;
    throw new InvalidRequest([{ pointer: `#/sanitising/custom/${position}/pattern`, detail }], { cause: error });
  }
  if (compiled.matcher('').find())
    throw new InvalidRequest([
      {
        pointer: `#/sanitising/custom/${position}/pattern`,
        detail: 'expected a pattern that does not match the empty text',
      },
    ]);
  const group = compiled.groupCount() > 0 ? 1 : 0;
  return (text) => {
    const found: Found[] = [];
    const matcher = compiled.matcher(text);
    while (matcher.find()) {
      const start = matcher.start(group);
      const end = matcher.end(group);
      if (start >= 0 && end > start) found.push({ rule: name, start, end });
    }
    return found;
  };
}
