import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backing, refusal, uniqueName } from '../support/aws-engine.ts';

export interface S3Backing {
  readonly client: S3Client;
  /** A bucket without versions, one that keeps them, and one that can lock them. */
  readonly buckets: { readonly plain: string; readonly versioned: string; readonly locked: string };
  /** Makes the URL of an unsigned request that may do one thing, `expiresSeconds` from now. */
  presign(method: string, bucket: string, key: string, expiresSeconds: number, at?: Date): Promise<string>;
  stop(): Promise<void>;
}

const md5 = (body: Buffer | string) => createHash('md5').update(body).digest('hex');

/** What the two backings do differently on purpose: the emulator does as AWS does. */
const DIFFERENCES: readonly {
  readonly title: string;
  readonly run: (backing: S3Backing) => Promise<unknown>;
  readonly emulated: unknown;
  readonly moto: unknown;
}[] = [
  {
    title: 'content that does not fit its checksum is refused; moto takes it',
    run: ({ client, buckets }) =>
      client
        .send(
          new PutObjectCommand({
            Bucket: buckets.plain,
            Key: uniqueName('key'),
            Body: 'abc',
            ChecksumCRC32: 'AAAAAA==',
          }),
        )
        .then(
          () => 'taken',
          ({ name }: Error) => name,
        ),
    emulated: 'BadDigest',
    moto: 'taken',
  },
  {
    title: 'a parameter that is not known is refused by name; moto ignores it',
    run: ({ client, buckets }) =>
      client
        .send(new PutObjectCommand({ Bucket: buckets.plain, Key: uniqueName('key'), Body: 'abc', GrantRead: 'id=1' }))
        .then(
          () => 'taken',
          ({ name, message }: Error) => `${name}: ${message}`,
        ),
    emulated: 'NotImplemented: header x-amz-grant-read of PutObject is not known here',
    moto: 'taken',
  },
  {
    title: 'an expired presigned URL is refused; moto serves it',
    run: async ({ client, buckets, presign }) => {
      const Key = uniqueName('key');
      await client.send(new PutObjectCommand({ Bucket: buckets.plain, Key, Body: 'x' }));
      return (await fetch(await presign('GET', buckets.plain, Key, 60, new Date(Date.now() - 120_000)))).status;
    },
    emulated: 403,
    moto: 200,
  },
  {
    title: 'parts out of order are refused; moto sorts them',
    run: async ({ client, buckets }) => {
      const place = { Bucket: buckets.plain, Key: uniqueName('parts') };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
      const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
      for (const PartNumber of [2, 1]) {
        const Body = Buffer.alloc(5 * 1024 * 1024);
        const { ETag } = await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body }));
        Parts.push({ PartNumber, ETag });
      }
      return client.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } })).then(
        () => 'taken',
        ({ name }: Error) => name,
      );
    },
    emulated: 'InvalidPartOrder',
    moto: 'taken',
  },
];

