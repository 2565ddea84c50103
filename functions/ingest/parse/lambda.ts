import { parseSeverity } from '../../core/severity.ts';
import { type Draft, readTime } from '../draft.ts';
import type { Gathered } from '../put-attribute.ts';

const TEXT = /^(\d{4}-\d\d-\d\dT\S{1,24})\t([0-9a-f-]{36}|undefined)\t([A-Z]+)\t/;
const PLATFORM = /^(START|END|REPORT) RequestId: ([0-9a-f-]{36})(?=\s|$)/;
const VERSION = /\sVersion: (\S+)/;
const FIGURE =
  /(?:^|\t)(Duration|Billed Duration|Memory Size|Max Memory Used|Init Duration|Restore Duration): ([\d.]+) (?:ms|MB)/g;
const FIGURES: Readonly<Record<string, string>> = {
  Duration: 'aws.lambda.duration_ms',
  'Billed Duration': 'aws.lambda.billed_duration_ms',
  'Memory Size': 'aws.lambda.memory_size_mb',
  'Max Memory Used': 'aws.lambda.max_memory_used_mb',
  'Init Duration': 'aws.lambda.init_duration_ms',
  'Restore Duration': 'aws.lambda.restore_duration_ms',
};

/** Reads what Lambda writes of its own (START, END, REPORT), and the lines of its Node runtime: time, request, level and text by tabs. */
export function parseLambda(line: string): Draft | undefined {
  const text = TEXT.exec(line);
  if (text !== null) {
    const [head, date, request = '', level = ''] = text;
    const time = readTime(date);
    const severityNumber = parseSeverity(level);
    if (time === undefined || severityNumber === undefined) return undefined;
    return {
      time,
      severityNumber,
      severityText: level,
      body: line.slice(head.length),
      attributes: request === 'undefined' ? {} : { 'faas.invocation_id': request },
      resource: {},
      original: line,
    };
  }
  const [, kind, request = ''] = PLATFORM.exec(line) ?? [];
  if (kind === undefined) return undefined;
  const attributes: Gathered = { 'aws.lambda.record': kind, 'faas.invocation_id': request };
  const version = VERSION.exec(line)?.[1];
  if (version !== undefined) attributes['faas.version'] = version;
  for (const [, name = '', value] of line.matchAll(FIGURE)) attributes[FIGURES[name] ?? name] = Number(value);
  const failed = /\bStatus: (?:timeout|error)\b/.test(line);
  return {
    ...(failed ? { severityNumber: 17, severityText: 'ERROR' } : { severityNumber: 9, severityText: 'INFO' }),
    body: line,
    attributes,
    resource: {},
    original: line,
  };
}
