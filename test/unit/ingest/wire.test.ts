import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHttpRequest } from '../../../functions/core/http-request.ts';
import { readContent } from '../../../functions/ingest/content.ts';
import { foldDeepJson } from '../../../functions/ingest/fold-deep-json.ts';
import { MsgpackTime, readMsgpack } from '../../../functions/ingest/wire/msgpack.ts';
import { ProtobufReader } from '../../../functions/ingest/wire/protobuf.ts';
import { readJson, twinsOf } from '../../../functions/ingest/wire/read-json.ts';
import { inflateSnappy } from '../../../functions/ingest/wire/snappy.ts';
import { splitJson } from '../../../functions/ingest/wire/split-json.ts';
import { int64, snappyLiteral } from '../../support/protobuf.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('snappy', () => {
  // written by Google's own library: "Wikipedia is a free, web-based, collaborative, multilingual encyclopedia project."
  const wikipedia = hex(
    'ca02f042 57696b697065646961206973206120667265652c207765622d62617365642c20636f6c6c61626f7261746976652c206d756c74696c696e6775616c20656e6379636c6f',
  );

  it('reads literals, and copies of one, two and four bytes of offset', () => {
    expect(inflateSnappy(snappyLiteral(Buffer.from('hello')), 100).toString()).toBe('hello');
    // "ab" and a copy of 6 from 2 back, overlapping
    expect(inflateSnappy(hex('08 04 6162 09 02'), 100).toString()).toBe('abababab');
    expect(inflateSnappy(hex('08 04 6162 16 0200'), 100).toString()).toBe('abababab');
    expect(inflateSnappy(hex('08 04 6162 17 02000000'), 100).toString()).toBe('abababab');
    const long = Buffer.alloc(70_000, 'abc');
    const literal = Buffer.concat([hex('f0a204 f8'), Buffer.from([0x6f, 0x11, 0x01]), long]);
    expect(inflateSnappy(literal, 100_000).equals(long)).toBe(true);
  });

  it('reads frames, compressed and not', () => {
    const chunk = (type: number, content: Buffer) => {
      const head = Buffer.from([type, 0, 0, 0, 1, 2, 3, 4]);
      head.writeUIntLE(content.length + 4, 1, 3);
      return Buffer.concat([head, content]);
    };
    const framed = Buffer.concat([
      hex('ff060000 734e61507059'),
      chunk(0, snappyLiteral(Buffer.from('hello '))),
      hex('fe020000 0000'),
      chunk(1, Buffer.from('world')),
    ]);
    expect(inflateSnappy(framed, 100).toString()).toBe('hello world');
  });

  it.each([
    ['a copy from before the start', '08 04 6162 09 03'],
    ['a literal past the end', '08 1c 61'],
    ['less than was promised', '09 04 6162 09 02'],
    ['a length that cannot be', 'ffffffffff'],
    ['nothing', ''],
  ])('refuses %s', (_name, bytes) => {
    expect(() => inflateSnappy(hex(bytes), 100)).toThrow();
  });

  it('refuses what grows beyond the limit before taking memory for it', () => {
    expect(() => inflateSnappy(Buffer.concat([hex('8080808004'), wikipedia]), 1_000)).toThrow(RangeError);
  });
});

