import type { FacetRequest, Group } from '../adapters/event-store/port.ts';
import { Failure } from '../core/errors.ts';
import type { FacetsInput, FacetsResponse, FieldsInput, FieldsResponse, ValuesInput, ValuesResponse } from './api.ts';
import { resolveField, toFieldName } from './language/fields.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';
import { toReadQuery } from './selection.ts';

/** What a field's values are grouped by. @throws Failure `invalid_request` for a field without countable values */
export function toGroup(field: string): Group {
  const target = resolveField(field);
  if (target.kind === 'attribute') return { by: 'attribute', key: target.key };
  if (target.kind === 'level') return { by: 'level' };
  throw new Failure(
    'invalid_request',
    `values of "${field}" are not counted; take an attribute, level, service, environment or host`,
  );
}

/** Counts the most frequent values of fields. */
export function makeFacets({ events, now }: ReadParts) {
  return async (input: FacetsInput, { caller: { project }, signal }: ReadCall): Promise<FacetsResponse> => {
    const startedAt = performance.now();
    const { selection } = toReadQuery(input, now());
    const requests = input.fields.map((field): FacetRequest => ({ group: toGroup(field), limit: input.limit }));
    const found = await events.facets(project, selection, requests, { signal });
    return {
      facets: found.facets.map((facet, at) => ({
        field: input.fields[at] as string,
        values: [...facet.values],
        other: facet.other,
        distinct: facet.distinct.value,
        distinct_relation: facet.distinct.relation,
        missing: facet.missing,
        error_bound: facet.errorBound,
      })),
      total: found.total,
      took_ms: tookMillis(startedAt),
      ...toPartial(found, selection),
    };
  };
}

/** Lists attribute keys of the selected events under the names a query uses. */
export function makeFields({ events, now }: ReadParts) {
  return async (input: FieldsInput, { caller: { project }, signal }: ReadCall): Promise<FieldsResponse> => {
    const startedAt = performance.now();
    const { selection } = toReadQuery(input, now());
    const found = await events.keys(project, selection, input.limit, { signal });
    return {
      items: found.keys.map(({ key, type, count }) => ({ name: toFieldName(key), type, count })),
      took_ms: tookMillis(startedAt),
      ...toPartial(found, selection),
    };
  };
}

/** Suggests values of a field. */
export function makeValues({ events, now }: ReadParts) {
  return async (input: ValuesInput, { caller: { project }, signal }: ReadCall): Promise<ValuesResponse> => {
    const startedAt = performance.now();
    const { selection } = toReadQuery(input, now());
    const request = { group: toGroup(input.field), limit: input.limit, prefix: input.prefix };
    const found = await events.facets(project, selection, [request], { signal });
    return {
      items: [...(found.facets[0]?.values ?? [])],
      took_ms: tookMillis(startedAt),
      ...toPartial(found, selection),
    };
  };
}
