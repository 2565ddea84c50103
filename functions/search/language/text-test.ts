/** Free text within one text: words in a row, or a substring where there are none. */
import { fold, hasWords, MAX_WORD, toWords } from './words.ts';

export type TextTest = (text: string) => boolean;

/** Finds the words of `value` in a row within one text; a value without words is a substring. */
export function makeTextTest(value: string): TextTest {
  if (!hasWords(value)) {
    const wanted = fold(value);
    return (text) => fold(text).includes(wanted);
  }
  const words = toWords(value).split(' ');
  const phrase = ` ${words.join(' ')} `;
  const decide = (text: string) => ` ${toWords(text)} `.includes(phrase);
  // a text that has no such run of characters does not have the word: most are turned away by one look at them as they are
  const rarest = words.filter(isPlain).reduce((long, word) => (word.length > long.length ? word : long), '');
  if (rarest === '') return decide;
  const hint = new RegExp(spelled(rarest), 'i');
  if (!words.every(isPlain)) return (text) => hint.test(text) && decide(text);
  const exact = new RegExp(`(?<![a-z0-9_])${words.join('[^a-z0-9_]+')}(?![a-z0-9_])`, 'i');
  return (text) => hint.test(text) && (isSimple(text) ? exact.test(text) : decide(text));
}

/** ASCII alone. */
const isPlain = (word: string): boolean => /^[a-z0-9_]+$/.test(word);

/** What folds to a plain word, characters beyond ASCII included: the long s, and the sign of kelvin, which NFC makes a K. */
const spelled = (word: string): string => word.replaceAll('s', '[s\u017f]').replaceAll('k', '[k\u212a]');

const NOT_ASCII = /[^\0-\x7f]/;
const LONG_RUN = new RegExp(`\\w{${MAX_WORD + 1}}`);

/** Whether words are runs of `\w`: in ASCII, where none is so long that it is cut. */
const isSimple = (text: string): boolean => !NOT_ASCII.test(text) && (text.length <= MAX_WORD || !LONG_RUN.test(text));
