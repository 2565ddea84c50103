import { randomUUID } from 'node:crypto';
import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '../iam/credentials.ts';

/** An S3 bucket as on-failure destination, written with the function's role. */
export class FailureBucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(bucket: string, endpoint: string, region: string, credentials: Credentials) {
    this.#bucket = bucket;
    this.#client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  }

  /** Lambda checks the destination when the mapping is made, which takes `s3:ListBucket`. @throws what S3 answers */
  async check(): Promise<void> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
    } catch (error) {
      throw new Error(`the function's role cannot reach its on-failure bucket ${this.#bucket} (s3:ListBucket)`, {
        cause: error,
      });
    }
  }

  /**
   * Puts one object at `<prefix>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`, the key Lambda makes.
   * @param prefix for example `aws/lambda/<mapping>/<shard>`
   */
  async put(prefix: string, content: unknown, now: number): Promise<void> {
    const time = new Date(now).toISOString();
    const key = `${prefix}/${time.slice(0, 10).replaceAll('-', '/')}/${time.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: JSON.stringify(content),
        ContentType: 'application/json',
      }),
    );
  }

  close(): void {
    this.#client.destroy();
  }
}
