import type { ProjectId } from '../../core/project.ts';
import type { AuditEvent } from '../audit-trail/port.ts';

/** A version of a project's settings of ingest. */
export interface StoredIngestSettings {
  /** From 1, one more with each change. */
  readonly version: number;
  /** As `ingest/settings-api.ts` has them; read by its schema, so that settings of an earlier release are completed. */
  readonly settings: unknown;
  /** ISO 8601. */
  readonly updatedAt: string;
  readonly updatedBy: string;
}

export interface IngestSettingsReader {
  /** The settings, if the project has any of its own, and its key for hashes, if one was asked for. */
  find(project: ProjectId): Promise<{ readonly stored?: StoredIngestSettings; readonly hashKey?: string }>;
}

export interface IngestSettingsStore extends IngestSettingsReader {
  /**
   * Makes this the next version, in one transaction with its audit entry.
   * @param hashKey becomes the project's where it has none
   * @throws Failure `conflict` where another version came in between
   */
  replace(
    project: ProjectId,
    stored: StoredIngestSettings,
    hashKey: string | undefined,
    audit: AuditEvent,
  ): Promise<void>;
}
