import { Failure, InvalidRequest } from './errors.ts';
import type { HttpRequest } from './http-request.ts';
import { parseJson } from './json.ts';

/** Of what is no event: those are taken by operations that decode their bodies themselves. */
const MAX_BODY_BYTES = 1_048_576;

/**
 * Gathers a request's members in one object: path, then query string, then the JSON or form body of a method that has one.
 * A name that comes twice from different places is an error, so that none hides the other.
 * @throws InvalidRequest, Failure `undecodable`, `payload_too_large`
 */
export function readInput(request: HttpRequest, parameters: Readonly<Record<string, string>>): Record<string, unknown> {
  const input: Record<string, unknown> = Object.create(null);
  const add = (name: string, value: unknown) => {
    if (name in input) throw new InvalidRequest([{ pointer: `#/${name}`, detail: 'is given more than once' }]);
    input[name] = value;
  };
  for (const [name, value] of Object.entries(parameters)) add(name, value);
  for (const name of new Set(request.query.keys())) {
    const values = request.query.getAll(name);
    add(name, values.length === 1 ? values[0] : values);
  }
  for (const [name, value] of Object.entries(readBody(request))) add(name, value);
  return { ...input };
}

function readBody({ method, headers, body }: HttpRequest): Record<string, unknown> {
  if (method === 'GET' || body.length === 0) return {};
  if (body.length > MAX_BODY_BYTES)
    throw new Failure('payload_too_large', `a body may have ${MAX_BODY_BYTES} bytes here, this one has ${body.length}`);
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded' && body[0] !== 0x7b) {
    return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  }
  const value = decodeJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidRequest([{ pointer: '#', detail: 'expected a JSON object' }]);
  }
  return value as Record<string, unknown>;
}

function decodeJson(body: Buffer): unknown {
  try {
    return parseJson(body.toString('utf8'));
  } catch (error) {
    throw new Failure('undecodable', `body is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
