import {
  type EventPage,
  type EventPoints,
  type EventReader,
  type PageRequest,
  PointExpired,
  type Position,
} from '../../adapters/event-store/port.ts';
import { type ExportFiles, type FilePart, NoSuchUpload } from '../../adapters/export-files/port.ts';
import type { ExportJob, ExportLease, ExportProgress } from '../../adapters/export-jobs/port.ts';
import { DomainError, RetryLater } from '../../core/errors.ts';
import { log } from '../../core/log.ts';
import { CreateExportInput } from '../exports-api.ts';
import { parse } from '../language/parser.ts';
import { toPlan } from '../plan.ts';
import { toReadQuery } from '../selection.ts';
import { exportKey, exportPrefix, fileNameOf, makeRowWriter, NOTHING_YET, toExportPlan } from './export-file.ts';

/** What writing an export stands on. */
export interface ExportRunParts {
  readonly files: ExportFiles;
  readonly events: Pick<EventReader, 'page'> & EventPoints;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Bytes of a part, 5 MiB at least (S3's quotas). @default 8 MiB */
  readonly partBytes?: number;
  /** Parts of a file at most. @default 1,000 */
  readonly maxParts?: number;
}

/** `rests`: not before the next run. */
export type RunOutcome = 'completed' | 'failed' | 'continued' | 'rests';

const PAGE = 1_000;
/** Until it is known how large events are here. */
const FIRST_PAGE = 100;
/** Candidates a page: it ends well within the store's time, and where it ended is kept. */
const PAGE_CANDIDATES = 20_000;
const PAGE_MILLIS = 20_000;
const CLOSE_MILLIS = 5_000;
const MOST_FAILURES = 5;
/** What could not be written for so long is given up. */
const GIVE_UP_MILLIS = 86_400_000;

/**
 * One run of an export, under a lease. After each part, and when it pauses, it keeps how far it came, so that whatever ends a run, the next
 * one goes on there. Events come from a point in time; one that expired between two runs is opened again, and then the file has its events
 * of two moments, still in order and none twice.
 */
export class ExportRun {
  readonly #files: ExportFiles;
  readonly #events: ExportRunParts['events'];
  readonly #now: () => number;
  readonly #lease: ExportLease;
  readonly #job: ExportJob;
  readonly #partBytes: number;
  readonly #maxParts: number;
  readonly #file: ReturnType<typeof fileOf>;
  /** As it is kept. */
  #progress: ExportProgress;
  /** What is written behind the parts, and up to where. */
  #text: string[] = [];
  #textBytes = 0;
  #rows: number;
  #after: Position | undefined;
  #total: ExportProgress['total'];

  constructor({ files, events, now, partBytes = 8 * 2 ** 20, maxParts = 1_000 }: ExportRunParts, lease: ExportLease) {
    this.#files = files;
    this.#events = events;
    this.#now = now;
    this.#partBytes = partBytes;
    this.#maxParts = maxParts;
    this.#lease = lease;
    this.#job = lease.job;
    this.#file = fileOf(lease.job);
    this.#progress = lease.job.progress;
    this.#rows = this.#progress.rows;
    this.#after = this.#progress.after;
    this.#total = this.#progress.total;
  }