/** What callers of S3 rely on. */
export const s3Contract = (backing: Backing, start: () => Promise<S3Backing>) =>
  describe(`s3 ${backing}`, () => {
    let s3: S3Backing;
    let Bucket: string;
    beforeAll(async () => {
      s3 = await start();
      Bucket = s3.buckets.plain;
    });
    afterAll(() => s3.stop());

    const put = (Key: string, Body: PutObjectCommandInput['Body'], more: Partial<PutObjectCommandInput> = {}) =>
      s3.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
    const get = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
      const { Body, ...rest } = await s3.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
      return { ...rest, body: Buffer.from((await Body?.transformToByteArray()) ?? '') };
    };
    const list = (more: Partial<ListObjectsV2CommandInput>) =>
      s3.client.send(new ListObjectsV2Command({ Bucket, ...more }));

    it.each([
      ['nothing', Buffer.alloc(0)],
      ['a few bytes', Buffer.from('hällo')],
      ['a megabyte', Buffer.alloc(1024 * 1024, 'abc')],
    ])('gives back an object of %s with its ETag', async (_title, body) => {
      const Key = uniqueName('whole');
      const { ETag } = await put(Key, body);
      expect(ETag).toBe(`"${md5(body)}"`);
      const found = await get(Key);
      expect(found.body.equals(body)).toBe(true);
      expect(found).toMatchObject({ ETag, ContentLength: body.length });
      expect(found.LastModified).toBeInstanceOf(Date);
    });

    it('takes a stream, and the checksum behind it', async () => {
      const Key = uniqueName('stream');
      const chunks = Array.from({ length: 20 }, (_, index) => Buffer.alloc(10_000 + index, index));
      const whole = Buffer.concat(chunks);
      const { ETag } = await put(Key, Readable.from(chunks), { ContentLength: whole.length });
      expect(ETag).toBe(`"${md5(whole)}"`);
      expect((await get(Key)).body.equals(whole)).toBe(true);
    });

    it.each(['a b+c&d=é?.txt', 'über/漢字/%41', "it's (1)!*~.txt", 'a//b/../c', '\u{1f600}', 'trailing/'])(
      'keeps the key %j apart from all others',
      async (Key) => {
        const prefix = `${uniqueName('keys')}/`;
        await put(prefix + Key, 'here');
        expect((await get(prefix + Key)).body.toString()).toBe('here');
        expect((await list({ Prefix: prefix })).Contents?.map(({ Key: found }) => found)).toEqual([prefix + Key]);
      },
    );

    it('keeps metadata and the headers that describe the content', async () => {
      const Key = uniqueName('described');
      const described = {
        ContentType: 'text/html; charset=utf-8',
        ContentEncoding: 'gzip',
        ContentLanguage: 'en',
        ContentDisposition: 'attachment; filename="a.html"',
        CacheControl: 'max-age=60',
        Metadata: { project: 'one', 'other-key': 'Value' },
      };
      await put(Key, 'x', described);
      expect(await get(Key)).toMatchObject(described);
      expect(await s3.client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
        ...described,
        ContentLength: 1,
      });
      const overridden = await get(Key, { ResponseContentType: 'text/plain', ResponseContentDisposition: 'inline' });
      expect(overridden).toMatchObject({ ContentType: 'text/plain', ContentDisposition: 'inline' });
    });

    it('replaces an object as a whole', async () => {
      const Key = uniqueName('replaced');
      await put(Key, 'first', { Metadata: { a: '1' } });
      await put(Key, 'second');
      const found = await get(Key);
      expect(found.body.toString()).toBe('second');
      expect(found.Metadata).toEqual({});
    });

    it.each([
      ['bytes=0-3', '0123', 'bytes 0-3/10'],
      ['bytes=4-', '456789', 'bytes 4-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
    ])('reads the range %s', async (Range, expected, ContentRange) => {
      const Key = uniqueName('range');
      await put(Key, '0123456789');
      const found = await get(Key, { Range });
      expect(found.body.toString()).toBe(expected);
      expect(found).toMatchObject({ ContentRange, ContentLength: expected.length });
    });

    it('refuses a range behind the end', async () => {
      const Key = uniqueName('range');
      await put(Key, '0123456789');
      expect((await refusal(get(Key, { Range: 'bytes=10-' }))).name).toBe('InvalidRange');
    });

    it('answers conditional reads', async () => {
      const Key = uniqueName('conditional');
      const { ETag } = await put(Key, 'x');
      const status = (more: Partial<GetObjectCommandInput>) =>
        get(Key, more).then(
          ({ $metadata }) => $metadata.httpStatusCode,
          (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode,
        );
      const [hourAgo, inAnHour] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)];
      expect(await status({ IfMatch: ETag })).toBe(200);
      expect(await status({ IfMatch: '"other"' })).toBe(412);
      expect(await status({ IfNoneMatch: ETag })).toBe(304);
      expect(await status({ IfNoneMatch: '"other"' })).toBe(200);
      expect(await status({ IfModifiedSince: hourAgo })).toBe(200);
      expect(await status({ IfModifiedSince: inAnHour })).toBe(304);
      expect(await status({ IfUnmodifiedSince: hourAgo })).toBe(412);
    });

    it('writes an object once when told that there must be none', async () => {
      const Key = uniqueName('once');
      const attempts = await Promise.allSettled(
        Array.from({ length: 5 }, (_, index) => put(Key, `writer ${index}`, { IfNoneMatch: '*' })),
      );
      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = await refusal(put(Key, 'late', { IfNoneMatch: '*' }));
      expect(refused.name).toBe('PreconditionFailed');
    });

    it('says that an object is not there', async () => {
      expect((await refusal(get('nowhere'))).name).toBe('NoSuchKey');
      expect((await refusal(s3.client.send(new HeadObjectCommand({ Bucket, Key: 'nowhere' })))).name).toBe('NotFound');
      expect(
        (await refusal(s3.client.send(new GetObjectCommand({ Bucket: 'no-such-bucket-here', Key: 'x' })))).name,
      ).toBe('NoSuchBucket');
    });

    it('deletes one, several, and what is not there', async () => {
      const keys = ['a', 'b', 'c'].map((stem) => uniqueName(stem));
      for (const key of keys) await put(key, 'x');
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key: keys[0] }));
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'nowhere' }));
      const { Deleted } = await s3.client.send(
        new DeleteObjectsCommand({
          Bucket,
          Delete: { Objects: [...keys.slice(1), 'no<&>where'].map((Key) => ({ Key })) },
        }),
      );
      expect(Deleted?.map(({ Key }) => Key).sort()).toEqual([...keys.slice(1), 'no<&>where'].sort());
      for (const key of keys) expect((await refusal(get(key))).name).toBe('NoSuchKey');
    });

    it('lists by the bytes of the keys, with prefix, delimiter and start', async () => {
      const prefix = `${uniqueName('list')}/`;
      const keys = ['a', 'a/1', 'a/2', 'b/x/1', 'b/y', 'c', 'Z', 'é'];
      for (const key of keys) await put(prefix + key, key);
      const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const strip = (text = '') => text.slice(prefix.length);
      const all = await list({ Prefix: prefix });
      expect(all.Contents?.map(({ Key }) => strip(Key))).toEqual(sorted);
      expect(all).toMatchObject({ KeyCount: 8, IsTruncated: false, Name: Bucket, Prefix: prefix });
      expect(all.Contents?.[0]).toMatchObject({ ETag: `"${md5('Z')}"`, Size: 1, StorageClass: 'STANDARD' });
      const folders = await list({ Prefix: prefix, Delimiter: '/' });
      expect(folders.Contents?.map(({ Key }) => strip(Key))).toEqual(['Z', 'a', 'c', 'é']);
      expect(folders.CommonPrefixes?.map(({ Prefix }) => strip(Prefix))).toEqual(['a/', 'b/']);
      const rest = await list({ Prefix: prefix, StartAfter: `${prefix}a/2` });
      expect(rest.Contents?.map(({ Key }) => strip(Key))).toEqual(sorted.slice(sorted.indexOf('a/2') + 1));
    });

    it.each([undefined, '/'])('lists page by page without gap or repeat, delimiter %s', async (Delimiter) => {
      const prefix = `${uniqueName('pages')}/`;
      for (const key of ['a/1', 'a/2', 'a/3', 'b', 'c/1', 'd', 'e/1', 'e/2']) await put(prefix + key, 'x');
      const seen: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await list({ Prefix: prefix, Delimiter, MaxKeys: 2, ContinuationToken });
        expect((page.Contents ?? []).length + (page.CommonPrefixes ?? []).length).toBeLessThanOrEqual(2);
        seen.push(
          ...(page.Contents ?? []).map(({ Key = '' }) => Key),
          ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
        );
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      const expected =
        Delimiter === undefined ? ['a/1', 'a/2', 'a/3', 'b', 'c/1', 'd', 'e/1', 'e/2'] : ['a/', 'b', 'c/', 'd', 'e/'];
      expect(seen.sort()).toEqual(expected.map((key) => prefix + key));
    });

    it('copies with or without metadata', async () => {
      const Key = uniqueName('from ü');
      await put(Key, 'x', { Metadata: { a: '1' }, ContentType: 'text/plain' });
      const copy = async (more: object) => {
        const to = uniqueName('to');
        await s3.client.send(
          new CopyObjectCommand({ Bucket, Key: to, CopySource: encodeURIComponent(`${Bucket}/${Key}`), ...more }),
        );
        return get(to);
      };
      expect(await copy({})).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain', ETag: `"${md5('x')}"` });
      expect(await copy({ MetadataDirective: 'REPLACE', Metadata: { b: '2' } })).toMatchObject({
        Metadata: { b: '2' },
      });
    });

    describe('objects in parts', () => {
      const begin = async (more: object = {}) => {
        const Key = uniqueName('parts');
        const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
        const part = async (PartNumber: number, Body: Buffer) => {
          const { ETag, ChecksumCRC32 } = await s3.client.send(
            new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
          );
          return { PartNumber, ETag, ChecksumCRC32 };
        };
        const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
          s3.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
        return { Key, UploadId, part, complete };
      };
      const [first, second] = [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.from('end')] as const;

      it('are one object once they are complete', async () => {
        const { Key, UploadId, part, complete } = await begin({ ContentType: 'text/plain', Metadata: { a: '1' } });
        const parts = [await part(2, second), await part(1, first)].reverse();
        const uploads = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
        expect(uploads.Uploads?.map((upload) => upload.UploadId)).toContain(UploadId);
        const listed = await s3.client.send(new ListPartsCommand({ Bucket, Key, UploadId }));
        expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
          [1, first.length],
          [2, second.length],
        ]);
        const { ETag } = await complete(parts);
        expect(ETag).toBe(
          `"${md5(Buffer.concat([first, second].map((body) => createHash('md5').update(body).digest())))}-2"`,
        );
        const found = await get(Key);
        expect(found.body.equals(Buffer.concat([first, second]))).toBe(true);
        expect(found).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' }, ETag });
      });

      it('are refused when a part is too small or unknown', async () => {
        const { part, complete } = await begin();
        const small = await part(1, Buffer.from('small'));
        const other = await part(2, second);
        expect((await refusal(complete([small, other]))).name).toBe('EntityTooSmall');
        expect((await refusal(complete([{ ...other, ETag: '"0123456789abcdef0123456789abcdef"' }]))).name).toBe(
          'InvalidPart',
        );
      });

      it('are gone when they are aborted', async () => {
        const { Key, UploadId, part } = await begin();
        await part(1, first);
        await s3.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        expect((await refusal(s3.client.send(new ListPartsCommand({ Bucket, Key, UploadId })))).name).toBe(
          'NoSuchUpload',
        );
        expect((await refusal(get(Key))).name).toBe('NoSuchKey');
      });
    });

    describe('versions', () => {
      const at = (Key: string, VersionId?: string) => get(Key, { Bucket: s3.buckets.versioned, VersionId });

      it('are kept, and a deletion hides them', async () => {
        const bucket = s3.buckets.versioned;
        const Key = uniqueName('versioned');
        const one = await put(Key, 'one', { Bucket: bucket });
        const two = await put(Key, 'two', { Bucket: bucket });
        expect(one.VersionId).not.toBe(two.VersionId);
        expect((await at(Key)).body.toString()).toBe('two');
        expect((await at(Key, one.VersionId)).body.toString()).toBe('one');
        const marker = await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
        expect(marker.DeleteMarker).toBe(true);
        expect((await refusal(at(Key))).name).toBe('NoSuchKey');
        expect((await at(Key, two.VersionId)).body.toString()).toBe('two');
        const { Versions, DeleteMarkers } = await s3.client.send(
          new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }),
        );
        expect(Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
          [two.VersionId, false],
          [one.VersionId, false],
        ]);
        expect(DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
          [marker.VersionId, true],
        ]);
        expect((await s3.client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: Key }))).KeyCount).toBe(0);
        await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId: marker.VersionId }));
        expect((await at(Key)).body.toString()).toBe('two');
        await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId: two.VersionId }));
        expect((await at(Key)).body.toString()).toBe('one');
      });

      it('that are locked cannot be deleted', async () => {
        const bucket = s3.buckets.locked;
        const Key = uniqueName('locked');
        const { VersionId } = await put(Key, 'x', {
          Bucket: bucket,
          ObjectLockMode: 'COMPLIANCE',
          ObjectLockRetainUntilDate: new Date(Date.now() + 3_600_000),
        });
        expect((await refusal(s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId })))).name).toBe(
          'AccessDenied',
        );
        await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
        expect((await get(Key, { Bucket: bucket, VersionId })).body.toString()).toBe('x');
      });
    });

    it('lets whoever has a presigned URL read and write', async () => {
      const Key = uniqueName('presigned ü');
      const written = await fetch(await s3.presign('PUT', Bucket, Key, 60), { method: 'PUT', body: 'by url' });
      expect(written.status).toBe(200);
      const read = await fetch(await s3.presign('GET', Bucket, Key, 60));
      expect(await read.text()).toBe('by url');
    });

    it('knows its bucket', async () => {
      expect((await s3.client.send(new HeadBucketCommand({ Bucket }))).$metadata.httpStatusCode).toBe(200);
      expect((await refusal(s3.client.send(new HeadBucketCommand({ Bucket: 'no-such-bucket-here' })))).name).toBe(
        'NotFound',
      );
      await s3.client.send(new GetBucketLocationCommand({ Bucket }));
    });

    describe('differences', () => {
      it.each(DIFFERENCES)('$title', async (difference) => {
        expect(await difference.run(s3)).toBe(difference[backing]);
      });
    });
  });
