import { Failure, InvalidRequest } from '../../core/errors.ts';
import { readJson, twinsOf } from '../wire/read-json.ts';

/**
 * The items of a batch: a JSON array, `{"logs": […]}`, or one JSON value a line.
 * A line that is no JSON comes as the error that says so, in its place.
 * @throws Failure `undecodable`, InvalidRequest
 */
export function readBatch(content: Buffer): readonly unknown[] {
  const text = content.toString('utf8').trim();
  if (text === '') throw new Failure('undecodable', 'body is empty; expected a JSON array, {"logs": […]} or NDJSON');
  const whole = attempt(() => readJson(text));
  if (whole instanceof Error) {
    if (!text.includes('\n'))
      throw new Failure('undecodable', `body is neither JSON nor NDJSON: ${whole.message}`, { cause: whole });
    const items = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(readLine);
    if (items.every((item) => item instanceof InvalidRequest)) {
      throw new Failure('undecodable', `body is neither JSON (${whole.message}) nor NDJSON`, { cause: whole });
    }
    return items;
  }
  if (Array.isArray(whole)) return whole;
  if (typeof whole === 'object' && whole !== null && 'logs' in whole) {
    if (twinsOf(whole)?.own)
      throw new InvalidRequest([{ pointer: '#', detail: `"${twinsOf(whole)?.name}" stands twice` }]);
    if (Array.isArray(whole.logs)) return whole.logs;
    throw new InvalidRequest([{ pointer: '#/logs', detail: 'expected an array' }]);
  }
  if (typeof whole === 'object' && whole !== null) return [whole];
  throw new InvalidRequest([{ pointer: '#', detail: 'expected a JSON array, {"logs": […]} or NDJSON' }]);
}

function readLine(line: string): unknown {
  const value = attempt(() => readJson(line));
  return value instanceof Error
    ? new InvalidRequest([{ pointer: '#', detail: `line is not JSON: ${value.message}` }])
    : value;
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}
