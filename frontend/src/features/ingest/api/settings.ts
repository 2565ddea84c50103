import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  IngestSettings,
  IngestSettingsAnswer,
  SanitisePreview,
  SanitisePreviewRequest,
} from '../../../../../functions/ingest/settings-api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type Settings = IngestSettingsAnswer;
export type Draft = Pick<IngestSettingsAnswer, 'sanitising' | 'drop_rules' | 'quota'>;
export type Preview = SanitisePreview;

const PATH = '/api/v1/ingest/settings';

export function useSettings() {
  const queryKey = [useStore(currentProject), 'ingest-settings'] as const;
  const query = useQuery({ queryKey, queryFn: ({ signal }) => request<Settings>(PATH, { signal }) });
  return { query, queryKey };
}

export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (settings: IngestSettings) => request<Settings>(PATH, { method: 'PUT', json: settings }),
    onSuccess: (saved) => client.setQueryData([currentProject.get(), 'ingest-settings'], saved),
  });
}

/** Tries settings on a sample; nothing is stored. */
export const usePreview = () =>
  useMutation({
    mutationFn: (asked: SanitisePreviewRequest) =>
      request<Preview>('/api/v1/ingest/sanitise/preview', { method: 'POST', json: asked }),
  });
