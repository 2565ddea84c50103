/** When a schedule fires: the first time after a given one, Unix milliseconds; undefined when there is none. */
export type NextTime = (after: number) => number | undefined;

const UNIT_MILLIS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * `rate(n unit)`, `cron(minutes hours day-of-month month day-of-week year)` in UTC, or `at(yyyy-mm-ddThh:mm:ss)`
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
 * @throws Error for anything else
 */
export function parseSchedule(expression: string): NextTime {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return parseRate(argument, expression);
  if (kind === 'cron') return parseCron(argument, expression);
  const time = kind === 'at' ? Date.parse(`${argument}Z`) : Number.NaN;
  if (Number.isNaN(time)) throw new Error(`schedule ${expression} is not rate(…), cron(…) or at(…)`);
  return (after) => (time > after ? time : undefined);
}

function parseRate(argument: string, expression: string): NextTime {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(argument) ?? [];
  const millis = Number(count) * (UNIT_MILLIS[unit] ?? Number.NaN);
  if (!(millis > 0)) throw new Error(`schedule ${expression} has no rate of minutes, hours or days`);
  return (after) => after + millis;
}

function parseCron(argument: string, expression: string): NextTime {
  const fields = argument.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (
    fields.length !== 6 ||
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined
  ) {
    throw new Error(`schedule ${expression} has ${fields.length} fields, expected 6`);
  }
  const read = (field: string, from: number, to: number, names: readonly string[] = [], base = 0) =>
    parseField(field, { from, to, names, base, expression });
  const minutes = read(minute, 0, 59);
  const hours = read(hour, 0, 23);
  const daysOfMonth = read(dayOfMonth, 1, 31);
  const months = read(month, 1, 12, MONTHS, 1);
  // 1 is Sunday
  const daysOfWeek = read(dayOfWeek, 1, 7, WEEKDAYS, 1);
  const years = read(year, 1970, 2199);
  const isDay = (date: Date) =>
    years.has(date.getUTCFullYear()) &&
    months.has(date.getUTCMonth() + 1) &&
    daysOfMonth.has(date.getUTCDate()) &&
    daysOfWeek.has(date.getUTCDay() + 1);

  return (after) => {
    const start = Math.floor(after / 60_000) * 60_000 + 60_000;
    // a day that a calendar has comes round within eight years (29 February around 2100)
    for (let day = Math.floor(start / 86_400_000), i = 0; i < 8 * 366; day++, i++) {
      if (!isDay(new Date(day * 86_400_000))) continue;
      for (const atHour of hours) {
        for (const atMinute of minutes) {
          const time = day * 86_400_000 + atHour * 3_600_000 + atMinute * 60_000;
          if (time >= start) return time;
        }
      }
    }
    return undefined;
  };
}

interface FieldRange {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
  readonly base: number;
  readonly expression: string;
}

/** Values of one field in ascending order: `*`, `?`, `5`, `1-5`, `MON-FRI`, `0/15`, `10-20/2` and lists of them. */
function parseField(field: string, { from, to, names, base, expression }: FieldRange): ReadonlySet<number> {
  const values = new Set<number>();
  const value = (text: string) => {
    const named = names.indexOf(text.toUpperCase());
    const number = named >= 0 ? named + base : Number(text);
    if (!Number.isInteger(number) || number < from || number > to) {
      throw new Error(`schedule ${expression}: ${text} is not between ${from} and ${to}`);
    }
    return number;
  };
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const [first = '', last] = range.split('-');
    const any = range === '*' || range === '?';
    const low = any ? from : value(first);
    const high = any || (last === undefined && step !== undefined) ? to : last === undefined ? low : value(last);
    const by = step === undefined ? 1 : Number(step);
    if (!Number.isInteger(by) || by < 1) throw new Error(`schedule ${expression}: ${part} has no whole step`);
    for (let at = low; at <= high; at += by) values.add(at);
  }
  return new Set([...values].sort((left, right) => left - right));
}
