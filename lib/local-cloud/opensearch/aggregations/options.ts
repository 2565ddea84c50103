import { failedField, illegalArgument, parsingError, unknownField } from '../errors.ts';
import { isObject } from '../json.ts';

/** The body of an aggregation, every member of which must be known. @throws x_content_parse_exception naming the member and where it stands */
export function options(body: unknown, path: string, known: readonly string[]): Record<string, unknown> {
  if (!isObject(body)) throw parsingError(`expected an object at [${path}]`);
  const other = Object.keys(body).find((key) => !known.includes(key));
  if (other !== undefined) throw unknownField(path.split('.').at(-1) ?? '', other, path);
  return body;
}

export function requireField({ field }: Record<string, unknown>, path: string): string {
  if (typeof field !== 'string')
    throw illegalArgument(`Required one of fields [field, script], but none were specified. (at [${path}])`);
  return field;
}

export function wholeNumber(value: unknown, minimum: number, path: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < minimum) {
    const [parser = '', name = ''] = path.split('.').slice(-2);
    throw failedField(
      parser,
      name,
      `[${name}] must be a whole number of at least ${minimum}. Found [${String(value)}] at [${path}]`,
    );
  }
  return number;
}
