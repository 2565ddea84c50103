import { createHash } from 'node:crypto';

/**
 * The form that events have in OpenSearch. It is fixed: attributes never add a field. What cannot be told by a document's own fields is
 * in keyword arrays whose separators no key or number holds: pairs of key and value in `kv` and `few`, and `keys`.
 */

/** Raised with every change of the template; a higher one replaces a lower one in place. */
export const TEMPLATE_VERSION = 4;
export const TEMPLATE_NAME = 'logs';
export const INDEX_PATTERN = 'logs-*';

/** Between a key and a folded value. */
export const VALUE = '\u0000';
/**
 * Keys that have few values however many events there are. Before OpenSearch counts values it numbers all those of their field, again after
 * each refresh; in `kv`, where the ids are, that takes longer the more events a day has.
 */
const KEYS_OF_FEW: ReadonlySet<string> = new Set([
  'service.name',
  'service.version',
  'service.namespace',
  'deployment.environment.name',
  'host.name',
  'status',
  'category',
  'tags',
  'provider',
  'source',
  'source.client',
  'event_name',
  'cloud.region',
  'cloud.account.id',
  'k8s.cluster.name',
  'k8s.namespace.name',
  'k8s.container.name',
  'http.request.method',
  'http.response.status_code',
  'error.type',
  'exception.type',
]);

/** The field that pairs of a key are in. */
export const fieldOfKey = (key: string): 'kv' | 'few' => (KEYS_OF_FEW.has(key) ? 'few' : 'kv');

/** The field that a pair of key and value is in. */
export const fieldOfPair = (pair: string) => fieldOfKey(pair.slice(0, pair.indexOf(VALUE)));

/** Between a key and 16 hex digits that sort as numbers do. */
export const NUMBER = '\u0001';
/** Between the start of a long value and its hash. */
export const LONG = '\u0002';

/**
 * In every document's `kv` and `few`, behind all pairs: OpenSearch up to 2.19.3 fails a terms aggregation whose `include` prefix would stand behind
 * the last term of an index (opensearch-project/OpenSearch#19636).
 */
export const LAST_PAIR = '\u{10ffff}';

/** Longer values are kept as their start and a hash; the evaluator has the last word on them. UTF-16 units. */
export const MAX_VALUE = 256;

/** A folded value as it is kept: of a long one the start, never with half a surrogate pair, and a hash. Its order is that of answers. */
export function toStored(folded: string): string {
  if (folded.length <= MAX_VALUE) return folded;
  const start = folded.slice(0, MAX_VALUE).toWellFormed();
  const whole = start.endsWith('\ufffd') ? start.slice(0, -1) : start;
  return whole + LONG + createHash('sha256').update(folded).digest('hex').slice(0, 32);
}

/** What `keys` says of a key besides that it is there: `key` + VALUE + one of these. */
export const KEY_FLAGS = {
  /** Its numbers are in the key's slot. */
  slotted: 'n',
  /** It has numbers, but another key of the document took the slot. */
  unslotted: 'x',
  boolean: 'b',
  /** A value was longer than MAX_VALUE. */
  long: 'l',
  /** A value is not written as its fold is. */
  spelled: 's',
} as const;

/** Columns of doubles for statistics: a key's is told by its hash. */
export const SLOTS = 32;

/** The column of a key's numbers. */
export function slotOf(key: string): string {
  let hash = 0x811c9dc5; // FNV-1a
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return `n${(hash ^ (hash >>> 16)) & (SLOTS - 1)}`;
}

/** Keys of our own that no attribute can have. */
export const OWN_KEYS = {
  /** A level word that names no severity. */
  unknownLevel: '\u0002level',
  /** The message of an error, so that errors can be counted by message. */
  errorMessage: '\u0002error',
  /** In `keys` only: the event has no message. */
  noMessage: '\u0002silent',
  /** In `keys` only: the event came as a line of text. */
  original: '\u0002original',
  /** In `keys` only: the event is deleted and may still be restored; no read finds it. `_source` says so, too, for reads by id. */
  hidden: '\u0002hidden',
} as const;

/** From here on a severity is an error (ERROR, FATAL). */
export const FIRST_ERROR = 17;

const words = { type: 'text', analyzer: 'words', norms: false, position_increment_gap: 100 } as const;
const column = { type: 'double', index: false, doc_values: true } as const;
const columns = Object.fromEntries(Array.from({ length: SLOTS }, (_, slot) => [`n${slot}`, column]));

/**
 * The index template. Words are cut and folded by us, so the analyzer only splits at blanks.
 * @param shape shards and replicas of each index, and how soon what is written can be found
 */
export const makeTemplate = (shape: { shards: number; replicas: number; refreshInterval: string }) => ({
  index_patterns: [INDEX_PATTERN],
  version: TEMPLATE_VERSION,
  priority: 100,
  _meta: { writer: 'tributary', version: TEMPLATE_VERSION },
  template: {
    settings: {
      index: {
        number_of_shards: shape.shards,
        number_of_replicas: shape.replicas,
        refresh_interval: shape.refreshInterval,
        codec: 'best_compression', // events are read a page at a time, and are most of what is kept
      },
      analysis: { analyzer: { words: { type: 'custom', tokenizer: 'whitespace' } } },
    },
    mappings: {
      dynamic: false,
      // the event itself says all of this, too
      _source: {
        excludes: ['id', 'time', 'observed', 'severity', 'words', 'body', 'kv', 'few', 'keys', ...Object.keys(columns)],
      },
      _meta: { version: TEMPLATE_VERSION },
      properties: {
        // found as `_id`; its column orders what happened at the same time
        id: { type: 'keyword', index: false },
        project: { type: 'keyword' },
        time: { type: 'date_nanos', format: 'strict_date_optional_time_nanos' },
        observed: { type: 'date_nanos', format: 'strict_date_optional_time_nanos', doc_values: false },
        severity: { type: 'byte' },
        body: words,
        words,
        kv: { type: 'keyword' },
        few: { type: 'keyword' },
        keys: { type: 'keyword' },
        ...columns,
      },
    },
  },
});
