import type { IngestSettingsReader } from '../../adapters/ingest-settings/port.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import { stringifyJson } from '../../core/json.ts';
import type { LogRecord } from '../../core/log-record.ts';
import { ulid } from '../../core/ulid.ts';
import { processByKind } from '../kinds/process.ts';
import { readBody } from '../lines/read-body.ts';
import { IngestSettings, type SanitisePreview, type SanitisePreviewRequest } from '../settings-api.ts';
import { type Arrival, settle } from '../settle.ts';
import { toPolicy } from './policy.ts';

/** What a dry run stands on. */
export interface PreviewParts {
  readonly settings: IngestSettingsReader;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const SHOWN = 100;

/** `POST /ingest/sanitise/preview`: events of the sample go the way that sent ones go, as far as the stream. */
export const makePreview =
  ({ settings, now }: PreviewParts) =>
  async (
    { sample, sanitising, drop_rules }: SanitisePreviewRequest,
    { caller }: AuthenticatedCall,
  ): Promise<SanitisePreview> => {
    const { stored, hashKey } = await settings.find(caller.project);
    const own = IngestSettings.parse(stored?.settings ?? {});
    const received = now();
    const policy = toPolicy(
      { ...own, sanitising: sanitising ?? own.sanitising, drop_rules: drop_rules ?? own.drop_rules },
      // without a key yet equals are equal within this run
      hashKey ?? ulid(received),
      received,
    );
    const arrival: Arrival = {
      project: caller.project,
      retention: '30d',
      received,
      ulid: ulid(received),
      source: { protocol: 'ingest' },
      hints: {},
    };
    const drafts = readBody(sample, { received, join: true }).map(processByKind);
    const counts: Record<string, number> = {};
    const dropped: Record<string, number> = {};
    const items: SanitisePreview['items'] = [];
    let touched = 0;
    for (const [position, draft] of drafts.entries()) {
      const { record } = settle(draft, position, arrival);
      const { record: clean, rules } = policy.sanitiser.apply(record);
      const droppedBy = policy.dropper?.(clean);
      for (const rule of rules) counts[rule] = (counts[rule] ?? 0) + 1;
      if (droppedBy !== undefined) dropped[droppedBy] = (dropped[droppedBy] ?? 0) + 1;
      if (rules.size > 0) touched++;
      if ((rules.size === 0 && droppedBy === undefined) || items.length === SHOWN) continue;
      const before = toText(record);
      items.push({
        position,
        before,
        highlights: policy.sanitiser.find(before).map(({ rule, start, end }) => ({
          rule,
          action: policy.sanitiser.actionOf(rule),
          start,
          end,
        })),
        after: toText(clean),
        rules: [...rules].sort(),
        ...(droppedBy !== undefined && { dropped_by: droppedBy }),
      });
    }
    return { events: drafts.length, touched, counts, dropped, items };
  };

/** An event as a person knows it: its line, else its message and attributes as JSON. */
function toText({ original, body, attributes }: LogRecord): string {
  return original ?? stringifyJson({ message: body, ...attributes });
}
