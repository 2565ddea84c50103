import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { DEFAULT_RANGE, isRangeEnd } from './time-range.ts';

/** How one key of the address bar is read and written. `read` gives null for what it does not understand. */
interface Key<T> {
  readonly fallback: T;
  readonly read: (text: string) => T | null;
  readonly write: (value: T) => string;
  /** `push` makes a step that the back button undoes. */
  readonly history: 'push' | 'replace';
}

const key = <T>(history: Key<T>['history'], fallback: T, read: Key<T>['read'], write: Key<T>['write']): Key<T> => ({
  fallback,
  read,
  write,
  history,
});
const text = (history: Key<string>['history'], longest = 10_000) =>
  key<string>(
    history,
    '',
    (value) => (value.length <= longest ? value : null),
    (value) => value,
  );
const flag = () =>
  key<boolean>(
    'replace',
    false,
    (value) => (value === '1' ? true : value === '0' ? false : null),
    (value) => (value ? '1' : '0'),
  );
const oneOf = <T extends string>(history: Key<T>['history'], fallback: T, ...others: T[]) =>
  key<T>(
    history,
    fallback,
    (value) => [fallback, ...others].find((one) => one === value) ?? null,
    (value) => value,
  );
const end = (fallback: string) =>
  key<string>(
    'push',
    fallback,
    (value) => (isRangeEnd(value) ? value : null),
    (value) => value,
  );

export const DEFAULT_COLUMNS: readonly string[] = ['timestamp', 'level', 'service', 'message', 'correlation_id'];
const MAX_COLUMNS = 40;

const columns = key<readonly string[]>(
  'replace',
  DEFAULT_COLUMNS,
  (value) => {
    const names = [
      ...new Set(
        value
          .split(',')
          .map(decodeURIComponentSafely)
          .filter((name) => name !== ''),
      ),
    ];
    return names.length > 0 && names.length <= MAX_COLUMNS ? names : null;
  },
  (value) => value.map((name) => name.replaceAll('%', '%25').replaceAll(',', '%2C')).join(','),
);

const widths = key<Readonly<Record<string, number>>>(
  'replace',
  {},
  (value) => {
    const found = value.split(',').flatMap((pair) => {
      const colon = pair.lastIndexOf(':');
      const width = Number(pair.slice(colon + 1));
      return colon > 0 && Number.isInteger(width) && width >= 32 && width <= 4_000
        ? [[decodeURIComponentSafely(pair.slice(0, colon)), width] as const]
        : [];
    });
    return found.length > 0 && found.length <= MAX_COLUMNS ? Object.fromEntries(found) : null;
  },
  (value) =>
    Object.entries(value)
      .map(([name, width]) => `${name.replaceAll('%', '%25').replaceAll(',', '%2C')}:${width}`)
      .join(','),
);

function decodeURIComponentSafely(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}

/** Every key that a link may hold. A screen is a link: what is not here is not part of what a colleague sees. */
export const URL_KEYS = {
  q: text('push'),
  from: end(DEFAULT_RANGE.from),
  to: end(DEFAULT_RANGE.to),
  live: flag(),
  cols: columns,
  w: widths,
  sort: oneOf('replace', '-timestamp', 'timestamp'),
  wrap: flag(),
  mode: oneOf('replace', 'list', 'stats'),
  id: text('push', 512),
  tab: oneOf('replace', 'fields', 'json', 'raw', 'context'),
  view: text('push', 128),
} as const;

type Keys = typeof URL_KEYS;
export type UrlState = { readonly [K in keyof Keys]: Keys[K] extends Key<infer T> ? T : never };

const names = Object.keys(URL_KEYS) as (keyof Keys)[];
const definition = (name: keyof Keys) => URL_KEYS[name] as Key<unknown>;

/** Unknown keys are left out, broken values fall back; never throws. */
export function readUrl(params: URLSearchParams): UrlState {
  const read = (name: keyof Keys) => {
    const raw = params.get(name);
    const value = raw === null ? null : definition(name).read(raw);
    return value ?? definition(name).fallback;
  };
  return Object.fromEntries(names.map((name) => [name, read(name)])) as UrlState;
}

/** What a saved search holds: beside its id these are changes on top of it, so an empty query is a value too. */
const SAVED: ReadonlySet<keyof Keys> = new Set(['q', 'from', 'to', 'cols']);

/** The parameters of a state; values equal to their default are left out, so that links stay short. */
export function writeUrl(state: Partial<UrlState>): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of names) {
    const value = state[name];
    if (value === undefined) continue;
    const { write, fallback } = definition(name);
    const written = write(value);
    if (written !== write(fallback) || (state.view && SAVED.has(name))) params.set(name, written);
  }
  return params;
}

/** A link to a page of the app with that state. */
export function linkTo(path: string, state: Partial<UrlState>): string {
  const search = writeUrl(state).toString();
  return search === '' ? path : `${path}?${search}`;
}

export type SetUrl = (change: Partial<UrlState>, options?: { readonly replace?: boolean }) => void;

/** The state in the address bar and the way to change it: one step of history when a pushing key changes. */
export function useUrlState(): readonly [UrlState, SetUrl] {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => readUrl(params), [params]);
  const set = useCallback<SetUrl>(
    (change, options) => {
      const now = readUrl(new URLSearchParams(location.search));
      const next = writeUrl({ ...now, ...change });
      if (next.toString() === writeUrl(now).toString()) return;
      const pushes = (Object.keys(change) as (keyof Keys)[]).some(
        (name) =>
          definition(name).history === 'push' &&
          definition(name).write(now[name]) !== definition(name).write(change[name]),
      );
      setParams(next, { replace: options?.replace ?? !pushes });
    },
    [setParams],
  );
  return [state, set];
}
