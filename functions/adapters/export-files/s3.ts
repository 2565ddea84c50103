import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchUpload as NoSuchUploadError,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type ExportFiles, type FileKind, type FilePart, NoSuchUpload } from './port.ts';

/** Files in a bucket of S3, written by multipart upload. */
export class S3ExportFiles implements ExportFiles {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async begin(key: string, kind: FileKind): Promise<string> {
    const { UploadId: upload } = await this.#client.send(
      new CreateMultipartUploadCommand({ ...this.#at(key), ...headersOf(kind) }),
    );
    if (upload === undefined) throw new Error('S3 began an upload without an id');
    return upload;
  }

  async putPart(key: string, upload: string, number: number, body: Buffer): Promise<FilePart> {
    const { ETag: etag } = await orNoSuchUpload(() =>
      this.#client.send(new UploadPartCommand({ ...this.#at(key), UploadId: upload, PartNumber: number, Body: body })),
    );
    if (etag === undefined) throw new Error('S3 took a part without an entity tag');
    return { number, etag, bytes: body.length };
  }

  async complete(key: string, upload: string, parts: readonly FilePart[]): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    await orNoSuchUpload(() =>
      this.#client.send(
        new CompleteMultipartUploadCommand({ ...this.#at(key), UploadId: upload, MultipartUpload: { Parts } }),
      ),
    );
  }

  async abort(key: string, upload: string): Promise<void> {
    try {
      await this.#client.send(new AbortMultipartUploadCommand({ ...this.#at(key), UploadId: upload }));
    } catch (error) {
      if (!(error instanceof NoSuchUploadError)) throw error;
    }
  }

  async put(key: string, body: Buffer, kind?: FileKind): Promise<void> {
    await this.#client.send(new PutObjectCommand({ ...this.#at(key), ...(kind && headersOf(kind)), Body: body }));
  }

  async get(key: string): Promise<Buffer> {
    const { Body } = await this.#client.send(new GetObjectCommand(this.#at(key)));
    if (Body === undefined) throw new Error('S3 answered an object without a body');
    return Buffer.from(await Body.transformToByteArray());
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#at(key)));
  }

  #at(key: string) {
    return { Bucket: this.#bucket, Key: key };
  }
}

const headersOf = ({ contentType, fileName }: FileKind) => ({
  ContentType: contentType,
  ContentDisposition: `attachment; filename="${fileName}"`,
});

async function orNoSuchUpload<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof NoSuchUploadError) throw new NoSuchUpload('the upload is gone', { cause: error });
    throw error;
  }
}
