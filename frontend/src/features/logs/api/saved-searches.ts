import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SavedSearchEntry, SavedSearchInput, SavedSearchList } from '../../../../../functions/search/saved-api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type SavedSearch = SavedSearchEntry;
export type SavedSearchFields = SavedSearchInput;

const PATH = '/api/v1/saved-searches';
const pathOf = (id: string) => `${PATH}/${encodeURIComponent(id)}`;

/** The project's shared searches and one's own private ones, by name. */
export function useSavedSearches() {
  const queryKey = [useStore(currentProject), 'saved-searches'] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<SavedSearchList>(PATH, { signal }),
  });
  return { query, queryKey };
}

/** What the API takes of a search that it has given. */
export const fieldsOf = ({
  name,
  description,
  query,
  columns,
  range,
  visibility,
  is_default,
}: SavedSearch): SavedSearchFields => ({ name, description, query, columns, range, visibility, is_default });

/** Makes a search, or replaces the one with that id. */
export function useSaveSearch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, fields }: { id?: string; fields: SavedSearchFields }) =>
      request<SavedSearch>(id === undefined ? PATH : pathOf(id), {
        method: id === undefined ? 'POST' : 'PUT',
        json: fields,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: [currentProject.get(), 'saved-searches'] }),
  });
}

export function useDeleteSearch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<void>(pathOf(id), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: [currentProject.get(), 'saved-searches'] }),
  });
}
