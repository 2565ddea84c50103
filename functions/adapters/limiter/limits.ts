import type { Limit, Take } from './port.ts';

const perMinute = (units: number, of = ''): Limit => ({ units, windowSeconds: 60, text: `${units}${of} per 1 minute` });
const perDay = (units: number, of: string): Limit => ({
  units,
  windowSeconds: 86_400,
  text: `${units}${of} per 1 day`,
});
const perHour = (units: number): Limit => ({ units, windowSeconds: 3600, text: `${units} per 1 hour` });

/** Seed 004's table for sessions and addresses; `page` is what a screen asks beside a search; ingest is metered by the events and bytes of a project, too.
 * `account` is sign-ins of one account from everywhere: more than one person's, so that others cannot easily keep them out. */
export const LIMITS: Readonly<Record<Take['of'], Limit>> = {
  default: perMinute(100),
  search: perMinute(50),
  recent: perMinute(100),
  lookup: perMinute(200),
  metrics: perMinute(100),
  page: perMinute(1_200),
  profile: perHour(30),
  users: perMinute(50),
  login: perHour(20),
  register: perHour(10),
  account: perHour(100),
  ingest: perMinute(60_000),
  events: perMinute(6_000_000, ' events'),
  bytes: perMinute(6_000_000_000, ' bytes'),
  events_day: perDay(2_000_000_000, ' events'),
  bytes_day: perDay(1_000_000_000_000, ' bytes'),
};

/** What a program with a read key may ask in each class. */
const KEY_LIMIT = perMinute(1_200);

/** Classes that are refused while their count cannot be read. */
export const NEVER_UNCOUNTED: ReadonlySet<Take['of']> = new Set(['login', 'register', 'account']);

/** What a stage says of limits. */
export interface StageLimits {
  /** All limits times this. */
  readonly factor: number;
  /** Units of a window by class, whoever asks: the factor does not count for them. */
  readonly units?: Readonly<Partial<Record<Take['of'], number>>>;
}

/** The limit of a caller. @param take `units` are those that a project has of its own, which go before the stage's */
export function limitOf({ of, who, units }: Pick<Take, 'of' | 'who' | 'units'>, stage: StageLimits): Limit {
  const own = LIMITS[of];
  const limit = who.startsWith('key:') && own.units < KEY_LIMIT.units ? KEY_LIMIT : own;
  const scaled = units ?? stage.units?.[of] ?? Math.ceil(limit.units * stage.factor);
  return { ...limit, units: scaled, text: limit.text.replace(/^\d+/, String(scaled)) };
}