  /** Writes until all is written, or it is told to end. */
  async write(end: AbortSignal): Promise<RunOutcome> {
    try {
      if (this.#progress.isWritten) return await this.#complete();
      await this.#begin();
      do {
        const { isLast, lacks } = await this.#readPage();
        if (isLast) return await this.#finish(lacks);
        if (this.#textBytes >= this.#partBytes && !(await this.#putPart())) return await this.#discard();
      } while (!end.aborted);
      return (await this.#pause()) ? 'continued' : await this.#discard();
    } catch (error) {
      return this.#settle(error);
    }
  }

  /** Goes on behind the last part, or begins the file. */
  async #begin(): Promise<void> {
    const { rest, parts } = this.#progress;
    if (rest !== undefined) this.#push((await this.#files.get(rest)).toString('utf8'));
    else if (parts.length === 0) this.#push(this.#file.writer.format.head(true));
  }

  #push(text: string): void {
    this.#text.push(text);
    this.#textBytes += Buffer.byteLength(text);
  }

  /** @returns whether nothing is to follow, and what the file lacks then */
  async #readPage(): Promise<{ readonly isLast: boolean; readonly lacks?: string }> {
    const { asked, writer } = this.#file;
    if (this.#rows >= asked.limit) return { isLast: true };
    const page = await this.#pageAt({
      order: asked.order,
      limit: Math.min(asked.limit - this.#rows, this.#pageSize()),
      count: this.#total === undefined,
      ...(this.#after && { after: this.#after }),
    });
    if (page.partial !== undefined && page.partial.code !== 'candidate_limit')
      throw new RetryLater('unavailable', `the event store searched only a part (${page.partial.code})`, 60);
    if (page.total !== undefined)
      this.#total = page.total.value < asked.limit ? page.total : { value: asked.limit, relation: 'eq' };
    for (const { record } of page.events) this.#push(writer.row(record, this.#rows++));
    this.#after = page.next;
    if (page.next === undefined) return { isLast: true };
    const isFull = this.#progress.parts.length + 1 >= this.#maxParts && this.#textBytes >= this.#partBytes;
    return isFull ? { isLast: true, lacks: `a file has at most ${this.#maxParts} parts` } : { isLast: false };
  }

  /** Events that are about a part. */
  #pageSize(): number {
    if (this.#rows === 0) return FIRST_PAGE;
    const bytesOfRow = this.#bytes() / this.#rows;
    return Math.max(1, Math.min(PAGE, Math.ceil(this.#partBytes / bytesOfRow)));
  }

  /** Of all that is written. */
  #bytes(): number {
    const { parts } = this.#progress;
    return parts.reduce((sum, { bytes }) => sum + bytes, 0) + this.#textBytes;
  }

  async #pageAt(request: PageRequest): Promise<EventPage> {
    const signal = AbortSignal.timeout(PAGE_MILLIS + 5_000);
    for (let opened = false; ; opened = true) {
      let { point } = this.#progress;
      if (point === undefined) {
        point = await this.#events.openPoint(signal);
        // kept at once, so that it can be closed whatever becomes of this run
        this.#progress = { ...this.#progress, point };
        if (point !== undefined) await this.#lease.save(this.#progress, this.#now());
      }
      try {
        return await this.#events.page(this.#job.project, this.#file.selection, request, {
          signal,
          timeoutMillis: PAGE_MILLIS,
          maxCandidates: PAGE_CANDIDATES,
          ...(point && { point }),
        });
      } catch (error) {
        if (!(error instanceof PointExpired) || opened) throw error;
        this.#progress = { ...this.#progress, point: undefined };
      }
    }
  }

  /** @returns false where the export is cancelled */
  async #putPart(): Promise<boolean> {
    const { key, kind } = this.#file;
    if (this.#progress.upload === undefined) {
      this.#progress = { ...this.#progress, upload: await this.#files.begin(key, kind) };
      if (!(await this.#lease.save(this.#progress, this.#now()))) return false;
    }
    const parts = [...this.#progress.parts, await this.#upload()];
    this.#text = [];
    this.#textBytes = 0;
    return this.#keep({ parts, rest: undefined });
  }

  /** Uploads what is written as the next part. */
  async #upload(): Promise<FilePart> {
    const number = this.#progress.parts.length + 1;
    const body = Buffer.from(this.#text.join(''));
    return this.#files.putPart(this.#file.key, this.#progress.upload as string, number, body);
  }

  /** Keeps what is too little for a part aside. @returns false where the export is cancelled */
  async #pause(): Promise<boolean> {
    const { parts } = this.#progress;
    if (this.#textBytes === 0) return this.#keep({ parts, rest: undefined }, true);
    // a name of its own for each state: what is kept must never tell of a text of another state
    const rest = `${exportPrefix(this.#job.project, this.#job.id)}rest-${this.#rows}`;
    await this.#files.put(rest, Buffer.from(this.#text.join('')));
    return this.#keep({ parts, rest }, true);
  }

  async #keep(written: Pick<ExportProgress, 'parts' | 'rest'>, release = false): Promise<boolean> {
    const before = this.#progress.rest;
    this.#progress = { ...this.#written(), ...written };
    const isKept = await this.#lease.save(this.#progress, this.#now(), release);
    if (isKept && before !== undefined && before !== written.rest) await this.#files.delete(before);
    return isKept;
  }

  #written(): ExportProgress {
    return {
      ...this.#progress,
      rows: this.#rows,
      bytes: this.#bytes(),
      total: this.#total,
      after: this.#after,
      failures: 0,
    };
  }

