import { type Draft, unreadable } from '../draft.ts';
import { readObject } from '../read-object.ts';
import { keepTwins } from '../twins.ts';
import { readJson } from '../wire/read-json.ts';
import { readDocument, type Target, withTarget } from './read-document.ts';

const OPERATIONS = ['create', 'index', 'update', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

type Json = Readonly<Record<string, unknown>>;

/** One action of a bulk, in order. */
export interface BulkItem {
  readonly operation: Operation;
  readonly target: Target;
  /** Position of its event among the drafts; absent for a deletion and an action without a document. */
  readonly draft?: number;
}

export interface Bulk {
  readonly items: readonly BulkItem[];
  readonly drafts: readonly Draft[];
}

/**
 * Reads the body of `_bulk`: an action line, then but for a deletion the line of its document. A line that is no JSON is kept as text, an
 * object where an action should stand as an event without an item.
 * @param index from the path, where the action names none
 */
export function readBulk(content: Buffer, index: string | undefined, received: number): Bulk {
  const items: BulkItem[] = [];
  const drafts: Draft[] = [];
  let action: Action | undefined;
  let last: { readonly line: string; readonly action: Action } | undefined;
  for (const line of content.toString('utf8').split('\n')) {
    if (isBlank(line)) continue;
    if (action !== undefined) {
      items.push({ ...action, draft: drafts.length });
      drafts.push(readSource(line, action, received));
      action = undefined;
      continue;
    }
    // shippers repeat the same action line for every document
    const read = line === last?.line ? last.action : readAction(line, index);
    if (read === undefined) {
      drafts.push(readStray(line, index, received));
      continue;
    }
    last = { line, action: read };
    if (read.operation === 'delete') items.push(read);
    else action = read;
  }
  if (action !== undefined) items.push(action);
  return { items, drafts };
}

interface Action {
  readonly operation: Operation;
  readonly target: Target;
}

function readAction(line: string, urlIndex: string | undefined): Action | undefined {
  const value = attempt(line);
  if (!isObject(value)) return undefined;
  const operation = OPERATIONS.find((name) => isObject(value[name]));
  if (operation === undefined) return undefined;
  const { _index, _id } = value[operation] as Json;
  const index = typeof _index === 'string' && _index !== '' ? _index : urlIndex;
  const id = typeof _id === 'string' || typeof _id === 'number' ? String(_id) : '';
  return { operation, target: { ...(index !== undefined && { index }), ...(id !== '' && { id }) } };
}

/** A line where an action should stand: a document whose action was lost, or no JSON at all. */
function readStray(line: string, index: string | undefined, received: number): Draft {
  const value = attempt(line);
  return isObject(value) ? readDocument(value, { ...(index !== undefined && { index }) }, received) : unreadable(line);
}

function readSource(line: string, { operation, target }: Action, received: number): Draft {
  const value = attempt(line);
  if (!isObject(value)) return withTarget(unreadable(line), target);
  if (operation !== 'update') return readDocument(value, target, received);
  const document = [value.doc, value.upsert].find(isObject);
  return document === undefined
    ? withTarget(keepTwins(readObject(value), value), target)
    : readDocument(document, target, received);
}

function attempt(line: string): unknown {
  try {
    return readJson(line);
  } catch {
    return undefined;
  }
}

const isBlank = (line: string): boolean => line === '' || line === '\r' || line.trim() === '';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
