import type { Found } from './found.ts';
import type { NamedRule } from './rules.ts';
import { isBehindEscape } from './word.ts';

/** What may follow a name without making it another thing; `token_type` and `password_reset` are other things. */
const SUFFIX =
  '(?:[-_.]?(?:\\d{1,3}|confirm(?:ation)?|repeat|again|old|new|current|value|text|plain|raw|hash|enc(?:rypted)?|base64|b64))?';
const NAME = `(?:(pass(?:word|wd|phrase|code)?|pwd)|(secrets?|credentials?)|(token)|((?<=(?:secret|signing|encryption|access|api|private|account|master|shared|auth|session|license|subscription)[-_. ]?)key)|(authorization))${SUFFIX}`;
const AT_NAME = new RegExp(NAME, 'iy');
const NAME_AT_END = new RegExp(`${NAME}$`, 'i');
const RULES: readonly NamedRule[] = ['password', 'secret', 'token', 'api-key', 'authorization'];

/** What every such name has one of. */
export const NAME_ANCHORS = ['pass', '?pwd', 'secr', 'cred', 'toke', '?key', 'auth'];

/** Between a name and its value. */
const SEPARATOR =
  /\]?(?:(\\*)["'`])?[ \t]{0,3}(?:(:=|=>|={1,2}|:|%3[ad])|,[ \t]{0,2}\\*["']val(?:ue)?\\*["'][ \t]{0,2}:)(?:[ \t]|\\t){0,4}\[?[ \t]{0,2}/iy;
const OPTION = /(?:[ \t]|\\t){1,2}(?=[^\s-])/y;
const ELEMENT_END = />/y;
const OPENING_QUOTE = /(\\*)(["'`])/y;
/** Text up to what ends a value that stands in no quotes; a backslash ends it where it begins an escape. */
const BARE = /(?:[^\s"'`,;&<>|)\]}\\]|\\(?![nrtu"'`/]))+/y;
const BARE_ENCODED = /(?:[^\s"'`,;&<>|)\]}\\%]|%(?!26))+/y;
const ELEMENT = /[^<>]+/y;
const SCHEME =
  /(?:(?:bearer|basic|token|splunk|apikey|api-key|negotiate|ntlm|dpop|key)[ \t]{1,3}|(digest|aws4-hmac-sha256|oauth|signature|hawk|vapid)[ \t]{1,3})/iy;
const LINE = /[^\r\n]+/y;

/** What stands in the place of a value, or tells of one. */
const NO_VALUE =
  /^(?:[*x•#?_.-]+|null|nil|none|undefined|true|false|yes|no|on|off|empty|unknown|unset|default|n\/a|anonymous|include|omit|same-origin|required|optional|missing|invalid|expired|incorrect|wrong|changed|bearer|basic|string|str|text|bytes|number|object|function|\$\{[^}]*\}?|\$\(?[\w.]+\)?|%[sdvq]|\{\{.*|\{\w*\}?|<.*|\[?(?:redacted|hash|hidden|masked|filtered|removed|sensitive|secret|omitted|protected)(?:\b.*)?)$/i;
/** How an object prints itself: `Token{a64f992 …}`, `android.os.BinderProxy@2bd79ce`. */
const OBJECT = /^(?:[A-Za-z_$][\w$.]*[{([]|[A-Za-z_$][\w$]*(?:\.[\w$]+)+@[0-9a-f]{1,16}$)/;
/** Words that follow a colon in a sentence. */
const PROSE =
  /^(?:a|an|and|are|as|at|authentication|be|but|by|can|cannot|check|could|did|does|error|failed|failure|for|found|from|has|have|if|in|is|it|its|must|no|not|of|one|or|please|reset|set|should|so|success|successful|succeeded|than|that|the|this|to|too|update|updated|use|verification|was|were|when|with|you|your|unexpected|bad)$/i;

/** The rule of a name that holds secrets: of an attribute, a member, a header. */
export function ruleOfName(name: string): NamedRule | undefined {
  const match = NAME_AT_END.exec(name);
  if (match === null || !begins(name, match.index, match[1])) return undefined;
  return ruleOf(match);
}

/** Whether a value that stands under a secret's name is one, and not a count, a placeholder or a word about it. */
export function isSecretValue(rule: NamedRule, value: string): boolean {
  if (value === '' || NO_VALUE.test(value)) return false;
  return rule === 'password' || (value.length >= 4 && !/^\d{1,5}$/.test(value) && !OBJECT.test(value));
}

/** Finds the value of a secret whose name begins at a place of a text. @returns undefined where none does */
export function findNamedSecret(text: string, at: number): Found<NamedRule> | undefined {
  AT_NAME.lastIndex = at;
  const name = AT_NAME.exec(text);
  if (name === null || !begins(text, at, name[1])) return undefined;
  const rule = ruleOf(name);
  const place = findValue(text, at, AT_NAME.lastIndex, rule);
  if (place === undefined) return undefined;
  const value = text.slice(place.start, place.end);
  if (!isSecretValue(rule, value)) return undefined;
  if (rule === 'password' && /^pass$/i.test(name[0]) && /^\d+$/.test(value)) return undefined;
  if (/^pwd$/i.test(name[0]) && value.startsWith('/')) return undefined;
  if (place.prose && !isLikelySecret(rule, value)) return undefined;
  return { rule, start: place.start, end: place.end, quote: place.quote };
}

const ruleOf = (match: RegExpExecArray): NamedRule =>
  RULES[([1, 2, 3, 4, 5].find((group) => match[group] !== undefined) as number) - 1] as NamedRule;

/** `compass` and `bypass` are words of their own, `userPass` is not. */
function begins(text: string, at: number, password: string | undefined): boolean {
  if (password === undefined || password.length > 4 || at === 0) return true;
  const before = text[at - 1] as string;
  return (
    !/[a-z]/i.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(text[at] as string)) || isBehindEscape(text, at)
  );
}

interface Place {
  readonly start: number;
  readonly end: number;
  /** Stands after a colon as a word of a sentence could. */
  readonly prose: boolean;
  /** What a text in its place must stand in, where the value is a bare one of JSON. */
  readonly quote: string;
}

function findValue(text: string, at: number, nameEnd: number, rule: NamedRule): Place | undefined {
  const separator = matchAt(SEPARATOR, text, nameEnd);
  if (separator !== undefined) return readValue(text, separator.end, rule, separator.match);
  const element = matchAt(ELEMENT_END, text, nameEnd);
  if (element !== undefined) {
    const value = isBehind(/<[\w:.-]{0,60}$/, text, at) ? matchAt(ELEMENT, text, element.end) : undefined;
    return value && { start: element.end, end: value.end, prose: false, quote: '' };
  }
  const option = isBehind(/(?:^|\s|["']|\\[nrt])--?[\w-]{0,60}$/, text, at)
    ? matchAt(OPTION, text, nameEnd)
    : undefined;
  return option && readValue(text, option.end, rule);
}

function readValue(text: string, from: number, rule: NamedRule, separator?: RegExpExecArray): Place | undefined {
  const quote = matchAt(OPENING_QUOTE, text, from);
  if (quote !== undefined) {
    const [, backslashes = '', mark = ''] = quote.match;
    const end = closingQuote(text, quote.end, mark, backslashes.length);
    return { ...withoutScheme(text, quote.end, end, rule, () => end), prose: false, quote: '' };
  }
  const form = separator?.[2]?.startsWith('%') ? BARE_ENCODED : BARE;
  const end = bareEnd(form, text, from);
  if (end === undefined) return undefined;
  const named = separator?.[1];
  const place = withoutScheme(text, from, end, rule, (start) => bareEnd(form, text, start));
  const prose = separator?.[2] === ':' && named === undefined && /\s/.test(separator[0]);
  return { ...place, prose, quote: named === undefined ? '' : `${named}"` };
}

/** An authorisation's scheme stays: what follows it is the secret. */
function withoutScheme(
  text: string,
  start: number,
  end: number,
  rule: NamedRule,
  endOf: (start: number) => number | undefined,
): { readonly start: number; readonly end: number } {
  const scheme = rule === 'authorization' ? matchAt(SCHEME, text, start) : undefined;
  if (scheme === undefined) return { start, end };
  // a scheme with parameters goes on to the end of its line
  const last =
    scheme.match[1] === undefined || end > scheme.end ? endOf(scheme.end) : matchAt(LINE, text, scheme.end)?.end;
  return last === undefined ? { start, end } : { start: scheme.end, end: last };
}

/**
 * Where a quoted text ends that stands in `level` nestings of JSON text: such a quote has as many backslashes as the opening one had, or that
 * many behind whole escaped backslashes of its content. The text's end where none closes it.
 */
function closingQuote(text: string, from: number, mark: string, backslashes: number): number {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    let before = at;
    while (before > from && text.charCodeAt(before - 1) === 0x5c) before--;
    const count = at - before;
    if (count >= backslashes ? (count - backslashes) % (2 * (backslashes + 1)) === 0 : true)
      return at - Math.min(count, backslashes);
  }
  return text.length;
}

/** A value after a colon and a blank may be a word of a sentence. */
function isLikelySecret(rule: NamedRule, value: string): boolean {
  const word = value.replace(/[.!?:]+$/, '');
  if (PROSE.test(word)) return false;
  if (rule === 'password') return true;
  return word.length >= 20 || (word.length >= 8 && /\d/.test(word) && !/^\d+$/.test(word));
}

function matchAt(form: RegExp, text: string, at: number) {
  form.lastIndex = at;
  const match = form.exec(text);
  return match === null ? undefined : { match, end: form.lastIndex };
}

/** Where a bare value ends: backslashes at its end begin an escape. */
function bareEnd(form: RegExp, text: string, start: number): number | undefined {
  const match = matchAt(form, text, start);
  if (match === undefined) return undefined;
  let { end } = match;
  while (end > start && text.charCodeAt(end - 1) === 0x5c) end--;
  return end === start ? undefined : end;
}

const isBehind = (form: RegExp, text: string, at: number): boolean => form.test(text.slice(Math.max(0, at - 64), at));
