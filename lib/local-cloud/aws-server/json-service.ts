import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import type { z } from 'zod';
import type { Emulator } from '../emulator.ts';
import { AwsError } from './aws-error.ts';
import type { Caller, Gatekeeper, Need, Refusal } from './gatekeeper.ts';
import { type HttpAnswer, type HttpRequest, readBody, serveHttp } from './http-server.ts';
import { invalidInput } from './invalid-input.ts';

/** What an operation may know of its call besides its input. */
export interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
}

/** One operation: the shape of its input, the rights it needs, what it does. */
export interface Operation {
  readonly input: z.ZodType;
  readonly needs: (input: never) => readonly Need[];
  readonly run: (input: never, call: Call) => object | Promise<object>;
}

/** Ties the three together by the input's type. */
export function operation<Schema extends z.ZodType>(
  input: Schema,
  needs: (input: z.output<Schema>) => readonly Need[],
  run: (input: z.output<Schema>, call: Call) => object | Promise<object>,
): Operation {
  return { input, needs, run };
}

/** A service that speaks AWS JSON 1.0 or 1.1: `POST /` with the operation in `X-Amz-Target`. */
export interface JsonService {
  /** For example `DynamoDB_20120810`. */
  readonly targetPrefix: string;
  readonly version: '1.0' | '1.1';
  /** What stands before `#` in `__type`, for services that have it there. */
  readonly errorNamespace?: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly gatekeeper: Gatekeeper;
  /** Largest request body, in bytes. */
  readonly bodyLimit: number;
  /** Test hooks: `METHOD /_local/<name>` → answer. */
  readonly hooks?: Readonly<Record<string, (body: unknown) => object>>;
  readonly beforeClose?: () => void;
  readonly afterClose: () => void | Promise<void>;
}

/** Starts a server for `service`. Errors have AWS's shape; whatever it does not know is an error that names it. */
export function serveJson(service: JsonService): Promise<Emulator> {
  return serveHttp((request) => answer(service, request), service);
}

async function answer(service: JsonService, request: HttpRequest): Promise<HttpAnswer> {
  const requestId = randomUUID();
  try {
    const body = await readBody(request.stream, service.bodyLimit);
    if (body === undefined) {
      throw new AwsError('RequestEntityTooLargeException', `the body has more than ${service.bodyLimit} bytes`, 413);
    }
    const result = await (hook(service, request, body) ?? perform(service, request, body));
    return reply(service, requestId, 200, result);
  } catch (error) {
    if (!(error instanceof AwsError)) {
      console.error(`${service.targetPrefix} failed on ${request.headers['x-amz-target']}`, error);
      return reply(service, requestId, 500, {
        __type: 'InternalServerError',
        message: 'internal error of the emulator',
      });
    }
    const type = service.errorNamespace === undefined ? error.code : `${service.errorNamespace}#${error.code}`;
    return reply(service, requestId, error.status, {
      __type: type,
      message: error.message,
      ...error.members,
    });
  }
}

function reply(service: JsonService, requestId: string, status: number, result: object): HttpAnswer {
  const body = Buffer.from(JSON.stringify(result));
  return {
    status,
    headers: {
      'content-type': `application/x-amz-json-${service.version}`,
      'x-amzn-requestid': requestId,
      'x-amz-crc32': String(crc32(body)),
    },
    body,
  };
}

function hook(service: JsonService, { method, target }: HttpRequest, body: Buffer): object | undefined {
  if (!target.startsWith('/_local/')) return undefined;
  const name = `${method} ${target}`;
  const run = service.hooks?.[name];
  if (run === undefined) throw new AwsError('UnknownOperationException', `there is no ${name}`, 404);
  return run(body.length === 0 ? undefined : parseJson(body));
}

const REFUSALS: Readonly<Record<Refusal['reason'], string>> = {
  missing: 'MissingAuthenticationTokenException',
  malformed: 'IncompleteSignatureException',
  'unknown-caller': 'UnrecognizedClientException',
  mismatch: 'InvalidSignatureException',
  expired: 'InvalidSignatureException',
};

async function perform(service: JsonService, request: HttpRequest, body: Buffer): Promise<object> {
  const { headers, method, target } = request;
  const caller = service.gatekeeper.identify({
    method,
    url: target,
    headers,
    body,
  });
  if ('reason' in caller) throw new AwsError(REFUSALS[caller.reason], caller.message);
  const name = headers['x-amz-target'];
  const [prefix, operationName = ''] = typeof name === 'string' ? name.split('.') : [];
  const wanted = Object.hasOwn(service.operations, operationName) ? service.operations[operationName] : undefined;
  if (prefix !== service.targetPrefix || wanted === undefined) {
    throw new AwsError('UnknownOperationException', `operation ${name ?? '(none)'} is not known here`);
  }
  const parsed = wanted.input.safeParse(parseJson(body), { reportInput: true });
  if (!parsed.success) throw invalidInput(parsed.error.issues);
  const input = parsed.data as never;
  const denied = service.gatekeeper.denial(caller, wanted.needs(input));
  if (denied !== undefined) throw new AwsError('AccessDeniedException', denied);
  return wanted.run(input, { headers, caller });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AwsError('SerializationException', `the body is not JSON: ${(cause as Error).message}`);
  }
}
