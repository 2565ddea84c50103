import type { AuditTrail } from '../../adapters/audit-trail/port.ts';
import type { EventWriter } from '../../adapters/event-store/port.ts';
import type { Ledger } from '../../adapters/ledger/port.ts';
import type { ObjectStore } from '../../adapters/object-store/port.ts';
import { actorOf, auditOf } from '../../core/audit.ts';
import { RetryLater } from '../../core/errors.ts';
import { decodeFrame, FrameError } from '../../core/frame.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import type { ProjectId } from '../../core/project.ts';
import type { RedriveQuarantine, RedriveResult } from '../quarantine-api.ts';
import { readFrame } from '../read-frame.ts';
import { findEntries, noSuchEntry } from './list-quarantine.ts';
import { Quarantine, type Refused, readManifest, readRefused, toEntryId, toEntryKey } from './quarantine.ts';

/** What redriving stands on. */
export interface RedriveParts {
  readonly objects: ObjectStore;
  readonly events: EventWriter;
  readonly ledger: Ledger;
  readonly audit: Pick<AuditTrail, 'around'>;
  readonly now: () => number;
}

/** A request goes on with further entries no longer than this, and its answer says where it ended. */
const PATIENCE_MILLIS = 20_000;
const MAX_REASONS = 5;

/** What became of the events of one entry. */
interface Outcome {
  readonly stored: number;
  readonly refused: readonly Refused[];
}

/**
 * Tries to store quarantined events again, straight into the store: they are in the archive already, were seen by nobody who watches live, and
 * whoever asks learns at once what is still refused. Events are created by their ids, so what is done twice changes nothing.
 */
export class QuarantineRedrive {
  readonly #parts: RedriveParts;
  readonly #quarantine: Quarantine;

  constructor(parts: RedriveParts) {
    this.#parts = parts;
    this.#quarantine = new Quarantine(parts.objects, parts.now);
  }

  /** `POST /ingest/quarantine/{id}/redrive` @throws Failure `not_found`; RetryLater */
  readonly one = ({ id }: { readonly id: string }, call: AuthenticatedCall): Promise<RedriveResult> =>
    this.#audited(call, id, {}, async () => {
      const outcome = await this.#redrive(call.caller.project, id, call.signal);
      if (outcome === undefined) throw noSuchEntry(id);
      return toResult([outcome]);
    });

  /** `POST /ingest/quarantine/redrive` @throws Failure `time_range`; RetryLater where the store is away from the first entry on */
  readonly all = (filter: RedriveQuarantine, call: AuthenticatedCall): Promise<RedriveResult> =>
    this.#audited(call, '*', filter, () => this.#redriveAll(filter, call));

  async #redriveAll(filter: RedriveQuarantine, call: AuthenticatedCall): Promise<RedriveResult> {
    const { project } = call.caller;
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(PATIENCE_MILLIS)]);
    const outcomes: Outcome[] = [];
    let last = filter.cursor;
    for await (const { header, kind } of findEntries(this.#parts.objects, project, filter, this.#parts.now())) {
      if (signal.aborted && last !== filter.cursor) return toResult(outcomes, last);
      const id = toEntryId(header, kind);
      try {
        const outcome = await this.#redrive(project, id, call.signal);
        if (outcome !== undefined) outcomes.push(outcome);
      } catch (error) {
        if (last === filter.cursor || !(error instanceof RetryLater)) throw error;
        return toResult(outcomes, last);
      }
      last = id;
    }
    return toResult(outcomes);
  }

  /** @returns undefined where there is no such entry */
  async #redrive(project: ProjectId, id: string, signal: AbortSignal): Promise<Outcome | undefined> {
    const { objects, events, ledger, now } = this.#parts;
    const key = toEntryKey(project, id);
    const object = await objects.get(key);
    const read = object && readManifest(object);
    if (read === undefined) return undefined;
    const { header, kind } = read.manifest;
    const lines = kind === 'events' ? readRefused(read.body).map(({ line }) => line) : await this.#readFrame(read.body);
    if (lines instanceof FrameError) return { stored: 0, refused: [{ line: '', reason: lines.message }] };
    const [outcomes = []] = await events.create([{ project, index: header.index, lines }], signal);
    const retry = outcomes.find((outcome) => outcome?.kind === 'retry');
    if (retry?.kind === 'retry' || outcomes.length !== lines.length)
      throw new RetryLater('unavailable', `the store takes no events now; "${id}" stays as it is`, 5, {
        cause: retry?.kind === 'retry' ? retry.reason : undefined,
      });
    const refused = outcomes.flatMap((outcome, at) =>
      outcome.kind === 'refused' ? [{ line: lines[at] ?? '', reason: outcome.reason }] : [],
    );
    if (refused.length > 0) await this.#quarantine.events(header, refused, now());
    await ledger.stored([{ header, indexed: header.events - refused.length, quarantined: refused.length }]);
    // what is left of a whole frame is an entry of events now
    if (refused.length === 0 || kind === 'frame') await objects.delete(key);
    return { stored: lines.length - refused.length, refused };
  }

  async #readFrame(body: Buffer): Promise<readonly string[] | FrameError> {
    try {
      return await readFrame(decodeFrame(body), this.#parts.objects);
    } catch (error) {
      if (error instanceof FrameError) return error;
      throw error;
    }
  }

  #audited<T>(call: AuthenticatedCall, entityId: string, metadata: object, change: () => Promise<T>): Promise<T> {
    return this.#parts.audit.around(
      {
        ...auditOf(call, call.caller.project, actorOf(call)),
        action: 'quarantine.redriven',
        entityType: 'quarantine',
        entityId,
        metadata: { ...metadata },
      },
      change,
    );
  }
}

/** @param last entry behind which to go on */
function toResult(outcomes: readonly Outcome[], last?: string): RedriveResult {
  const refused = outcomes.flatMap((outcome) => outcome.refused);
  return {
    entries: outcomes.length,
    stored: outcomes.reduce((sum, { stored }) => sum + stored, 0),
    refused: refused.length,
    reasons: [...new Set(refused.map(({ reason }) => reason))].slice(0, MAX_REASONS),
    next_cursor: last ?? null,
  };
}
