import { AwsError } from '../aws-server/aws-error.ts';

/**
 * Takes the payload out of an `aws-chunked` body. What follows the last chunk is put into `trailers`, names in lower case.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @throws AwsError `IncompleteBody` when the body ends early or is not so encoded
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new LineReader(body);
  for (;;) {
    const head = await reader.line();
    const size = /^[0-9a-fA-F]{1,8}$/.test(head.split(';')[0] ?? '') ? Number.parseInt(head, 16) : undefined;
    if (size === undefined) throw incomplete(`'${head.slice(0, 40)}' is no chunk header`);
    if (size === 0) break;
    yield* reader.bytes(size);
    if ((await reader.line()) !== '') throw incomplete('a chunk is longer than its header says');
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    trailers.set(name.toLowerCase(), value.trim());
  }
}

const incomplete = (why: string) => new AwsError('IncompleteBody', `The request body is not aws-chunked: ${why}`);

const MAX_LINE_BYTES = 8192;

class LineReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffered: Buffer = Buffer.alloc(0);

  constructor(body: AsyncIterable<Buffer>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** The next line without its end; the empty line at the end of a body may be missing. */
  async line(): Promise<string> {
    let end = this.#buffered.indexOf('\r\n');
    while (end < 0) {
      if (this.#buffered.length > MAX_LINE_BYTES) throw incomplete('a line is too long');
      const more = await this.#more();
      if (!more) {
        if (this.#buffered.length > 0) throw incomplete('it ends in the middle of a line');
        return '';
      }
      end = this.#buffered.indexOf('\r\n');
    }
    const line = this.#buffered.toString('latin1', 0, end);
    this.#buffered = this.#buffered.subarray(end + 2);
    return line;
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#buffered.length === 0 && !(await this.#more())) throw incomplete('it ends in the middle of a chunk');
      const part = this.#buffered.subarray(0, left);
      this.#buffered = this.#buffered.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    this.#buffered = this.#buffered.length === 0 ? value : Buffer.concat([this.#buffered, value]);
    return true;
  }
}
