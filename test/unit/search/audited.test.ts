import { expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit.ts';
import { chainEntry } from '../../../functions/core/audit-entry.ts';
import { Reply } from '../../../functions/core/http.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { auditedClear, auditedExport } from '../../../functions/search/audited.ts';
import { ExportInput } from '../../../functions/search/export-api.ts';
import { callOf } from '../../support/calls.ts';

const project = ProjectId.parse('audited');
const call = callOf(project);
const told: AuditEvent[] = [];
const trail = {
  record: async (event: AuditEvent) => {
    told.push(event);
    return chainEntry(event, undefined, 0, { kind: 'whole' });
  },
};
const unavailable = {
  record: async (): Promise<never> => {
    throw new Error('no table');
  },
};
const part = async () =>
  new Reply(200, { body: 'rows', headers: { 'x-export-rows': '2', 'x-export-complete': 'false' } });

it('tells of each part of an export what was asked for and how much it held, before it is handed out', async () => {
  told.length = 0;
  const asked = ExportInput.parse({ query: 'level:error', format: 'ndjson', cursor: 'next' });
  expect((await auditedExport(trail, part)(asked, call)).body).toBe('rows');
  expect(told).toMatchObject([
    {
      project,
      action: 'log.exported',
      actor: { type: 'user', id: 'u-1' },
      newValues: { query: 'level:error', format: 'ndjson' },
      metadata: { rows: 2, complete: false, continued: true },
      requestId: 'request-1',
    },
  ]);
  expect(told[0]?.newValues).not.toHaveProperty('cursor');
  await expect(auditedExport(unavailable, part)(asked, call)).rejects.toThrow('no table');
});

it('tells which kept answers were forgotten', async () => {
  told.length = 0;
  await auditedClear(trail, async ({ pattern }) => ({ pattern, cleared: ['overview'] }))({ pattern: 'over*' }, call);
  expect(told).toMatchObject([{ action: 'cache.cleared', entityId: 'over*', newValues: { cleared: ['overview'] } }]);
});
