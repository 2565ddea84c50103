import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../lib/local-cloud/aws-server/aws-error.ts';
import { decodeAwsChunked } from '../../lib/local-cloud/s3/aws-chunked.ts';
import { childText, readXml, writeXml } from '../../lib/local-cloud/s3/xml.ts';

async function* cut(whole: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < whole.length; start += size) yield whole.subarray(start, start + size);
}

async function decode(body: AsyncIterable<Buffer>) {
  const trailers = new Map<string, string>();
  const parts: Buffer[] = [];
  for await (const part of decodeAwsChunked(body, trailers)) parts.push(part);
  return { payload: Buffer.concat(parts), trailers };
}

describe('aws-chunked bodies', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 10 });

  it('give back their payload and trailers, however the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 700 }), async (parts, size) => {
        const framed = parts.flatMap((part) => [
          Buffer.from(`${part.length.toString(16)}\r\n`),
          Buffer.from(part),
          Buffer.from('\r\n'),
        ]);
        const whole = Buffer.concat([...framed, Buffer.from('0\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n')]);
        const { payload, trailers } = await decode(cut(whole, size));
        expect(payload.equals(Buffer.concat(parts))).toBe(true);
        expect(trailers.get('x-amz-checksum-crc32')).toBe('AAAAAA==');
      }),
    );
  });

  it('that are broken are refused, not taken in part', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(200), async (parts, lost) => {
        const framed = parts.flatMap((part) => [
          Buffer.from(`${part.length.toString(16)}\r\n`),
          Buffer.from(part),
          Buffer.from('\r\n'),
        ]);
        const whole = Buffer.concat([...framed, Buffer.from('0\r\n\r\n')]);
        const body = whole.subarray(0, Math.max(whole.length - 5 - lost, 0));
        if (body.length === 0) return;
        await expect(decode(cut(body, 64))).rejects.toBeInstanceOf(AwsError);
      }),
    );
  });
});

describe('xml', () => {
  it('gives back any text that can stand in a key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const node = readXml(writeXml('Delete', [['Object', [['Key', text]]]]));
        expect(childText(node?.children[0] ?? { name: '', text: '', children: [] }, 'Key')).toBe(text);
      }),
    );
  });

  it('of any text is read or not, at once', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom('<', '>', '/', '<a>', '</a>', '<a ', '&lt;', '&', 'x', ' ', '?>', '<?'))
          .map((parts) => parts.join('')),
        (text) => {
          expect(() => readXml(text)).not.toThrow();
        },
      ),
    );
  });
});
