import { readCri } from './container.ts';

/** A frame or a further cause of a stack trace, as Java, JavaScript, .NET and Python write them. */
const FRAME = /^\s+(?:at |File "|\.\.\. \d+ )|^(?:\s*Caused by: |\s*Suppressed: )/;
/** An event of more characters takes no further lines. */
const MAX_JOINED = 262_144;
/** The line before the first frame in Java: the exception and what it says. */
const EXCEPTION = /^[A-Za-z_][\w.$]{0,200}(?:Exception|Error|Throwable)(?:: |$)/;
const TRACEBACK = 'Traceback (most recent call last):';
/** The line that ends a traceback of Python: the exception and what it says. */
const PYTHON_END = /^[A-Za-z_][\w.]{0,200}(?:: |$)/;

/**
 * Joins what belongs to one event: stack traces to the line they follow, and the parts that a container runtime cut a long line into. Only what
 * cannot be a line of its own is joined; other indented lines stay.
 */
export function joinLines(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let inTrace = false;
  let inTraceback = false;
  let partialOf: string | undefined;
  for (const line of lines) {
    const last = joined.length - 1;
    const cri = readCri(line);
    if (cri !== undefined) {
      if (partialOf === cri.stream) joined[last] += `\n${line}`;
      else joined.push(line);
      partialOf = cri.partial ? cri.stream : undefined;
      inTrace = inTraceback = false;
      continue;
    }
    partialOf = undefined;
    const indented = /^\s/.test(line);
    const opens = line === TRACEBACK;
    if (last >= 0 && (joined[last] ?? '').length < MAX_JOINED && (opens || FRAME.test(line) || (inTrace && indented))) {
      // the exception that frames follow belongs to the line that was logged with it
      if (!inTrace && !opens && last > 0 && EXCEPTION.test(joined[last] ?? '')) joined[last - 1] += `\n${joined.pop()}`;
      joined[joined.length - 1] += `\n${line}`;
      inTrace = true;
      inTraceback ||= opens;
    } else if (inTraceback && PYTHON_END.test(line)) {
      joined[last] += `\n${line}`;
      inTrace = inTraceback = false;
    } else {
      joined.push(line);
      inTrace = inTraceback = opens;
    }
  }
  return joined;
}
