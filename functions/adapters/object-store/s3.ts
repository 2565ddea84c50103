import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { LinkPut, ObjectStore } from './port.ts';
import { makePresign } from './presign.ts';

/** A bucket of S3. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(key: string, body: Buffer, { contentType = 'application/octet-stream' } = {}): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: body, ContentType: contentType }),
    );
  }

  get(key: string): Promise<Buffer | undefined> {
    return this.#read({ Key: key });
  }

  async getRange(key: string, start: number, end: number): Promise<Buffer | undefined> {
    if (start >= end) return Buffer.alloc(0);
    try {
      return await this.#read({ Key: key, Range: `bytes=${start}-${end - 1}` });
    } catch (error) {
      // the object ends before the range begins
      if (error instanceof S3ServiceException && error.name === 'InvalidRange') return Buffer.alloc(0);
      throw error;
    }
  }

  async #read(what: { readonly Key: string; readonly Range?: string }): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, ...what }));
      return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray());
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  async list(prefix: string, after?: string) {
    const { Contents = [], IsTruncated = false } = await this.#client.send(
      new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: prefix,
        ...(after !== undefined && { StartAfter: after }),
      }),
    );
    return { keys: Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key])), more: IsTruncated };
  }
}

/** Path style where another endpoint stands in for S3: it has no name for each bucket. */
export const makeS3 = (): S3Client => {
  const standIn = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  return new S3Client({
    maxAttempts: 3,
    forcePathStyle: standIn !== undefined,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000 },
  });
};

/** Links to put objects into a bucket: S3 takes no other length than the one that is signed. */
export function makePutLinks(bucket: string): LinkPut {
  const presign = makePresign(bucket);
  return (key, bytes, seconds) => presign('PUT', key, seconds, { 'content-length': String(bytes) });
}
