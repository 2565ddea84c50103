import { createContext, Script } from 'node:vm';
import type { HeaderList } from '../message.ts';

/** A header, cookie or query parameter as CloudFront Functions see it. */
interface Field {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

type Fields = Readonly<Record<string, Field>>;

/** The request of a CloudFront Functions event. */
export interface ViewerRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Fields;
  readonly headers: Fields;
  readonly cookies: Fields;
}

/** The response of a CloudFront Functions event; as the answer of a viewer-request function it ends the request. */
export interface ViewerResponse {
  readonly statusCode: number;
  readonly statusDescription?: string;
  readonly headers?: Fields;
  readonly cookies?: Fields;
  readonly body?: string | { readonly encoding: 'text' | 'base64'; readonly data: string };
}

export interface ViewerEvent {
  readonly version: '1.0';
  readonly context: {
    readonly distributionDomainName: string;
    readonly distributionId: string;
    readonly eventType: 'viewer-request' | 'viewer-response';
    readonly requestId: string;
  };
  readonly viewer: { readonly ip: string };
  readonly request: ViewerRequest;
  readonly response?: ViewerResponse;
}

/** Largest function code, bytes (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html). */
export const FUNCTION_BYTES = 10_240;

/** CloudFront stops a function after about a millisecond of compute; this only stops loops, on however busy a machine. */
const RUN_MILLIS = 2_000;
const LOOP = /\b(?:for|while|do)\b/;

/**
 * A CloudFront function (cloudfront-js-2.0) in a context of its own: the language, `console` and base64, no network, no timers, no code from text
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html).
 */
export class ViewerFunction {
  readonly #run: Script;
  readonly #context: Record<string, unknown>;
  readonly #options: { readonly timeout?: number };

  /** @throws SyntaxError where the code is none */
  constructor(name: string, code: string, log: (line: string) => void) {
    const print = (...values: unknown[]) => log(`${name}: ${values.map(String).join(' ')}`);
    this.#context = createContext(
      { console: { log: print, error: print }, atob, btoa },
      { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' },
    );
    new Script(code, { filename: name }).runInContext(this.#context, { timeout: RUN_MILLIS });
    // a time limit takes a thread for each call, ten times what a call takes otherwise; code without a loop ends by itself
    this.#options = LOOP.test(code) ? { timeout: RUN_MILLIS } : {};
    this.#run = new Script(
      `__answer = undefined; __thrown = undefined;
       (async () => handler(JSON.parse(__event)))().then(
         (answer) => { __answer = JSON.stringify(answer); },
         (error) => { __thrown = String(error && error.stack || error); },
       );`,
      { filename: `${name}.invoke` },
    );
  }

  /** What the handler returns: a request to go on with, or a response. @throws Error when it throws, hangs or returns neither */
  run(event: ViewerEvent): ViewerRequest | ViewerResponse {
    this.#context.__event = JSON.stringify(event);
    this.#run.runInContext(this.#context, this.#options);
    const { __answer: answer, __thrown: thrown } = this.#context;
    if (thrown !== undefined) throw new Error(String(thrown));
    const value: unknown = typeof answer === 'string' ? JSON.parse(answer) : undefined;
    if (typeof value !== 'object' || value === null || !('statusCode' in value || 'uri' in value)) {
      throw new Error(`the function returned ${String(answer)}, expected a request or a response`);
    }
    return value as ViewerRequest | ViewerResponse;
  }
}

/** Headers as fields by lower-case name, cookies apart. */
export function toFields(headers: HeaderList): { readonly headers: Fields; readonly cookies: Fields } {
  const pairs = headers.filter(([name]) => name.toLowerCase() !== 'cookie');
  const cookies = headers
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(/;\s*/))
    .filter((cookie) => cookie !== '')
    .map((cookie) => splitPair(cookie));
  return { headers: collect(pairs.map(([name, value]) => [name.toLowerCase(), value])), cookies: collect(cookies) };
}

/** A query as fields; values stay percent-encoded, as CloudFront hands them over. */
export function toQueryFields(query: string): Fields {
  return collect(
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map(splitPair),
  );
}

export function fromQueryFields(fields: Fields): string {
  return pairsOf(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export function fromFields({
  headers = {},
  cookies = {},
}: {
  readonly headers?: Fields;
  readonly cookies?: Fields;
}): HeaderList {
  const cookie = pairsOf(cookies).map(([name, value]) => `${name}=${value}`);
  return [...pairsOf(headers), ...(cookie.length > 0 ? [['cookie', cookie.join('; ')] as const] : [])];
}

function collect(pairs: readonly (readonly [string, string])[]): Fields {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(
    [...values].map(([name, all]) => [
      name,
      { value: all[0] ?? '', ...(all.length > 1 ? { multiValue: all.map((value) => ({ value })) } : {}) },
    ]),
  );
}

function pairsOf(fields: Fields): readonly (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([name, { value, multiValue }]) =>
    (multiValue ?? [{ value }]).map((each) => [name, each.value] as const),
  );
}

function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
