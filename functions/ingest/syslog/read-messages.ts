import type { Draft } from '../draft.ts';
import { parseLine } from '../parse/parse-line.ts';
import { parseSyslog3164, parseSyslog5424 } from '../parse/syslog.ts';

/** Reads syslog messages of a body, of either RFC: octet-counted, or ended by newlines or NULs. */
export const readMessages = (content: Buffer, received: number): Draft[] =>
  splitFrames(content).map((message) => parseLine(message, received));

/** Reads the frames of a Heroku drain (`application/logplex-1`): RFC 5424 without structured data. */
export const readLogplex = (content: Buffer, received: number): Draft[] =>
  splitFrames(content).map(
    (message) => parseSyslog5424(message, true) ?? parseSyslog3164(message, received) ?? parseLine(message, received),
  );

const COUNT = /^\s*(\d{1,7}) /;

/** Frames of RFC 6587: `123 <13>1 …` by their count of bytes where there is one, else by newline or NUL. */
function splitFrames(content: Buffer): string[] {
  const frames: string[] = [];
  let at = 0;
  while (at < content.length) {
    const [head, digits] = COUNT.exec(content.toString('latin1', at, at + 16)) ?? [];
    const start = at + (head?.length ?? 0);
    const end = start + Number(digits);
    // only before a priority is a number a count, and only if so many bytes are there
    if (head === undefined || content[start] !== 0x3c || end > content.length) break;
    frames.push(trimEnd(content.toString('utf8', start, end)));
    at = end;
  }
  for (const line of content.toString('utf8', at).split(/[\n\0]/)) frames.push(trimEnd(line));
  return frames.filter((frame) => frame.trim() !== '');
}

/** Senders that count still end their messages with a newline. */
const trimEnd = (text: string): string => text.replace(/[\r\n\0]{1,4}$/, '');
