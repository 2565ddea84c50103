import type { LogEntry } from '../api.ts';

const SHORT_TEXTS = [
  'environment',
  'host',
  'service_version',
  'trace_id',
  'span_id',
  'correlation_id',
  'request_id',
  'user_id',
] as const;
const MAX_SHORT_TEXT = 512;

/**
 * Whether an item surely is a log entry: what the schema would say of nearly all, at a tenth of its price. Where this says no the schema
 * decides; a property test holds that this never says yes where the schema says no.
 */
export function isLogEntry(item: unknown): item is LogEntry {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false;
  const entry = item as Record<string, unknown>;
  return (
    isTime(entry.timestamp) &&
    isLevel(entry.level) &&
    isShortText(entry.service) &&
    entry.service !== '' &&
    typeof entry.message === 'string' &&
    SHORT_TEXTS.every((name) => entry[name] === undefined || isShortText(entry[name])) &&
    (entry.tags === undefined || isTexts(entry.tags)) &&
    (entry.context === undefined || isObject(entry.context))
  );
}

const isTime = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
const isLevel = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isShortText = (value: unknown): boolean => typeof value === 'string' && value.length <= MAX_SHORT_TEXT;
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