  async #finish(lacks: string | undefined): Promise<RunOutcome> {
    const { key, kind, writer } = this.#file;
    const { value: total, relation: totalRelation } = this.#total ?? { value: this.#rows, relation: 'eq' };
    const cut = { rows: this.#rows, total, totalRelation, nextCursor: null };
    this.#push(writer.format.tail(lacks === undefined ? undefined : { ...cut, reason: lacks }));
    const written = { isWritten: true, lacks };
    if (this.#progress.upload === undefined) {
      await this.#files.put(key, Buffer.from(this.#text.join('')), kind);
      this.#progress = { ...this.#written(), ...written };
    } else {
      const state = this.#written();
      this.#progress = { ...state, ...written, parts: [...state.parts, await this.#upload()] };
      if (!(await this.#lease.save(this.#progress, this.#now()))) return this.#discard();
    }
    return this.#complete();
  }

  /** Puts the parts together, and tells that it is done. */
  async #complete(): Promise<RunOutcome> {
    const { key } = this.#file;
    const { upload, parts, rest, point, rows, bytes, lacks } = this.#progress;
    try {
      if (upload !== undefined) await this.#files.complete(key, upload, parts);
    } catch (error) {
      // a run before put them together, and could not say so any more
      if (!(error instanceof NoSuchUpload)) throw error;
    }
    // before it is told: nobody looks again after that
    if (rest !== undefined) await this.#files.delete(rest);
    if (point !== undefined) await this.#events.closePoint(point, AbortSignal.timeout(CLOSE_MILLIS));
    const isTold = await this.#lease.finish({ status: 'completed', reason: lacks }, this.#progress, this.#now(), {
      ...this.#audit('completed'),
      result: 'success',
      newValues: { rows, bytes },
    });
    if (!isTold) await this.#files.delete(key);
    return isTold ? 'completed' : 'rests';
  }

  async #discard(): Promise<RunOutcome> {
    await discard({ files: this.#files, events: this.#events }, this.#job, this.#progress);
    return 'rests';
  }

  /** What failed goes on in the next run where it may come right, else the export ends. */
  async #settle(error: unknown): Promise<RunOutcome> {
    const isTransient = error instanceof RetryLater;
    const { progress: before } = this.#job;
    const isOver = this.#now() - this.#job.createdAt > GIVE_UP_MILLIS;
    const failures = before.failures + (isTransient ? 0 : 1);
    const isFinal = isOver || failures >= MOST_FAILURES || (error instanceof DomainError && !isTransient);
    const fields = { 'tributary.export.id': this.#job.id, 'tributary.export.failures': failures };
    log(isFinal ? 'error' : 'warn', isFinal ? 'export failed' : 'export is tried again', fields, error);
    if (!isFinal) {
      // without its upload nothing of the parts is left
      const isGone = error instanceof NoSuchUpload;
      const from = isGone ? { ...NOTHING_YET, point: this.#progress.point } : this.#progress;
      await this.#lease.save({ ...from, failures }, this.#now(), true);
      return 'rests';
    }
    const reason =
      error instanceof DomainError ? error.message : 'it could not be written; the log of the function tells why';
    await this.#discard();
    await this.#lease.finish({ status: 'failed', reason }, { ...this.#progress, failures }, this.#now(), {
      ...this.#audit('failed'),
      result: 'failure',
    });
    return 'failed';
  }

  #audit(change: 'completed' | 'failed') {
    return {
      project: this.#job.project,
      actor: { type: 'system', id: 'export', name: 'export' },
      action: `export.${change}`,
      entityType: 'export',
      entityId: this.#job.id,
    };
  }
}

/** Removes what an export wrote and was not put together; what holds it in the store is let go. */
export async function discard(
  { files, events }: Pick<ExportRunParts, 'files' | 'events'>,
  job: ExportJob,
  { upload, rest, point }: ExportProgress,
): Promise<void> {
  if (upload !== undefined) await files.abort(fileOf(job).key, upload);
  if (rest !== undefined) await files.delete(rest);
  if (point !== undefined) await events.closePoint(point, AbortSignal.timeout(CLOSE_MILLIS));
}

/** What an export's request comes to. */
function fileOf({ project, id, request, createdAt }: ExportJob) {
  const input = CreateExportInput.parse(JSON.parse(request));
  const plan = toPlan(parse(input.query));
  if (plan.kind === 'stats') throw new TypeError('a table was taken for events'); // refused when it was asked for
  const asked = toExportPlan(input, plan);
  const writer = makeRowWriter(input.format, asked.columns, project);
  return {
    asked,
    writer,
    key: exportKey(project, id, writer.format),
    kind: { contentType: writer.format.contentType, fileName: fileNameOf(writer.format) },
    selection: toReadQuery(input, createdAt).selection,
  };
}
