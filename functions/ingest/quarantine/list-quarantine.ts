import type { ObjectStore } from '../../adapters/object-store/port.ts';
import { Failure } from '../../core/errors.ts';
import { decodeFrame } from '../../core/frame.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import type { ProjectId } from '../../core/project.ts';
import type {
  ListQuarantine,
  QuarantineEntry,
  QuarantineList,
  QuarantinePreview,
  RedriveQuarantine,
} from '../quarantine-api.ts';
import { readFrame } from '../read-frame.ts';
import { type ReceiveRange, toReceiveRange } from '../receive-range.ts';
import { MAX_MANIFEST_BYTES, type Manifest, readManifest, readRefused, toEntryId, toEntryKey } from './quarantine.ts';

/** What listing stands on. */
export interface ListParts {
  readonly objects: Pick<ObjectStore, 'list' | 'get' | 'getRange'>;
  readonly now: () => number;
}

const CONCURRENCY = 16;
const PREVIEWED = 20;
const PREVIEW_CHARACTERS = 4_096;

/** `GET /ingest/quarantine` */
export function makeListQuarantine({ objects, now }: ListParts) {
  return async (input: ListQuarantine, { caller }: AuthenticatedCall): Promise<QuarantineList> => {
    const startedAt = performance.now();
    const items: QuarantineEntry[] = [];
    let last: string | undefined;
    for await (const manifest of findEntries(objects, caller.project, input, now())) {
      if (items.length === input.limit) {
        last = items.at(-1)?.id;
        break;
      }
      items.push(toEntry(manifest));
    }
    return { items, next_cursor: last ?? null, took_ms: Math.round(performance.now() - startedAt) };
  };
}

/** `GET /ingest/quarantine/{id}` */
export function makePreviewQuarantine({ objects }: Pick<ListParts, 'objects'>) {
  return async ({ id }: { readonly id: string }, { caller }: AuthenticatedCall): Promise<QuarantinePreview> => {
    const object = await objects.get(toEntryKey(caller.project, id));
    const read = object && readManifest(object);
    if (read === undefined) throw noSuchEntry(id);
    const { manifest, body } = read;
    return { ...toEntry(manifest), preview: await preview(manifest, body) };
  };

  async function preview({ kind, reasons }: Manifest, body: Buffer): Promise<QuarantinePreview['preview']> {
    if (kind === 'events')
      return readRefused(body)
        .slice(0, PREVIEWED)
        .map(({ reason, line }) => ({ reason, ...cut(line) }));
    const [{ reason } = { reason: '' }] = reasons;
    try {
      const lines = await readFrame(decodeFrame(body), objects);
      return lines.slice(0, PREVIEWED).map((line) => ({ reason, ...cut(line) }));
    } catch {
      // the very reason that it is here: what can be shown are its first bytes
      return [
        {
          reason,
          text: body.toString('hex', 0, PREVIEW_CHARACTERS / 2),
          truncated: body.length > PREVIEW_CHARACTERS / 2,
        },
      ];
    }
  }
}

const cut = (line: string) => ({
  text: line.slice(0, PREVIEW_CHARACTERS),
  truncated: line.length > PREVIEW_CHARACTERS,
});

export const noSuchEntry = (id: string): Failure =>
  new Failure('not_found', `there is no quarantine entry "${id}" in this project; it may have been stored since`);

/** Manifests of a project's entries that a filter lets through, the newest first. @throws Failure `time_range` */
export async function* findEntries(
  objects: Pick<ObjectStore, 'list' | 'getRange'>,
  project: ProjectId,
  filter: RedriveQuarantine,
  now: number,
): AsyncGenerator<Manifest> {
  const range = rangeOf(filter, now);
  const reason = filter.reason?.toLowerCase();
  const keys = await listKeys(objects, project, filter.cursor);
  for (let start = 0; start < keys.length; start += CONCURRENCY) {
    const manifests = await Promise.all(
      keys.slice(start, start + CONCURRENCY).map(async (key) => {
        const head = await objects.getRange(key, 0, MAX_MANIFEST_BYTES);
        return head && readManifest(head)?.manifest;
      }),
    );
    for (const manifest of manifests) {
      // taken away meanwhile
      if (manifest === undefined) continue;
      const { header, reasons } = manifest;
      if (header.received < range.from || header.received >= range.to) continue;
      if (reason !== undefined && !reasons.some((each) => each.reason.toLowerCase().includes(reason))) continue;
      yield manifest;
    }
  }
}

const rangeOf = ({ from = '1970-01-01', to = 'now' }: RedriveQuarantine, now: number): ReceiveRange =>
  toReceiveRange({ from, to }, now, Number.POSITIVE_INFINITY);

/** Keys of a project's entries, the newest first. @param before id that they lie before */
async function listKeys(
  objects: Pick<ObjectStore, 'list'>,
  project: ProjectId,
  before: string | undefined,
): Promise<readonly string[]> {
  const prefix = toEntryKey(project, '');
  const end = before === undefined ? undefined : toEntryKey(project, before);
  const keys: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await objects.list(prefix, after);
    for (const key of page.keys) if (end === undefined || key < end) keys.push(key);
    after = page.keys.at(-1);
    // keys come in order
    if (!page.more || after === undefined || (end !== undefined && after >= end)) return keys.reverse();
  }
}

function toEntry(manifest: Manifest): QuarantineEntry {
  const { header, kind, reasons, events, bytes, quarantinedAt, redrivenAt } = manifest;
  return {
    id: toEntryId(header, kind),
    kind,
    reasons,
    events,
    bytes,
    received_at: new Date(header.received).toISOString(),
    quarantined_at: new Date(quarantinedAt).toISOString(),
    redriven_at: redrivenAt === undefined ? null : new Date(redrivenAt).toISOString(),
  };
}
