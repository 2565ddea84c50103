/**
 * How texts become words: the one place that says it, for the evaluator and for what is stored alike, so that no engine's own tables can
 * disagree. A text is brought to NFC and simple case folding; a word is a run of letters, digits and `_`, with the marks that follow them.
 * Han, Hiragana and Katakana are written without blanks, so each of their characters is a word and a run of them is a phrase.
 */

/** Longer runs are cut into words of this many UTF-16 units (an engine's tokenizer cuts at 255 by itself). */
export const MAX_WORD = 128;

const NOT_ASCII = /\P{ASCII}/u;
const WORD =
  /[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]&&\p{L}]\p{M}*|[[\p{L}\p{Nd}_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]][[\p{L}\p{M}\p{Nd}_]--[[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]&&\p{L}]]*/gv;
const WORD_START = /[\p{L}\p{Nd}_]/u;

/** NFC, simple case folding, and no lone surrogates: two texts are equal without regard to case when their folds are. */
export function fold(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  const composed = text.toWellFormed().normalize('NFC');
  let folded = '';
  for (const character of composed) folded += foldCharacter(character);
  return folded;
}

const foldings = new Map<string, string>();

function foldCharacter(character: string): string {
  const known = foldings.get(character);
  if (known !== undefined) return known;
  const folding = simpleFolding(character);
  foldings.set(character, folding); // bounded by Unicode itself
  return folding;
}

/** Simple case folding (CaseFolding.txt, C and S) up to the choice of each class's representative. */
function simpleFolding(character: string): string {
  if (character === '\u0131') return character; // dotless i: its upper case is I, yet it folds to itself
  if (character === '\ufb05') return '\ufb06'; // both ligatures of s and t
  const upper = character.toUpperCase();
  const base = isOneCharacter(upper) ? upper : character;
  const lower = base.toLowerCase();
  return isOneCharacter(lower) ? lower : character;
}

const isOneCharacter = (text: string): boolean =>
  text.length === 1 || (text.length === 2 && (text.codePointAt(0) as number) > 0xffff);

const BLANK = 0x20;
/** ASCII: a word character folded, else a blank. */
const ASCII_WORD = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /\w/.test(character) ? character.toLowerCase().charCodeAt(0) : BLANK;
});

/**
 * Turns ASCII text, in place, into its words joined by single blanks.
 * @returns where the words end in `bytes`, or -1 at the first byte that is not ASCII (the range is then half done)
 */
export function cutAsciiWords(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  let wordStart = start;
  for (let at = start; at < end; at++) {
    const mapped = ASCII_WORD[bytes[at] as number];
    if (mapped === undefined) return -1;
    if (mapped !== BLANK) {
      // a blank put in front of the next piece would overtake the reading; such runs are rare enough for the other way
      if (to - wordStart === MAX_WORD) return -1;
      bytes[to++] = mapped;
    } else if (to > wordStart) {
      bytes[to++] = BLANK;
      wordStart = to;
    }
  }
  return to > start && to === wordStart ? to - 1 : to;
}

const ONE_WORD = /^[a-z0-9_]+$/;

/** Whether a text is surely its own fold and its only word, as identifiers are. */
export const isOneWord = (text: string): boolean => text.length <= MAX_WORD && ONE_WORD.test(text);

let scratch = new Uint8Array(4096);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The words of a text joined by single blanks; empty where it has none. A phrase stands in a text exactly when
 * `` ` ${toWords(text)} ` `` includes `` ` ${toWords(phrase)} ` ``.
 */
export function toWords(text: string): string {
  if (isOneWord(text)) return text;
  if (NOT_ASCII.test(text)) return cutWords(text);
  if (scratch.length < text.length) scratch = new Uint8Array(text.length * 2);
  const end = cutAsciiWords(scratch, 0, encoder.encodeInto(text, scratch).written);
  return end < 0 ? cutWords(text) : decoder.decode(scratch.subarray(0, end));
}

function cutWords(text: string): string {
  const words: string[] = [];
  for (const [word] of fold(text).matchAll(WORD)) {
    if (word.length <= MAX_WORD) words.push(word);
    else words.push(...cutLong(word));
  }
  return words.join(' ');
}

function cutLong(word: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece.length + character.length > MAX_WORD) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** Whether a text has a word at all; one without is searched as a substring. */
export const hasWords = (text: string): boolean => WORD_START.test(text);

/** Whether a character belongs to words (marks do, behind a letter or digit). */
export const isWordCharacter = (character: string): boolean => /[\p{L}\p{M}\p{Nd}_]/u.test(character);

/** Characters of scripts without blanks between words: each is a word. */
export const isIdeograph = (character: string): boolean =>
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u.test(character) && /\p{L}/u.test(character);
