import { parseArgs } from 'node:util';
import { type Cost, estimateCost } from '../lib/config/cost.ts';
import { PRICES_AS_OF, PRICES_REGION } from '../lib/config/prices.ts';
import { readStage } from '../lib/config/read-stage.ts';

const USAGE = `Usage: npm run -s cost -- [--stage production] [--gb-per-day 1] [--viewers 2]

  --stage NAME       settings in lib/config/stages
  --gb-per-day N     events as they are sent, before compression
  --viewers N        people who watch the live tail all the time
`;

try {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string', default: 'production' },
      'gb-per-day': { type: 'string', default: '1' },
      viewers: { type: 'string', default: '2' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    const stage = await readStage(values.stage);
    const usage = {
      gbPerDay: number('--gb-per-day', values['gb-per-day']),
      viewers: number('--viewers', values.viewers),
    };
    process.stdout.write(
      `Stage ${stage.name}, ${usage.gbPerDay} GB a day, ${usage.viewers} viewers; list prices of ${PRICES_REGION}, ${PRICES_AS_OF}\n\n`,
    );
    process.stdout.write(toTable(estimateCost(stage, usage)));
  }
} catch (error) {
  process.stderr.write(`cost: ${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0) || value === Number.POSITIVE_INFINITY)
    throw new Error(`${name} takes a number from 0, not "${text}"`);
  return value;
}

function toTable({ lines, total, perGb, perSearchableGb, searchableDays }: Cost): string {
  const row = (service: string, what: string, dollars: number) =>
    `${service.padEnd(16)}${what.padEnd(52)}${`$${dollars.toFixed(2)}`.padStart(10)}\n`;
  return [
    ...lines.map(({ service, what, dollars }) => row(service, what, dollars)),
    `${'─'.repeat(78)}\n`,
    row('A month', '', total),
    row('One GB more', 'taken, indexed, archived and shown live', perGb),
    row('', 'kept searchable for a month, on a larger disk', perSearchableGb),
    Number.isFinite(searchableDays)
      ? `\nThe search nodes' disks hold ${Math.floor(searchableDays)} days at this rate.\n`
      : '',
  ].join('');
}
