import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { illegalArgument, indexNotFound, OpenSearchError } from '../errors.ts';
import { isObject, membersOf } from '../json.ts';
import { nestSettings, parseMapping } from '../mapping.ts';
import { openSegment } from '../segment/segment.ts';
import type { IndexState, Publication } from '../snapshot.ts';
import { type BulkAction, parseBulk, parseSource, parseUpdate } from './bulk.ts';
import { IndexWriter, type MergeTask, type WriteResult } from './index-writer.ts';
import { checkSettings, type IndexTemplate, matchesPattern, parseTemplate, templateFor } from './templates.ts';

/** What is kept of an index beside its documents. */
interface IndexRecord {
  readonly uuid: string;
  readonly created: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly mappings: Readonly<Record<string, unknown>>;
}

interface Cluster {
  readonly uuid: string;
  readonly templates: Record<string, IndexTemplate>;
  readonly indices: Record<string, IndexRecord>;
}

export interface WriterOptions {
  readonly folder: string;
  /** Tells the readers; what it is given must be visible to every search that begins after it returned. */
  readonly publish: (publication: Publication) => void;
  /** Merges in another thread and writes the file. @returns the merged segment's memory */
  readonly merge: (task: MergeTask) => Promise<SharedArrayBuffer>;
}

/** The one thread that changes anything: templates, indices, documents. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #cluster: Cluster;
  readonly #indices = new Map<string, IndexWriter>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Resolved at the next refresh of an index. */
  readonly #waiting = new Map<string, Array<() => void>>();
  #closing = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    mkdirSync(join(options.folder, 'indices'), { recursive: true });
    this.#cluster = this.#load();
    const uuids = new Set(Object.values(this.#cluster.indices).map(({ uuid }) => uuid));
    for (const name of readdirSync(join(options.folder, 'indices'))) {
      if (!uuids.has(name)) rmSync(this.#folderOf(name), { recursive: true, force: true });
    }
    for (const name of Object.keys(this.#cluster.indices)) this.#open(name);
    this.#publish(Object.keys(this.#cluster.indices), []);
    for (const name of this.#indices.keys()) this.#mergeIfDue(name);
  }

  get clusterUuid(): string {
    return this.#cluster.uuid;
  }

  // ---- templates

  putTemplate(name: string, body: unknown): void {
    const template = parseTemplate(name, body);
    const clash = Object.entries(this.#cluster.templates).find(
      ([other, { index_patterns, priority = 0 }]) =>
        other !== name &&
        priority === (template.priority ?? 0) &&
        index_patterns.some((pattern) => template.index_patterns.some((mine) => overlap(mine, pattern))),
    );
    if (clash !== undefined) {
      const [other, { index_patterns, priority = 0 }] = clash;
      throw illegalArgument(
        `index template [${name}] has index patterns [${template.index_patterns.join(', ')}] matching patterns from existing templates [${other}] ` +
          `with patterns (${other} => [${index_patterns.join(', ')}]) that have the same priority [${priority}], multiple index templates may not match during index creation, please use a different priority`,
      );
    }
    this.#cluster.templates[name] = template;
    this.#save();
  }

  /** Templates of that name, in which `*` stands for anything. */
  templates(pattern: string): Array<{ name: string; index_template: unknown }> {
    const found = Object.entries(this.#cluster.templates).filter(([name]) => matchesPattern(pattern, name));
    if (found.length === 0 && !pattern.includes('*')) {
      throw new OpenSearchError(404, {
        type: 'resource_not_found_exception',
        reason: `index template matching [${pattern}] not found`,
      });
    }
    return found.map(([name, { template, ...rest }]) => ({
      name,
      index_template: {
        ...rest,
        template: { ...template, settings: nestSettings(template.settings) },
        composed_of: [],
      },
    }));
  }

  deleteTemplate(name: string): void {
    if (this.#cluster.templates[name] === undefined) {
      throw new OpenSearchError(404, {
        type: 'index_template_missing_exception',
        reason: `index_template [${name}] missing`,
      });
    }
    delete this.#cluster.templates[name];
    this.#save();
  }

  // ---- indices

  createIndex(name: string, body: unknown): void {
    if (this.#cluster.indices[name] !== undefined) {
      const { uuid } = this.#cluster.indices[name];
      throw new OpenSearchError(400, {
        type: 'resource_already_exists_exception',
        reason: `index [${name}/${uuid}] already exists`,
        index: name,
        index_uuid: uuid,
      });
    }
    checkIndexName(name);
    const { settings = {}, mappings = {}, ...rest } = isObject(body) ? body : {};
    const other = Object.keys(rest)[0];
    if (other !== undefined)
      throw new OpenSearchError(400, { type: 'parse_exception', reason: `unknown key [${other}] for create index` });
    if (!isObject(mappings)) throw illegalArgument('[mappings] must be an object');
    const template = templateFor(name, this.#cluster.templates)?.template;
    const merged = mergeMappings(template?.mappings ?? {}, mappings);
    const allSettings = { ...template?.settings, ...checkSettings(settings) };
    parseMapping(merged, allSettings);
    this.#cluster.indices[name] = { uuid: makeId(16), created: Date.now(), settings: allSettings, mappings: merged };
    this.#open(name);
    this.#save();
    this.#publish([name], []);
  }

  putMapping(names: readonly string[], body: unknown): void {
    if (!isObject(body)) throw illegalArgument('mapping must be an object');
    for (const name of names) {
      const record = this.#record(name);
      const before = parseMapping(record.mappings, record.settings).fields;
      const mappings = mergeMappings(record.mappings, body);
      const mapping = parseMapping(mappings, record.settings);
      for (const [field, old] of Object.entries(before)) {
        const now = mapping.fields[field];
        const type = (definition: typeof now) =>
          definition?.kind === 'integer'
            ? definition.type
            : definition?.kind === 'date'
              ? 'date_nanos'
              : definition?.kind;
        if (type(now) !== type(old))
          throw illegalArgument(`mapper [${field}] cannot be changed from type [${type(old)}] to [${type(now)}]`);
      }
      this.#cluster.indices[name] = { ...record, mappings };
      const index = this.#index(name);
      index.refresh(); // a segment is of one mapping
      index.mapping = mapping;
    }
    this.#save();
    this.#publish(names, []);
  }

  deleteIndices(names: readonly string[]): void {
    for (const name of names) {
      const { uuid } = this.#record(name);
      clearTimeout(this.#timers.get(name));
      this.#timers.delete(name);
      this.#indices.get(name)?.close();
      this.#indices.delete(name);
      delete this.#cluster.indices[name];
      this.#save();
      this.#publish([], [name]);
      this.#release(name);
      rmSync(this.#folderOf(uuid), { recursive: true, force: true });
    }
  }

  /** Settings and mapping of an index as `GET /{index}` shows them. */
  describe(name: string): unknown {
    const { settings, mappings, uuid, created } = this.#record(name);
    const index = {
      'index.number_of_shards': '1',
      'index.number_of_replicas': '1',
      ...settings,
      'index.creation_date': String(created),
      'index.uuid': uuid,
      'index.provided_name': name,
      'index.version.created': '136408127',
    };
    return { aliases: {}, mappings, settings: nestSettings(index) };
  }

  created(name: string): { uuid: string; created: number; settings: Readonly<Record<string, string>> } {
    return this.#record(name);
  }

  // ---- documents

  /** Runs a bulk body; what it answers is durable. @returns the answer as JSON text, without `took` */
  async bulk(body: Uint8Array, defaultIndex: string | undefined, refresh: string): Promise<string> {
    const actions = parseBulk(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'), defaultIndex);
    const items: unknown[] = new Array(actions.length);
    const byIndex = Map.groupBy(actions.keys(), (position) => (actions[position] as BulkAction).index);
    const touched: string[] = [];
    let errors = false;
    for (const [name, positions] of byIndex) {
      const outcome = (position: number, action: BulkAction, run: () => WriteResult, id: string) => {
        try {
          items[position] = { [action.action]: toItem(name, id, action.action, run()) };
        } catch (error) {
          if (!(error instanceof OpenSearchError)) throw error;
          errors = true;
          const cause = 'shard' in error.cause ? { ...error.cause, index: name } : error.cause;
          items[position] = {
            [action.action]: { _index: name, _id: action.id ?? null, status: error.status, error: cause },
          };
        }
      };
      let index: IndexWriter;
      try {
        index = this.#autoCreate(name);
      } catch (error) {
        for (const position of positions) {
          outcome(
            position,
            actions[position] as BulkAction,
            () => {
              throw error;
            },
            '',
          );
        }
        continue;
      }
      try {
        index.transaction(() => {
          for (const position of positions) {
            const action = actions[position] as BulkAction;
            const id = action.id ?? makeId(15);
            outcome(position, action, () => apply(index, action, id), id);
          }
        });
      } catch (error) {
        // the rows are rolled back, what was collected of them is not: begin again from the rows
        index.close();
        this.#open(name);
        this.#publish([name], []);
        throw error;
      }
      touched.push(name);
    }
    await this.#afterWrite(touched, refresh);
    return JSON.stringify({ errors, items });
  }

  /** Deletes rows found by a search. */
  async deleteRows(name: string, rows: readonly number[], refresh: string): Promise<number> {
    const deleted = this.#index(name).deleteRows(rows);
    await this.#afterWrite([name], refresh);
    return deleted;
  }

  refresh(names: readonly string[]): void {
    for (const name of names) this.#refresh(name);
  }

  close(): void {
    this.#closing = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const index of this.#indices.values()) {
      index.refresh();
      index.close();
    }
    this.#indices.clear();
  }

  #autoCreate(name: string): IndexWriter {
    const existing = this.#indices.get(name);
    if (existing !== undefined) return existing;
    checkIndexName(name);
    if (templateFor(name, this.#cluster.templates) === undefined) throw indexNotFound(name);
    this.createIndex(name, {});
    return this.#index(name);
  }

  async #afterWrite(names: readonly string[], refresh: string): Promise<void> {
    if (refresh === 'true') return this.refresh(names);
    const waits: Array<Promise<void>> = [];
    for (const name of names) {
      if (this.#index(name).full) this.#refresh(name);
      if (!this.#index(name).dirty) continue;
      this.#schedule(name);
      if (refresh === 'wait_for') {
        waits.push(new Promise((resolve) => this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve])));
      }
    }
    await Promise.all(waits);
  }

  #schedule(name: string): void {
    if (this.#timers.has(name)) return;
    const millis = parseInterval(this.#record(name).settings['index.refresh_interval'] ?? '1s');
    if (millis < 0) return;
    this.#timers.set(
      name,
      setTimeout(() => this.#refresh(name), millis),
    );
  }

  #refresh(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    if (this.#index(name).refresh()) this.#publish([name], []);
    this.#release(name);
    this.#mergeIfDue(name);
  }

  #release(name: string): void {
    for (const resolve of this.#waiting.get(name) ?? []) resolve();
    this.#waiting.delete(name);
  }

  #mergeIfDue(name: string): void {
    const index = this.#indices.get(name);
    const task = this.#closing ? undefined : index?.startMerge();
    if (index === undefined || task === undefined) return;
    this.#options.merge(task).then(
      (memory) => {
        if (this.#indices.get(name) !== index) return;
        index.finishMerge(openSegment(memory));
        this.#publish([name], []);
        this.#mergeIfDue(name);
      },
      () => index.abandonMerge(), // tried again after the next refresh
    );
  }

  #publish(changed: readonly string[], removed: readonly string[]): void {
    this.#options.publish({ changed: changed.map((name) => this.#state(name)), removed });
  }

  #state(name: string): IndexState {
    const { settings, uuid } = this.#record(name);
    const index = this.#index(name);
    return {
      name,
      uuid,
      folder: index.folder,
      shards: Number(settings['index.number_of_shards'] ?? 1),
      maxResultWindow: Number(settings['index.max_result_window'] ?? 10_000),
      mapping: index.mapping,
      segments: index.state(),
    };
  }

  #record(name: string): IndexRecord {
    const record = this.#cluster.indices[name];
    if (record === undefined) throw indexNotFound(name);
    return record;
  }

  #index(name: string): IndexWriter {
    const index = this.#indices.get(name);
    if (index === undefined) throw indexNotFound(name);
    return index;
  }

  #open(name: string): void {
    const { uuid, mappings, settings } = this.#record(name);
    this.#indices.set(name, new IndexWriter(uuid, this.#folderOf(uuid), parseMapping(mappings, settings)));
  }

  #folderOf(uuid: string): string {
    return join(this.#options.folder, 'indices', uuid);
  }

  #load(): Cluster {
    let text: string;
    try {
      text = readFileSync(join(this.#options.folder, 'cluster.json'), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return { uuid: makeId(16), templates: {}, indices: {} };
    }
    return JSON.parse(text) as Cluster;
  }

  #save(): void {
    const file = join(this.#options.folder, 'cluster.json');
    writeFileSync(`${file}.new`, JSON.stringify(this.#cluster), { flush: true });
    renameSync(`${file}.new`, file);
  }
}

function apply(index: IndexWriter, { action, text }: BulkAction, id: string): WriteResult {
  switch (action) {
    case 'create':
      return index.create(id, text, parseSource(text));
    case 'index':
      return index.index(id, text, parseSource(text));
    case 'update':
      return index.update(id, parseUpdate(text, membersOf));
    case 'delete':
      return index.delete(id);
    default:
      return action satisfies never;
  }
}

const STATUS = { created: 201, updated: 200, deleted: 200, not_found: 404, noop: 200 } as const;

function toItem(
  index: string,
  id: string,
  _action: string,
  { result, version, seq }: WriteResult,
): Record<string, unknown> {
  return {
    _index: index,
    _id: id,
    _version: version,
    result,
    _shards: { total: 1, successful: 1, failed: 0 },
    _seq_no: seq,
    _primary_term: 1,
    status: STATUS[result],
  };
}

/** Random URL-safe id, as OpenSearch makes for indices (16 bytes) and documents without one (15). */
const makeId = (bytes: number): string => randomBytes(bytes).toString('base64url');

function checkIndexName(name: string): void {
  const refuse = (why: string) => {
    throw new OpenSearchError(400, {
      type: 'invalid_index_name_exception',
      reason: `Invalid index name [${name}], ${why}`,
      index: name,
      index_uuid: '_na_',
    });
  };
  if (name !== name.toLowerCase()) refuse('must be lowercase');
  if (/[\\/*?"<>| ,#:]/.test(name)) refuse('must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]');
  if (/^[_+-]/.test(name)) refuse("must not start with '_', '-', or '+'");
  if (name === '.' || name === '..') refuse("must not be '.' or '..'");
  if (Buffer.byteLength(name) > 255) refuse(`index name is too long, (${Buffer.byteLength(name)} > 255)`);
}

/** Later mappings add to and replace earlier ones, property by property. */
function mergeMappings(
  base: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const properties = {
    ...(isObject(base.properties) ? base.properties : {}),
    ...(isObject(more.properties) ? more.properties : {}),
  };
  return { ...base, ...more, properties };
}

/** Whether some name may match both patterns: decided by their literal starts and ends, which errs on the strict side. */
function overlap(a: string, b: string): boolean {
  const [startA = '', endA = ''] = [a.split('*')[0], a.split('*').at(-1)];
  const [startB = '', endB = ''] = [b.split('*')[0], b.split('*').at(-1)];
  if (!a.includes('*')) return matchesPattern(b, a);
  if (!b.includes('*')) return matchesPattern(a, b);
  const starts = startA.startsWith(startB) || startB.startsWith(startA);
  return starts && (endA.endsWith(endB) || endB.endsWith(endA));
}

/** `1s`, `500ms`, `-1` … in milliseconds. */
export function parseInterval(text: string): number {
  const match = /^(-?\d+(?:\.\d+)?)(nanos|micros|ms|s|m|h|d)?$/.exec(text);
  const factor = { nanos: 1e-6, micros: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[
    match?.[2] ?? 'ms'
  ];
  if (match === null || factor === undefined)
    throw illegalArgument(`failed to parse setting [${text}] as a time value`);
  return Number(match[1]) * factor;
}