describe('protobuf', () => {
  it.each([0n, 1n, 127n, 128n, 2n ** 31n, 2n ** 32n, 2n ** 53n, -1n, -(2n ** 63n), 2n ** 63n - 1n])(
    'reads %s as a 64-bit integer',
    (value) => {
      const reader = new ProtobufReader(int64(1, value));
      expect(reader.next()).toBe(true);
      expect(BigInt(reader.int64())).toBe(value);
      expect(reader.next()).toBe(false);
    },
  );

  it('passes over fields that it does not know, and refuses those that end early', () => {
    const reader = new ProtobufReader(hex('08 9601  11 0102030405060708  1a 02 6162  25 01020304  28 07'));
    const seen: number[] = [];
    while (reader.next()) {
      seen.push(reader.field);
      if (reader.field === 5) expect(reader.uint32()).toBe(7);
      else reader.skip();
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    for (const bytes of ['08', '0896', '1101', '1a0561', '0b', '00', '0fff']) {
      expect(() => {
        const broken = new ProtobufReader(hex(bytes));
        while (broken.next()) broken.skip();
      }, bytes).toThrow();
    }
  });
});

describe('MessagePack', () => {
  it.each<[string, unknown]>([
    ['7f', 127],
    ['e0', -32],
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['cc ff', 255],
    ['cd 0100', 256],
    ['ce 80000000', 2 ** 31],
    ['cf 0020000000000001', 2n ** 53n + 1n],
    ['d0 80', -128],
    ['d1 8000', -(2 ** 15)],
    ['d2 80000000', -(2 ** 31)],
    ['d3 8000000000000000', -(2n ** 63n)],
    ['ca 3fc00000', 1.5],
    ['cb 3ff8000000000000', 1.5],
    ['cb 7ff8000000000000', 'NaN'],
    ['a3 616263', 'abc'],
    ['d9 03 616263', 'abc'],
    ['c4 03 616263', 'abc'],
    ['92 01 a161', [1, 'a']],
    ['dc 0001 01', [1]],
    ['81 a161 01', { a: 1 }],
    ['de 0001 a161 01', { a: 1 }],
    ['81 01 02', { 1: 2 }],
    ['d7 00 6921 6850 00000007', new MsgpackTime(0x69216850n, 7)],
    ['d6 ff 69216850', new MsgpackTime(0x69216850n, 0)],
    ['d7 ff 0000001c 69216850', new MsgpackTime(0x69216850n, 7)],
    ['c7 0c ff 00000007 0000000069216850', new MsgpackTime(0x69216850n, 7)],
    ['d4 05 61', 'YQ=='],
  ])('reads %s', (bytes, value) => {
    expect(readMsgpack(hex(bytes))).toEqual([value]);
  });

  it('refuses what ends early, promises too much or goes too deep', () => {
    for (const bytes of ['92 01', 'dd ffffffff', 'df ffffffff', 'db ffffffff', 'c1', 'c6 ffffffff 00'])
      expect(() => readMsgpack(hex(bytes)), bytes).toThrow();
    expect(() => readMsgpack(Buffer.alloc(100_000, 0x91))).toThrow('nested');
  });
});

describe('JSON values back to back', () => {
  const texts = (text: string) => splitJson(text).map((piece) => (piece.closed ? piece.text : `?${piece.text}`));

  it('are told apart with or without anything between them, whatever their strings hold', () => {
    expect(texts('{"a":"}{"}{"b":"\\"}"}\n[1,{"c":2}] ,{"d":1}\0')).toEqual([
      '{"a":"}{"}',
      '{"b":"\\"}"}',
      '[1,{"c":2}]',
      '{"d":1}',
    ]);
  });

  it('cost no neighbour when one of them is never closed', () => {
    expect(texts('{"a":1}\n{"b":\n{"c":1}\nplain\n{"d":1}')).toEqual([
      '{"a":1}',
      '?{"b":',
      '{"c":1}',
      '?plain',
      '{"d":1}',
    ]);
  });

  it('are split in time that grows with their length alone', () => {
    // quadratic work would run into the test's own time-out
    expect(splitJson('{\n'.repeat(500_000))).toHaveLength(500_000);
    expect(splitJson('{"'.repeat(500_000))).toHaveLength(1);
  });
});

describe('JSON nested too deep', () => {
  it('becomes text from the 64th level on, and its neighbours stay', () => {
    const deep = `${'['.repeat(100_000)}"]\\""${']'.repeat(100_000)}`;
    const folded = JSON.parse(foldDeepJson(Buffer.from(`{"a":${deep},"b":[1,{"c":"["}]}`)).toString());
    expect(folded.b).toEqual([1, { c: '[' }]);
    let inner: unknown = folded.a;
    let levels = 1;
    for (; Array.isArray(inner); levels++) inner = inner[0];
    expect(levels).toBe(64);
    expect(inner).toBe(deep.slice(63, -63));
  });
});

describe('content encodings', () => {
  const request = (body: Buffer, encoding?: string) =>
    toHttpRequest({
      rawPath: '/',
      rawQueryString: '',
      headers: encoding === undefined ? {} : { 'content-encoding': encoding },
      requestContext: { http: { method: 'POST', sourceIp: '' } },
      body: body.toString('base64'),
      isBase64Encoded: true,
    } as never);
  const read = (body: Buffer, encoding?: string) => readContent(request(body, encoding)).then(String);
  const plain = Buffer.from('{"message":"hällo"}');

  it.each<[string, Buffer]>([
    ['gzip', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['snappy', snappyLiteral(plain)],
    ['br', brotliCompressSync(plain)],
    ['identity', plain],
    ['GZIP, zstd', zstdCompressSync(gzipSync(plain))],
  ])('of %s are undone', async (encoding, body) => {
    expect(await read(body, encoding)).toBe(plain.toString());
  });

  it.each(['gzip', 'x-gzip', 'deflate', 'zstd', 'snappy', 'br'])(
    'of %s are not believed where the body is plain',
    async (encoding) => {
      expect(await read(plain, encoding)).toBe(plain.toString());
    },
  );

  it('are undone without being named where the body begins like one', async () => {
    expect(await read(gzipSync(plain))).toBe(plain.toString());
    expect(await read(zstdCompressSync(plain))).toBe(plain.toString());
  });

  it('that somebody read as text on the way are told from garbage', async () => {
    for (const body of [gzipSync(plain), zstdCompressSync(plain)]) {
      const ruined = Buffer.from(body.toString('utf8'));
      await expect(read(ruined, 'gzip')).rejects.toMatchObject({ code: 'unsupported_encoding' });
      await expect(read(ruined)).rejects.toMatchObject({ code: 'unsupported_encoding' });
    }
  });

  it('that we do not know, or that are broken, are refused by name', async () => {
    await expect(read(plain, 'lz4')).rejects.toMatchObject({ code: 'unsupported_encoding' });
    await expect(read(gzipSync(plain).subarray(0, 20), 'gzip')).rejects.toMatchObject({ code: 'undecodable' });
  });
});

describe('JSON with a name that stands twice', () => {
  /** Whether an object at or below a value has a name twice, by a writer that keeps members as a list. */
  interface Tree {
    readonly text: string;
    readonly twice: boolean;
  }
  const blank = fc.constantFrom('', '', '', ' ', '\n', '\t ');
  const name = fc.oneof(
    fc.constantFrom('a', 'b', ':', 'a:', ',', '\\\\', '\\"', '__proto__', '\\u0061', ''),
    fc.stringMatching(/^[a-z]{1,3}$/),
  );
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc
        .constantFrom('1', 'null', '":"', '":a"', '"a\\":1"', '"\\\\"', '"a : b"', '"\\\\\\":"')
        .map((text) => ({ text, twice: false })),
      fc.array(tie('tree'), { maxLength: 3 }).map((items) => ({
        text: `[${items.map(({ text }) => text).join(',')}]`,
        twice: items.some(({ twice }) => twice),
      })),
      fc.array(fc.tuple(name, blank, blank, tie('tree')), { maxLength: 4 }).map((members) => ({
        text: `{${members.map(([key, before, after, { text }]) => `"${key}"${before}:${after}${text}`).join(`${members[0]?.[1] ?? ''},`)}}`,
        twice:
          members.some(([, , , { twice }]) => twice) ||
          new Set(members.map(([key]) => JSON.parse(`"${key}"`) as string)).size < members.length,
      })),
    ),
  }));

  it('is told from all other, and parsed as ever', () => {
    fc.assert(
      fc.property(tree, ({ text, twice }) => {
        const value = readJson(text);
        // of two values V8 keeps the last, but at times the first, where the name is written with an escape
        if (!twice) expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)));
        expect(twinsOf(value) !== undefined, text).toBe(twice);
        if (twice) expect(twinsOf(value)?.text).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is known by the object that has it and by those around it alone', () => {
    const value = readJson('{"a":{"b":1},"c":[{"d":1,"d":{"e":1}},{"f":":"}]}') as {
      a: object;
      c: [{ d: object }, object];
    };
    expect(twinsOf(value)).toMatchObject({ name: 'd', own: false });
    expect(twinsOf(value.c[0])).toEqual({ name: 'd', own: true, text: '{"d":1,"d":{"e":1}}' });
    expect([value.a, value.c[0].d, value.c[1]].map(twinsOf)).toEqual([undefined, undefined, undefined]);
  });
});
