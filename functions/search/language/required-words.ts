/**
 * Words that a text must have for a pattern to be found in it: what a store of words can narrow a search by before the evaluator decides.
 * Only words that the pattern holds whole count, so nothing that matches is lost.
 */
import { foldGlob, parseGlob } from './glob.ts';
import { isWordCharacter, toWords } from './words.ts';

/** The words of plain text that has unknown text on its open sides, joined by blanks. */
function wholeWords(text: string, openLeft: boolean, openRight: boolean): string {
  const words = toWords(text).split(' ');
  if (words.some((word) => word.length >= 100)) return ''; // long runs are cut by length, and where they begin is not known
  const characters = [...text];
  if (openLeft && isWordCharacter(characters[0] ?? '')) words.shift();
  if (openRight && isWordCharacter(characters.at(-1) ?? '')) words.pop();
  return words.join(' ');
}

/** Phrases that every text a free-text pattern matches must have. */
export function requiredByGlob(pattern: string): string[] {
  const parts = parseGlob(foldGlob(pattern));
  return parts
    .map((part, index) => (part.kind === 'plain' ? wholeWords(part.text, index > 0, index < parts.length - 1) : ''))
    .filter((words) => words !== '');
}

/** Phrases that every text an RE2 expression is found in must have; none where nothing can be proven. */
export function requiredByRegex(source: string): string[] {
  return literalRuns(source)
    .map((run) => wholeWords(run, true, true))
    .filter((words) => words !== '');
}

const LEADING_FLAGS = /^(?:\(\?[a-zA-Z-]+\))+/;
const FLAGS = /^\(\?[a-zA-Z-]+\)$/;

/** Plain text at the top of an expression that every match contains. Whatever is not understood ends a run. */
function literalRuns(source: string): string[] {
  const runs: string[] = [];
  let run = '';
  const flush = () => {
    if (run !== '') runs.push(run);
    run = '';
  };
  const characters = [...source.replace(LEADING_FLAGS, '')];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    let literal: string | undefined;
    if (character === '|') return []; // an alternative: nothing is sure
    if (character === '\\') {
      const escaped = characters[++at] ?? '';
      if (escaped === 'Q') return [];
      if (/[^\p{L}\p{N}_]/u.test(escaped)) literal = escaped;
      else if (/[pPx]/.test(escaped)) {
        if (characters[at + 1] === '{') at = characters.indexOf('}', at);
        else at += escaped === 'x' ? 2 : 1;
        if (at < 0) return [];
      } else if (/\d/.test(escaped)) return [];
    } else if (character === '[') at = endOfClass(characters, at);
    else if (character === '(') {
      const start = at;
      at = endOfGroup(characters, at);
      // no group: what repeats it repeats what is before it
      if (FLAGS.test(characters.slice(start, at + 1).join(''))) return [];
    } else if (character === '{') at = Math.max(at, characters.indexOf('}', at));
    else if (!/[.^$*+?{}]/.test(character)) literal = character;
    if (literal === undefined) flush();
    const next = characters[at + 1];
    if (next === '*' || next === '?' || next === '{') flush();
    else if (literal !== undefined) run += literal;
    if (next === '+') flush();
  }
  flush();
  return runs;
}

function endOfClass(characters: readonly string[], start: number): number {
  let at = start + 1;
  if (characters[at] === '^') at++;
  if (characters[at] === ']') at++;
  for (; at < characters.length && characters[at] !== ']'; at++) {
    if (characters[at] === '\\') at++;
    else if (characters[at] === '[' && characters[at + 1] === ':') at = Math.max(at, characters.indexOf(']', at));
  }
  return at;
}

function endOfGroup(characters: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < characters.length; at++) {
    const character = characters[at];
    if (character === '\\') at++;
    else if (character === '[') at = endOfClass(characters, at);
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  return characters.length;
}
