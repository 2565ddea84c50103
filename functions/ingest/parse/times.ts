import { fromMillis, parseIsoNano, type UnixNano } from '../../core/unix-nano.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The number of a month's English short name, 1 to 12; 0 for anything else. */
const monthOf = (name: string): number => MONTHS.indexOf(name) + 1;

const two = (value: number | string): string => String(value).trim().padStart(2, '0');

/**
 * `Jun 14 15:16:01`, a fraction or a year after the day allowed. @param received Unix milliseconds: without a year the one nearest to it
 * counts
 */
export function readYearless(text: string, received: number): UnixNano | undefined {
  const match = /^([A-Z][a-z]{2}) ([ \d]?\d) (?:(\d{4}) )?(\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/.exec(text);
  if (match === null) return undefined;
  const [, name = '', day = '', year, clock = ''] = match;
  const month = monthOf(name);
  if (month === 0) return undefined;
  const at = (year: number | string) => parseIsoNano(`${year}-${two(month)}-${two(day)}T${clock}Z`);
  return year === undefined ? nearest(at, received) : at(year);
}

/** `MMDD hh:mm:ss.ffffff` of klog, in the year nearest to now. */
export function readMonthDay(digits: string, clock: string, received: number): UnixNano | undefined {
  return nearest((year) => parseIsoNano(`${year}-${digits.slice(0, 2)}-${digits.slice(2)}T${clock}Z`), received);
}

function nearest(at: (year: number) => UnixNano | undefined, received: number): UnixNano | undefined {
  const year = new Date(received).getUTCFullYear();
  const now = BigInt(fromMillis(received));
  let best: { readonly time: UnixNano; readonly distance: bigint } | undefined;
  for (const candidate of [year, year - 1, year + 1]) {
    const time = at(candidate);
    if (time === undefined) continue;
    const distance = BigInt(time) > now ? BigInt(time) - now : now - BigInt(time);
    if (best === undefined || distance < best.distance) best = { time, distance };
  }
  return best?.time;
}

/** `10/Oct/2000:13:55:36 -0700`, as Apache and nginx write it. */
export function readClf(text: string): UnixNano | undefined {
  const match = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})$/.exec(text);
  if (match === null) return undefined;
  const [, day = '', name = '', year = '', clock = '', zone = ''] = match;
  return parseIsoNano(`${year}-${two(monthOf(name))}-${day}T${clock}${zone}`);
}
