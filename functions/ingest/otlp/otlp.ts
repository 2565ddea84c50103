import { Failure } from '../../core/errors.ts';
import { Reply } from '../../core/http.ts';
import { type Decoded, type Intake, json, type Refusal, type ShipperRequest } from '../intake.ts';
import { refuseTwins } from '../twins.ts';
import { ProtobufError } from '../wire/protobuf.ts';
import { readJson } from '../wire/read-json.ts';
import { readJsonRequest } from './read-json.ts';
import { readProtobufRequest } from './read-protobuf.ts';

const JSON_TYPE = 'application/json';
// to the letter: the Collector reads answers of exactly the type that it sent
const PROTOBUF_TYPE = 'application/x-protobuf';

/** google.rpc.Code for each refusal (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto). */
const CODES = { 400: 3, 401: 16, 403: 7, 405: 12, 413: 8, 415: 3, 429: 8, 503: 14 } as const satisfies Record<
  Refusal['status'],
  number
>;

/** OTLP/HTTP logs (https://opentelemetry.io/docs/specs/otlp/#otlphttp), JSON and protobuf. */
export const otlp: Intake = {
  protocol: 'otlp',
  path: /(?<!^\/api)\/v1\/logs$/,

  decode(content, request): Decoded {
    const isJson = isJsonRequest(content, request);
    const drafts =
      content.length === 0
        ? []
        : isJson
          ? readJsonRequest(parse(content), request.received)
          : readProtobuf(content, request.received);
    return {
      drafts,
      // a partial success left unset means that nothing was refused
      accepted: () =>
        isJson ? json(200, {}) : new Reply(200, { headers: { 'content-type': PROTOBUF_TYPE }, body: Buffer.alloc(0) }),
    };
  },

  refused({ status, message, headers }, request): Reply {
    const code = CODES[status];
    return isJsonRequest(request.body, request)
      ? json(status, { code, message }, headers)
      : new Reply(status, { headers: { ...headers, 'content-type': PROTOBUF_TYPE }, body: writeStatus(code, message) });
  },
};

/** By the type where it is one of the two, else by the first byte: `{` and `[` begin no request in protobuf. */
function isJsonRequest(content: Buffer, { mediaType }: ShipperRequest): boolean {
  if (mediaType === JSON_TYPE) return true;
  return content[0] === 0x7b || content[0] === 0x5b;
}

function parse(content: Buffer): unknown {
  let value: unknown;
  try {
    value = readJson(content.toString('utf8'));
  } catch (error) {
    throw new Failure('undecodable', `body is not JSON: ${(error as Error).message}`, { cause: error });
  }
  refuseTwins(value);
  return value;
}

function readProtobuf(content: Buffer, received: number) {
  try {
    return readProtobufRequest(content, received);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new Failure('undecodable', `body is no ExportLogsServiceRequest: ${error.message}`, { cause: error });
  }
}

/** google.rpc.Status: code 1, message 2. */
function writeStatus(code: number, message: string): Buffer {
  const text = Buffer.from(message.slice(0, 1000));
  const length = text.length < 0x80 ? [text.length] : [(text.length & 0x7f) | 0x80, text.length >> 7];
  return Buffer.concat([Buffer.from([0x08, code, 0x12, ...length]), text]);
}
