import { type ContentFormat, cutWindow } from './format.ts';

/** A part of the content. */
export type Batch =
  | {
      readonly kind: 'events';
      readonly format: ContentFormat;
      /** Place of the part in the unpacked content, and where the next one begins. */
      readonly offset: number;
      readonly next: number;
      readonly content: Buffer;
    }
  /** An event that is too large was left out. */
  | { readonly kind: 'too_large'; readonly offset: number; readonly next: number };

/** Asked for the beginning of the content, where the format is not known yet. */
export type Detect = (head: Buffer) => ContentFormat;

/**
 * Cuts content into parts of whole events. Where it cuts depends on the content and the place that it begins at alone, so that who goes on
 * at `next` of a part gets the same parts, and events the same ids.
 * @param from place of the first byte of `chunks`
 * @param bytes of a part, at most: an event must fit
 */
export async function* toBatches(
  chunks: AsyncIterable<Buffer>,
  from: number,
  known: ContentFormat | undefined,
  detect: Detect,
  bytes: number,
): AsyncGenerator<Batch> {
  const source = chunks[Symbol.asyncIterator]();
  let waiting: Buffer = Buffer.alloc(0);
  let ended = false;
  let offset = from;
  let format = known;
  const fill = async (wanted: number) => {
    const parts = [waiting];
    for (let length = waiting.length; length < wanted && !ended; ) {
      const step = await source.next();
      if (step.done === true) ended = true;
      else {
        parts.push(step.value);
        length += step.value.length;
      }
    }
    if (parts.length > 1) waiting = Buffer.concat(parts);
  };
  const skip = (count: number) => {
    waiting = waiting.subarray(count);
    offset += count;
  };
  try {
    for (;;) {
      await fill(bytes + 1);
      if (waiting.length === 0) return;
      if (offset === 0 && waiting[0] === 0xef && waiting[1] === 0xbb && waiting[2] === 0xbf) skip(3);
      format ??= detect(waiting.subarray(0, bytes));
      const isLast = ended && waiting.length <= bytes;
      const window = waiting.subarray(0, bytes);
      const cut = isLast && (format === 'text' || format === 'csv') ? whole(window) : cutWindow(window, format);
      if (cut !== undefined && cut.next > 0) {
        const { start, end, next } = cut;
        if (end > start)
          yield {
            kind: 'events',
            format,
            offset: offset + start,
            next: offset + next,
            content: window.subarray(start, end),
          };
        skip(next);
      } else if (format !== 'text') {
        // a bracket or quote that is never closed costs the structure, not the lines
        format = 'text';
      } else {
        const begin = offset;
        await skipLine();
        yield { kind: 'too_large', offset: begin, next: offset };
      }
    }
  } finally {
    await source.return?.(undefined);
  }

  async function skipLine(): Promise<void> {
    for (;;) {
      const newline = waiting.indexOf(10);
      if (newline >= 0) return skip(newline + 1);
      skip(waiting.length);
      if (ended) return;
      await fill(1);
    }
  }
}

const whole = (window: Buffer) => ({ start: 0, end: window.length, next: window.length });
