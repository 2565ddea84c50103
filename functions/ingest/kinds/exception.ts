import type { Attributes, AttributeValue } from '../../core/log-record.ts';
import type { Draft } from '../draft.ts';
import type { Additions } from './process.ts';

/** Where loggers put the error that they were given. */
const HOLDERS = ['exception', 'error', 'err'];
/** What names of exceptions end with, where one stands before its message or at the end of its line. */
const NAME_END = /(?:Exception|Error|Throwable|Interrupt)(?=: |\r?$)/;
const NAME = /[\w$.]/;
const MAX_NAME = 256;
const HEAD_LINES = 20;
const FRAME = /\n\s+(?:at |File ")/;

/**
 * Names type, message and stack of an exception as OpenTelemetry does (semantic conventions, "Exceptions on logs"), from an error among the
 * attributes or a stack trace in the message. @returns whether there is one
 */
export function addException({ attributes, body }: Draft, additions: Additions): boolean {
  if (Object.hasOwn(attributes, 'exception.type') || Object.hasOwn(attributes, 'exception.stacktrace')) return true;
  for (const name of HOLDERS) {
    const error = attributes[name];
    if (typeof error === 'object' && error !== null && !Array.isArray(error)) {
      const {
        type,
        name: className,
        class: javaClass,
        message,
        msg,
        stack,
        stacktrace,
        stack_trace,
      } = error as Attributes;
      const found = put(additions, type ?? className ?? javaClass, message ?? msg, stack ?? stacktrace ?? stack_trace);
      if (found) return true;
    }
  }
  const stack = [attributes.stack, attributes.stack_trace, attributes.stacktrace].find(
    (value) => typeof value === 'string',
  );
  const trace = typeof stack === 'string' ? stack : typeof body === 'string' && FRAME.test(body) ? body : undefined;
  if (trace === undefined) return false;
  const { type, message } = readHead(trace);
  return put(additions, type, message, trace === body ? undefined : trace);
}

/** Finds `java.lang.IllegalStateException: no` or `TypeError: …` in the first lines, at the front or behind a logger's prefix. */
function readHead(trace: string): { readonly type?: string; readonly message?: string } {
  for (const line of trace.slice(0, 16_384).split('\n', HEAD_LINES)) {
    const match = NAME_END.exec(line);
    if (match === null) continue;
    const end = match.index + match[0].length;
    let start = match.index;
    while (start > 0 && end - start < MAX_NAME && NAME.test(line[start - 1] ?? '')) start--;
    return { type: line.slice(start, end), message: line.slice(end + 2).trimEnd() };
  }
  return {};
}

function put(
  { attributes }: Additions,
  type: AttributeValue | undefined,
  message: AttributeValue | undefined,
  stack: AttributeValue | undefined,
): boolean {
  const parts = { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack };
  let found = false;
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value !== 'string' || value === '') continue;
    attributes[name] = value;
    found = true;
  }
  return found;
}
