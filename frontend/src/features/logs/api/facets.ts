import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { FacetsResponse } from '../../../../../functions/search/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';
import { asked, type Search, searchKey } from './logs.ts';

export type Facets = FacetsResponse;
export type Facet = FacetsResponse['facets'][number];

export function useFacets(search: Search, fields: readonly string[], enabled: boolean) {
  const queryKey = searchKey(useStore(currentProject), 'facets', search, fields.join(','));
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<Facets>('/api/v1/logs/facets', {
        query: { ...asked(search), fields: fields.join(','), limit: 10 },
        signal,
      }),
    placeholderData: keepPreviousData,
    enabled,
  });
  return { query, queryKey };
}
