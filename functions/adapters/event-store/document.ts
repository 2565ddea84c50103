import { parseJson } from '../../core/json.ts';
import type { Attributes, AttributeValue, LogRecord } from '../../core/log-record.ts';
import { type ProjectId, tenantFilter } from '../../core/project.ts';
import { toIsoNano, type UnixNano } from '../../core/unix-nano.ts';
import { toNumber, unknownLevel } from '../../search/language/evaluator.ts';
import { toSortableHex } from '../../search/language/numbers.ts';
import {
  eachOwn,
  eachScalar,
  eachTextBesideAttributes,
  isAskable,
  messageOf,
  type Scalar,
  toText,
} from '../../search/language/record-values.ts';
import { fold, isOneWord, toWords } from '../../search/language/words.ts';
import {
  FIRST_ERROR,
  fieldOfKey,
  KEY_FLAGS,
  LAST_PAIR,
  MAX_VALUE,
  NUMBER,
  OWN_KEYS,
  SLOTS,
  slotOf,
  toStored,
  VALUE,
} from './mapping.ts';

/** An event in the form of `mapping.ts`, as one line of JSON, and the id it is created under. */
export interface StoredForm {
  readonly id: string;
  readonly json: string;
}

// an integer that a double cannot hold, outside of a string: compact JSON has nothing between it and what it follows
const LONG_INTEGER = /[:,[]-?\d{16}/;

/** Reads a record's line. Long digits in strings (times) do not slow it down. @throws SyntaxError */
export const parseLine = (line: string): LogRecord =>
  (LONG_INTEGER.test(line) ? parseJson(line) : JSON.parse(line)) as LogRecord;

/** A value's entry in the field of its key. */
export const toPair = (key: string, folded: string): string => key + VALUE + toStored(folded);

/**
 * Makes the stored form of an event's line; the line itself comes back from the store byte for byte. Every event of the platform passes
 * here, so the JSON is put together from pieces that are kept from event to event rather than from objects.
 * @param hidden ids of events that no read may find
 * @throws SyntaxError, TypeError where the line is no record
 */
export function toDocument(project: ProjectId, line: string, hidden?: ReadonlySet<string>): StoredForm {
  const record = JSON.parse(line) as LogRecord;
  const form = formOf(record);
  // hardly a line holds an integer that a double cannot, and looked for among the values that costs nothing
  if (!form.losesDigits && (typeof record.body !== 'object' || record.body === null))
    return write(project, line, record, form, hidden);
  const exact = parseLine(line);
  return write(project, line, exact, formOf(exact), hidden);
}

/** All values of an event. */
function formOf(record: LogRecord): DocumentForm {
  const form = new DocumentForm();
  if (typeof record.body === 'number') form.check(record.body);
  form.addAttributes(record.attributes, true);
  form.addAttributes(record.resource, false);
  eachOwn(record, (key, value) => form.add(key, value));
  return form;
}

function write(
  project: ProjectId,
  line: string,
  record: LogRecord,
  form: DocumentForm,
  hidden: ReadonlySet<string> | undefined,
): StoredForm {
  const isHidden = hidden?.has(record.id) ?? false;
  const message = messageOf(record);
  eachTextBesideAttributes(record, message, (text) => form.addText(toWords(text)));
  const level = unknownLevel(record);
  if (level !== undefined) form.add(OWN_KEYS.unknownLevel, level);
  if (message === undefined) form.mention(OWN_KEYS.noMessage);
  else if (record.severityNumber >= FIRST_ERROR) form.add(OWN_KEYS.errorMessage, message);
  if (record.original !== undefined) form.mention(OWN_KEYS.original);
  if (isHidden) form.mention(OWN_KEYS.hidden);
  const body = message === undefined ? '' : toWords(message);
  return {
    id: record.id,
    json:
      `{"id":"${record.id}","project":"${tenantFilter(project).term.project}"` +
      `,"time":"${toIsoNano(record.timeUnixNano)}","observed":"${toObserved(record.observedTimeUnixNano)}"` +
      `,"severity":${record.severityNumber}` +
      (isHidden ? ',"hidden":true' : '') +
      (body === '' ? '' : `,"body":"${body}"`) + // words need no escapes
      (form.words === '' ? '' : `,"words":[${form.words}]`) +
      `,"kv":[${form.kv}${LAST}],"few":[${form.few}${LAST}],"keys":[${form.keys}]${form.columns()}` +
      `,"event":${JSON.stringify(line)}}`,
  };
}

// all events of a request were received at once
let lastObserved: { readonly nano: UnixNano; readonly iso: string } | undefined;

function toObserved(nano: UnixNano): string {
  if (lastObserved?.nano !== nano) lastObserved = { nano, iso: toIsoNano(nano) };
  return lastObserved.iso;
}

const LAST = JSON.stringify(LAST_PAIR);

let documents = 0;

/** The parts of a document that depend on an event's keys and values, as JSON that grows. */
class DocumentForm {
  kv = '';
  few = '';
  keys = '';
  words = '';
  /** A value may not be the one that was written. */
  losesDigits = false;
  readonly #document = ++documents;
  #slots: { readonly key: KeyForm; numbers: string }[] | undefined;

  constructor() {
    // never in the midst of a document: a form knows what the document already says of its key
    if (keyForms.size >= MAX_KEPT) keyForms.clear();
  }

  addAttributes(attributes: Attributes, inside: boolean): void {
    for (const key in attributes) {
      const value = attributes[key] as AttributeValue;
      if (typeof value !== 'object') this.add(key, value, inside);
      else eachScalar(key, value, (path, scalar) => this.add(path, scalar, inside));
    }
  }

  /** @param inside whether it is one of the texts that free text searches */
  add(key: string, value: Scalar, inside = false): void {
    this.check(value);
    const of = valueForm(value);
    if (inside) this.addText(of.words);
    const known = keyForm(key);
    if (known === undefined) return;
    this.#mention(known);
    this[known.field] += known.value + of.pair;
    if (of.isSpelled) this.#flag(known, 'spelled');
    if (of.isLong) this.#flag(known, 'long');
    if (typeof value === 'boolean') this.#flag(known, 'boolean');
    if (of.number === undefined) return;
    this[known.field] += known.number + of.sortable;
    this.#slots ??= [];
    const taken = this.#slots[known.slot];
    if (taken === undefined) this.#slots[known.slot] = { key: known, numbers: String(of.number) };
    else if (taken.key === known) taken.numbers += `,${of.number}`;
    this.#flag(known, taken === undefined || taken.key === known ? 'slotted' : 'unslotted');
  }

  /** A number beyond those that a double counts one by one may have been written with other digits. */
  check(value: Scalar): void {
    if (typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER))
      this.losesDigits = true;
  }

  addText(words: string): void {
    if (words !== '') this.words += this.words === '' ? `"${words}"` : `,"${words}"`;
  }

  /** Puts a key into `keys` without a value. */
  mention(key: string): void {
    const known = keyForm(key);
    if (known !== undefined) this.#mention(known);
  }

  #mention(key: KeyForm): void {
    if (key.lastDocument === this.#document) return;
    key.lastDocument = this.#document;
    key.flagged = 0;
    this.keys += this.keys === '' ? key.key : `,${key.key}`;
  }

  #flag(key: KeyForm, flag: keyof typeof KEY_FLAGS): void {
    const bit = FLAG_BITS[flag];
    if ((key.flagged & bit) !== 0) return;
    key.flagged |= bit;
    this.keys += key.flags[flag];
  }

  columns(): string {
    let json = '';
    this.#slots?.forEach(({ numbers }, slot) => {
      json += `,"n${slot}":${numbers.includes(',') ? `[${numbers}]` : numbers}`;
    });
    return json;
  }
}

