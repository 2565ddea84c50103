import { decodeTime } from 'ulid';
import { toDay } from '../core/event-id.ts';

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i;

/** The day inside a client's own id, where it is a ULID or a UUID of version 7. */
export function dayOfClientId(id: string): number | undefined {
  if (ULID.test(id)) return toDay(decodeTime(id.toUpperCase()));
  const [, high, low] = UUID_V7.exec(id) ?? [];
  return high === undefined ? undefined : toDay(Number.parseInt(`${high}${low}`, 16));
}
