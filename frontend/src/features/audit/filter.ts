import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { AuditFilter } from './api/audit.ts';

const NAMES = ['chain', 'actor', 'action', 'entity_type', 'entity_id', 'result', 'from', 'to'] as const;
const LONGEST = 256;
export const NO_FILTER: AuditFilter = {
  chain: '',
  actor: '',
  action: '',
  entity_type: '',
  entity_id: '',
  result: '',
  from: '',
  to: '',
};

/** The filter as the address bar holds it; what it cannot mean is left out. */
export function readFilter(params: URLSearchParams): AuditFilter {
  const found = NAMES.map((name) => [name, (params.get(name) ?? '').slice(0, LONGEST)] as const);
  const filter: AuditFilter = { ...NO_FILTER, ...Object.fromEntries(found) };
  return {
    ...filter,
    chain: filter.chain === 'none' ? 'none' : '',
    result: ['success', 'failure', 'pending'].includes(filter.result) ? filter.result : '',
  };
}

/** The address of a filter; empty members are left out. */
export const writeFilter = (filter: AuditFilter): URLSearchParams =>
  new URLSearchParams(NAMES.flatMap((name) => (filter[name] === '' ? [] : [[name, filter[name]]])));

/** The filter of the page and the way to change it, a step of history each. */
export function useAuditFilter(): readonly [AuditFilter, (change: Partial<AuditFilter>) => void] {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => readFilter(params), [params]);
  const change = useCallback(
    (part: Partial<AuditFilter>) => setParams(writeFilter({ ...filter, ...part })),
    [filter, setParams],
  );
  return [filter, change];
}
