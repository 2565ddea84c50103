import type { Draft } from '../draft.ts';
import { readMonthDay } from './times.ts';

const LINE = /^([IWEF])(\d{4}) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)\s+(\d+) ([^\s:\]]+):(\d+)\] /;
const LEVELS: Readonly<Record<string, number>> = { I: 9, W: 13, E: 17, F: 21 };

/** Reads a line of klog or glog (`I1121 10:00:00.000000       1 server.go:42] started`). @param received Unix milliseconds, for the year */
export function parseKlog(line: string, received: number): Draft | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [head, level = '', date = '', clock = '', thread, file = '', lineNumber] = match;
  const time = readMonthDay(date, clock, received);
  if (time === undefined) return undefined;
  return {
    time,
    severityNumber: LEVELS[level] ?? 0,
    severityText: level,
    body: line.slice(head.length),
    attributes: { 'thread.id': Number(thread), 'code.file.path': file, 'code.line.number': Number(lineNumber) },
    resource: {},
    original: line,
  };
}