const FLAG_BITS = { slotted: 1, unslotted: 2, boolean: 4, long: 8, spelled: 16 } as const satisfies Record<
  keyof typeof KEY_FLAGS,
  number
>;

/** What is made of a key once: pieces of JSON, and what the document in the making already says of it. */
interface KeyForm {
  readonly key: string;
  readonly field: ReturnType<typeof fieldOfKey>;
  /** The start of a pair with a value; each pair ends with a comma, and a last one follows. */
  readonly value: string;
  readonly number: string;
  readonly flags: Readonly<Record<keyof typeof KEY_FLAGS, string>>;
  readonly slot: number;
  lastDocument: number;
  /** Of `FLAG_BITS`. */
  flagged: number;
}

const MAX_KEPT = 20_000;
const keyForms = new Map<string, KeyForm | undefined>();

function keyForm(key: string): KeyForm | undefined {
  const known = keyForms.get(key);
  if (known !== undefined || keyForms.has(key)) return known;
  const form = isAskable(key) || OWN.has(key) ? makeKeyForm(key) : undefined;
  keyForms.set(key, form);
  return form;
}

const OWN: ReadonlySet<string> = new Set(Object.values(OWN_KEYS));

function makeKeyForm(key: string): KeyForm {
  const start = JSON.stringify(key).slice(0, -1);
  const flag = (name: keyof typeof KEY_FLAGS) => `,${JSON.stringify(key + VALUE + KEY_FLAGS[name])}`;
  return {
    key: `${start}"`,
    field: fieldOfKey(key),
    value: start + JSON.stringify(VALUE).slice(1, -1),
    number: start + JSON.stringify(NUMBER).slice(1, -1),
    flags: {
      slotted: flag('slotted'),
      unslotted: flag('unslotted'),
      boolean: flag('boolean'),
      long: flag('long'),
      spelled: flag('spelled'),
    },
    slot: Number(slotOf(key).slice(1)) % SLOTS,
    lastDocument: 0,
    flagged: 0,
  };
}

/** What is made of a value, kept while it comes again. */
interface ValueForm {
  /** The rest of a pair of JSON: the folded value, escaped, the closing quote and a comma. */
  readonly pair: string;
  readonly words: string;
  readonly isSpelled: boolean;
  readonly isLong: boolean;
  readonly number: number | undefined;
  readonly sortable: string;
}

/** Longer texts are mostly ids, which do not come again: to look for them costs more than to make them. */
const MAX_KEPT_LENGTH = 15;
const valueForms = new Map<Scalar, ValueForm>();

function valueForm(value: Scalar): ValueForm {
  if (typeof value === 'string' && value.length > MAX_KEPT_LENGTH) return makeValueForm(value);
  const known = valueForms.get(value);
  if (known !== undefined) return known;
  if (valueForms.size >= MAX_KEPT) valueForms.clear();
  const form = makeValueForm(value);
  valueForms.set(value, form);
  return form;
}

const NEEDS_ESCAPE = /["\\\p{Cc}]/u;

function makeValueForm(value: Scalar): ValueForm {
  const text = toText(value);
  const isPlain = isOneWord(text);
  const folded = isPlain ? text : fold(text);
  const stored = toStored(folded);
  const number = toNumber(value);
  return {
    pair: `${!isPlain && NEEDS_ESCAPE.test(stored) ? JSON.stringify(stored).slice(1, -1) : stored}",`,
    words: isPlain ? text : toWords(text),
    isSpelled: folded !== text,
    isLong: folded.length > MAX_VALUE,
    number,
    sortable: number === undefined ? '' : `${toSortableHex(number)}",`,
  };
}
