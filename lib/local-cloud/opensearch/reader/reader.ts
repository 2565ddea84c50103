import { illegalArgument, OpenSearchError } from '../errors.ts';
import { parseJson, toJson } from '../json.ts';
import { parseQuery } from '../query/query.ts';
import { parseSearch, type SearchRequest } from '../search/request.ts';
import { matchingRows, runSearch } from '../search/run.ts';
import { checkSource, renderSource } from '../search/source.ts';
import { type IndexView, openIndex } from '../search/view.ts';
import { releaseDropped } from '../shared-memory.ts';
import type { Publication, SegmentState } from '../snapshot.ts';
import { DocumentReader } from './document-reader.ts';
import { noContext, readPointId } from './point-id.ts';
import { Scheduler } from './scheduler.ts';

/** A point in time: the views that searches with its id see. */
interface PointInTime {
  readonly indices: readonly IndexView[];
  expires: number;
}

/** What of a search's URL concerns its result. */
export interface SearchParameters {
  readonly timeoutMillis?: number;
  readonly size?: number;
  readonly from?: number;
  readonly trackTotalHits?: string;
}

/** Answers searches from snapshots; it never writes and never waits for the writer. */
export class Reader {
  readonly #indices = new Map<string, IndexView>();
  readonly #points = new Map<string, PointInTime>();
  readonly #documents = new DocumentReader();
  readonly #scheduler = new Scheduler();
  #pointNumber = 0;

  publish({ changed, removed }: Publication): void {
    for (const name of removed) {
      const index = this.#indices.get(name);
      this.#indices.delete(name);
      if (index === undefined) continue;
      releaseDropped(statesOf(index), []);
      this.#documents.release(index.uuid);
      for (const [id, { indices }] of this.#points)
        if (indices.some(({ uuid }) => uuid === index.uuid)) this.#points.delete(id);
    }
    for (const state of changed) {
      const before = this.#indices.get(state.name);
      this.#indices.set(state.name, openIndex(state, before));
      releaseDropped(statesOf(before), state.segments);
    }
  }

  /** One search. @returns the answer as JSON text */
  async search(key: string, names: readonly string[], text: string, parameters: SearchParameters): Promise<string> {
    const start = performance.now();
    const request = withParameters(parseSearch(text.trim() === '' ? {} : readBody(text)), parameters);
    const indices = request.pit === undefined ? this.#views(names) : this.#pointInTime(request.pit);
    const limits = {
      deadline: start + (request.timeoutMillis ?? Number.POSITIVE_INFINITY),
      now: () => performance.now(),
    };
    const answer = await this.#scheduler.submit(key, runSearch(request, indices, this.#documents, limits));
    const pit = request.pit === undefined ? {} : { pit_id: request.pit.id };
    return toJson({ ...pit, took: Math.round(performance.now() - start), ...answer });
  }

  async count(key: string, names: readonly string[], text: string): Promise<string> {
    const body = text.trim() === '' ? {} : (readBody(text) as Record<string, unknown>);
    const other = Object.keys(body).find((name) => name !== 'query');
    if (other !== undefined) throw illegalArgument(`request does not support [${other}]`);
    const request = parseSearch({ ...body, size: 0, track_total_hits: true });
    const limits = { deadline: Number.POSITIVE_INFINITY, now: () => performance.now() };
    const answer = await this.#scheduler.submit(key, runSearch(request, this.#views(names), this.#documents, limits));
    const { total } = answer.hits as { total: { value: number } };
    return toJson({ count: total.value, _shards: answer._shards });
  }

  /** Rows that a query keeps in one index. */
  async rows(key: string, name: string, text: string): Promise<number[]> {
    const body = readBody(text) as Record<string, unknown>;
    const [view] = this.#views([name]);
    if (view === undefined) return [];
    return this.#scheduler.submit(key, matchingRows(parseQuery(body.query), view, this.#documents));
  }

  cancel(key: string): void {
    this.#scheduler.cancel(key);
  }

  /** A document as `GET _doc` shows it, refreshed or not. */
  get(name: string, id: string, filter: string | undefined): string {
    const [index] = this.#views([name]);
    const found = index === undefined ? undefined : this.#documents.find(index, id);
    if (index === undefined || found === undefined) return toJson({ _index: name, _id: id, found: false });
    const source = renderSource(
      found.source,
      index.mapping.excludes,
      checkSource(
        filter === undefined ? undefined : filter === 'true' ? true : filter === 'false' ? false : filter.split(','),
      ),
    );
    const head = { _index: name, _id: id, _version: found.version, _seq_no: found.seq, _primary_term: 1, found: true };
    return toJson({ ...head, ...(source === undefined ? {} : { _source: source }) });
  }

  /** Documents living and deleted of an index, for `_cat/indices`. */
  counts(name: string): { documents: number; deleted: number; bytes: number } {
    let [documents, deleted, bytes] = [0, 0, 0];
    for (const { segment, live } of this.#views([name])[0]?.segments ?? []) {
      let living = segment.documents;
      if (live !== undefined)
        for (let i = 0; i < segment.documents; i++) if ((((live[i >>> 5] as number) >>> (i & 31)) & 1) === 0) living--;
      documents += living;
      deleted += segment.documents - living;
      bytes += segment.memory.byteLength;
    }
    return { documents, deleted, bytes };
  }

  openPoint(names: readonly string[], keepAliveMillis: number): string {
    const id = String(++this.#pointNumber);
    this.#points.set(id, { indices: this.#views(names), expires: Date.now() + keepAliveMillis });
    return id;
  }

  closePoint(id: string): boolean {
    return this.#points.delete(id);
  }

  #views(names: readonly string[]): IndexView[] {
    return names.map((name) => {
      const view = this.#indices.get(name);
      if (view === undefined)
        throw new OpenSearchError(404, {
          type: 'index_not_found_exception',
          reason: `no such index [${name}]`,
          index: name,
        });
      return view;
    });
  }

  #pointInTime({ id, keepAliveMillis }: NonNullable<SearchRequest['pit']>): readonly IndexView[] {
    for (const [other, { expires }] of this.#points) if (expires < Date.now()) this.#points.delete(other);
    const { point } = readPointId(id);
    const found = this.#points.get(point);
    if (found === undefined) throw noContext(point);
    if (keepAliveMillis !== undefined) found.expires = Math.max(found.expires, Date.now() + keepAliveMillis);
    return found.indices;
  }
}

const statesOf = (index: IndexView | undefined): SegmentState[] =>
  (index?.segments ?? []).map(({ id, segment }) => ({ id, memory: segment.memory, live: undefined }));

/** Reads a body as JSON. @throws parsing_exception */
function readBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new OpenSearchError(400, {
      type: 'json_parse_exception',
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

function withParameters(
  request: SearchRequest,
  { timeoutMillis, size, from, trackTotalHits }: SearchParameters,
): SearchRequest {
  const track =
    trackTotalHits === undefined
      ? {}
      : {
          trackTotal:
            trackTotalHits === 'true'
              ? Number.POSITIVE_INFINITY
              : trackTotalHits === 'false'
                ? undefined
                : Number(trackTotalHits),
        };
  return {
    ...request,
    ...(timeoutMillis === undefined ? {} : { timeoutMillis }),
    ...(size === undefined ? {} : { size }),
    ...(from === undefined ? {} : { from }),
    ...track,
  };
}
