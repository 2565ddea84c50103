import type { ExportJob } from '../../../../../functions/search/exports-api.ts';
import { request, send } from '../../../lib/api.ts';

/** What is exported: events of a query and range as the server writes them. */
export interface ExportQuestion {
  readonly query: string;
  readonly from: string;
  readonly to: string;
  readonly order: 'asc' | 'desc';
  readonly format: ExportJob['format'];
  /** All members of the events unless given. */
  readonly columns?: readonly string[];
}

/**
 * Downloads a file in parts of 5 MB each.
 * @param onPart told the bytes so far, after each part
 * @throws ApiProblem; AbortError when `signal` fires
 */
export async function downloadParts(
  { columns, ...question }: ExportQuestion,
  onPart: (bytes: number) => void,
  signal: AbortSignal,
): Promise<readonly Blob[]> {
  const parts: Blob[] = [];
  let cursor: string | null = null;
  do {
    const answer = await send('/api/v1/logs/export', {
      query: { ...question, columns: columns?.join(','), cursor, marker: false },
      headers: { Accept: '*/*' },
      signal,
    });
    parts.push(await answer.blob());
    onPart(parts.reduce((sum, { size }) => sum + size, 0));
    cursor = answer.headers.get('X-Export-Complete') === 'false' ? answer.headers.get('X-Next-Cursor') : null;
  } while (cursor !== null);
  return parts;
}

/** An export that the server makes in the background. */
export const beginExport = (question: ExportQuestion) =>
  request<ExportJob>('/api/v1/exports', { method: 'POST', json: question });

export const readExport = (id: string, signal: AbortSignal) =>
  request<ExportJob>(`/api/v1/exports/${encodeURIComponent(id)}`, { signal });

export const cancelExport = (id: string) =>
  request<void>(`/api/v1/exports/${encodeURIComponent(id)}`, { method: 'DELETE' });
