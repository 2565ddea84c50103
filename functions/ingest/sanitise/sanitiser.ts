import { parseJson, stringifyJson } from '../../core/json.ts';
import type { AttributeValue, LogRecord, Mark } from '../../core/log-record.ts';
import { addAttribute, type Gathered } from '../put-attribute.ts';
import type { SanitiseAction, Sanitising } from '../settings-api.ts';
import { type Find, makeCustomFind } from './custom-rules.ts';
import { SecretFinder } from './finder.ts';
import type { Found } from './found.ts';
import { hashed, redacted } from './marker.ts';
import { isSecretValue, ruleOfName } from './named-secret.ts';
import { makePersonalFind } from './personal.ts';
import { defaultActionOf, PERSONAL_RULES, type PersonalRule, RULES } from './rules.ts';

/** A shorter secret may be a word that stands elsewhere, too. */
const KNOWN_LENGTH = 6;

/** A member that is not kept. */
const DROPPED = Symbol('dropped');
type Walked = AttributeValue | typeof DROPPED;

/** What became of one event. */
export interface Sanitised {
  readonly record: LogRecord;
  /** Names of the rules that found something. */
  readonly rules: ReadonlySet<string>;
}

/** Applies a project's policy to events; made once for a version of its settings. */
export class Sanitiser {
  readonly #actions: ReadonlyMap<string, SanitiseAction>;
  readonly #hashKey: string;
  readonly #secrets: SecretFinder;
  /** What a scan for secrets does not find: personal rules that are on, and the project's own. */
  readonly #finds: readonly Find[];
  /** Secrets of the event at hand that its line told: a parser may have cut a value off from its name. */
  #known: readonly { readonly rule: string; readonly value: string }[] = [];

