import type { ProjectId } from '../../core/project.ts';

/** What happened, who did it and to what. Values with secrets in them are masked by the caller. */
export interface AuditEvent {
  readonly project: ProjectId;
  readonly actor: {
    readonly type: 'user' | 'key' | 'system' | 'anonymous';
    readonly id: string;
    readonly name: string;
  };
  /** For example `user.login`, `api_key.created`. */
  readonly action: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly result: 'success' | 'failure';
  readonly oldValues?: Readonly<Record<string, unknown>>;
  readonly newValues?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly ipAddress?: string;
  readonly userAgent?: string;
  readonly traceId?: string;
}

/** Entries are only ever added. */
export interface AuditTrail {
  record(event: AuditEvent): Promise<void>;
}
