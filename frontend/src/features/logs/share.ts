import { copyText } from '../../lib/clipboard.ts';
import type { RangeView } from '../../lib/range-context.ts';
import { absolute } from '../../lib/time-range.ts';
import { type UrlState, writeUrl } from '../../lib/url-state.ts';

/** What is on screen. */
interface Shared {
  readonly url: UrlState;
  readonly range: RangeView;
}

const linkOf = (url: UrlState) => `${location.origin}/logs?${writeUrl(url)}`;

/** A link that shows the same events tomorrow. */
export const copyLink = ({ url, range }: Shared) => copyText(linkOf({ ...url, ...absolute(range.resolved) }), 'link');

export const copyRelativeLink = ({ url }: Shared) =>
  copyText(linkOf(url), url.id === '' ? 'link' : 'link; the open event may leave its relative range');

/** A text as one word of a POSIX shell. */
const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

export function copyCurl({ url, range }: Shared) {
  const data = Object.entries({ query: url.q, from: range.from, to: range.to }).map(
    ([key, value]) => `  --data-urlencode ${shellWord(`${key}=${value}`)}`,
  );
  return copyText(
    `curl -G -H "X-API-Key: $TRIBUTARY_API_KEY" ${shellWord(`${location.origin}/api/v1/logs`)} \\\n${data.join(' \\\n')}`,
    'curl command',
  );
}

export const copyCli = ({ url, range }: Shared) =>
  copyText(
    `TRIBUTARY_URL=${location.origin} tributary search ${shellWord(url.q)} --since ${range.from} --to ${range.to}`,
    'CLI command',
  );