  /** @param hashKey of the project, for the action `hash`. @throws InvalidRequest for a pattern that is none of RE2 */
  constructor({ rules, custom }: Sanitising, hashKey: string) {
    this.#actions = new Map([
      ...RULES.map((rule) => [rule.name, rules[rule.name] ?? defaultActionOf(rule)] as const),
      ...custom.map(({ name, action }) => [name, action] as const),
    ]);
    this.#hashKey = hashKey;
    this.#secrets = new SecretFinder((rule) => this.#isActive(rule));
    const personal = (Object.keys(PERSONAL_RULES) as PersonalRule[]).filter((rule) => this.#isActive(rule));
    this.#finds = [...personal.map(makePersonalFind), ...custom.map(makeCustomFind)];
  }

  /**
   * Whether an event may hold something, by its record as JSON: one pass, without a look at its structure. Never false where `apply` would
   * find something.
   * @param from where what came from outside begins
   */
  mayTouch(line: string, from: number): boolean {
    return this.#finds.length > 0 || this.#secrets.holds(line, from) || hidesLetters(line);
  }

  /** The record without what the policy takes out of it; the same one where that is nothing. */
  apply(record: LogRecord): Sanitised {
    const rules = new Set<string>();
    this.#known = record.original === undefined ? [] : this.#secretsOf(record.original);
    const clean = (value: AttributeValue | undefined) =>
      this.#kept(this.#walk(value ?? null, rules), value ?? null, rules);
    const next: { -readonly [member in keyof LogRecord]: LogRecord[member] } = { ...record };
    next.body = clean(record.body);
    next.attributes = this.#members(record.attributes, rules);
    next.resource = this.#members(record.resource, rules);
    for (const name of ['original', 'severityText', 'traceId', 'spanId', 'eventName'] as const) {
      const text = record[name];
      if (text !== undefined) next[name] = clean(text) as string;
    }
    if (record.scope !== undefined) next.scope = this.#members({ ...record.scope }, rules) as typeof record.scope;
    if (record.source.client !== undefined)
      next.source = { ...record.source, client: clean(record.source.client) as string };
    this.#known = [];
    if (rules.size === 0) return { record, rules };
    next.marks = [...(record.marks ?? []), ...[...rules].sort().map((rule): Mark => `sanitised:${rule}`)];
    return { record: next, rules };
  }

  /** Places of a text that the policy does something about, in order, none overlapping. */
  find(text: string): readonly Found[] {
    const found = this.#secrets.find(text);
    for (const find of this.#finds) found.push(...find(text));
    for (const { rule, value } of this.#known) {
      for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + value.length))
        found.push({ rule, start, end: start + value.length });
    }
    if (found.length < 2) return found;
    found.sort((a, b) => a.start - b.start || b.end - a.end);
    const apart: Found[] = [];
    let end = 0;
    for (const each of found) {
      if (each.end <= end) continue;
      // what sticks out of an earlier match goes too
      apart.push(each.start >= end ? each : { rule: each.rule, start: end, end: each.end });
      end = each.end;
    }
    return apart;
  }

  #secretsOf(line: string): { readonly rule: string; readonly value: string }[] {
    this.#known = [];
    return this.find(line)
      .map(({ rule, start, end }) => ({ rule, value: line.slice(start, end) }))
      .filter(({ value }) => value.length >= KNOWN_LENGTH);
  }

  actionOf(rule: string): SanitiseAction {
    return this.#actions.get(rule) ?? 'keep';
  }

  #isActive(rule: string): boolean {
    return this.actionOf(rule) !== 'keep';
  }

  /** A value that cannot be dropped, since an event has to have it, is redacted instead. */
  #kept(walked: Walked, value: AttributeValue, rules: ReadonlySet<string>): AttributeValue {
    if (walked !== DROPPED) return walked;
    return typeof value === 'string' ? this.#replace(value, true).text : redacted([...rules].at(-1) ?? '');
  }

  #walk(value: AttributeValue, rules: Set<string>, under?: string): Walked {
    switch (typeof value) {
      case 'string':
        if (under !== undefined && isSecretValue(under as never, value)) return this.#act(under, value, rules);
        return this.#text(value, rules);
      case 'number':
      case 'bigint':
        return this.#number(value, rules, under);
      case 'object':
        if (value === null) return value;
        if (Array.isArray(value)) return this.#items(value, rules, under);
        return this.#members(value as { readonly [key: string]: AttributeValue }, rules);
      default:
        return value;
    }
  }

  #number(value: number | bigint, rules: Set<string>, under: string | undefined): Walked {
    const text = String(value);
    if (under !== undefined && isSecretValue(under as never, text)) return this.#act(under, text, rules);
    const [found] = text.length < 8 ? [] : this.find(text);
    return found === undefined ? value : this.#act(found.rule, text, rules);
  }

  #items(items: readonly AttributeValue[], rules: Set<string>, under: string | undefined): AttributeValue {
    const walked = items.map((item) => this.#walk(item, rules, under));
    return walked.every((item, at) => item === items[at]) ? items : walked.filter((item) => item !== DROPPED);
  }

  #members(
    object: { readonly [key: string]: AttributeValue },
    rules: Set<string>,
  ): { readonly [key: string]: AttributeValue } {
    const clean: Gathered = {};
    let same = true;
    const named = nameOfPair(object);
    for (const name in object) {
      const value = object[name] as AttributeValue;
      const of = ruleOfName(named !== undefined && name === 'value' ? named : name);
      const walked =
        value === undefined ? value : this.#walk(value, rules, of !== undefined && this.#isActive(of) ? of : undefined);
      const key = this.#kept(this.#text(name, rules), name, rules) as string;
      if (walked !== value || key !== name) same = false;
      if (walked !== DROPPED) addAttribute(clean, key, walked as AttributeValue);
    }
    return same ? object : clean;
  }

  #text(text: string, rules: Set<string>): string | typeof DROPPED {
    const { text: clean, found } = this.#replace(text);
    for (const { rule } of found) rules.add(rule);
    if (found.some(({ rule }) => this.actionOf(rule) === 'drop')) return DROPPED;
    return ESCAPED_IN_TEXT.test(clean) ? this.#unescaped(clean, rules) : clean;
  }

  /** A text of JSON that writes plain letters as escapes hides names and forms; it is read, and written anew where something was hidden. */
  #unescaped(text: string, rules: Set<string>): string | typeof DROPPED {
    if (!/^\s*[[{]/.test(text)) return text;
    let value: AttributeValue;
    try {
      value = parseJson(text) as AttributeValue;
    } catch {
      return text;
    }
    const walked = this.#walk(value, rules);
    return walked === value ? text : walked === DROPPED ? DROPPED : stringifyJson(walked);
  }

  #replace(text: string, neverDrop = false): { readonly text: string; readonly found: readonly Found[] } {
    const found = this.find(text);
    if (found.length === 0) return { text, found };
    let clean = '';
    let end = 0;
    for (const each of found) {
      const quote = each.quote ?? '';
      const action = neverDrop && this.actionOf(each.rule) === 'drop' ? 'redact' : this.actionOf(each.rule);
      clean +=
        text.slice(end, each.start) + quote + this.#marker(each.rule, action, text.slice(each.start, each.end)) + quote;
      end = each.end;
    }
    return { text: clean + text.slice(end), found };
  }

  #act(rule: string, value: string, rules: Set<string>): Walked {
    rules.add(rule);
    const action = this.actionOf(rule);
    return action === 'drop' ? DROPPED : this.#marker(rule, action, value);
  }

  #marker(rule: string, action: SanitiseAction, value: string): string {
    return action === 'hash' ? hashed(rule, value, this.#hashKey) : redacted(rule);
  }
}

/** `{"name": "DB_PASSWORD", "value": …}` names what the value is. */
function nameOfPair(object: { readonly [key: string]: AttributeValue }): string | undefined {
  if (!Object.hasOwn(object, 'value')) return undefined;
  const name = object.name ?? object.key;
  return typeof name === 'string' ? name : undefined;
}

/** An escape of a plain character in JSON within JSON, and in JSON. */
const ESCAPED = /\\\\u00[2-7]/;
const hidesLetters = (line: string): boolean => line.includes('\\\\u00') && ESCAPED.test(line);
const ESCAPED_IN_TEXT = /\\u00[2-7]/;
