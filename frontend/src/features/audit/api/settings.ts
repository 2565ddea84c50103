import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AuditSettings, AuditSettingsAnswer } from '../../../../../functions/audit/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type Settings = AuditSettingsAnswer;

const PATH = '/api/v1/audit/settings';

export function useAuditSettings() {
  const queryKey = [useStore(currentProject), 'audit-settings'] as const;
  const query = useQuery({ queryKey, queryFn: ({ signal }) => request<Settings>(PATH, { signal }) });
  return { query, queryKey };
}

export function useSaveAuditSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (settings: AuditSettings) => request<Settings>(PATH, { method: 'PUT', json: settings }),
    onSuccess: (saved) => client.setQueryData([currentProject.get(), 'audit-settings'], saved),
  });
}
