import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SEGMENT_ENTRIES, toSortKey } from '../../core/audit-entry.ts';
import { type ProjectId, tenantObjectPrefix } from '../../core/project.ts';
import type { SealedSegments } from './port.ts';

/**
 * Segments as objects of a bucket with Object Lock, one entry's text a line, named by their first entry. `If-None-Match` lets the first of
 * two writers win and, as the bucket's policy demands it, keeps anybody from putting another version over one.
 */
export class S3SealedSegments implements SealedSegments {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(project: ProjectId, first: number, lines: readonly string[]): Promise<boolean> {
    try {
      await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: keyOf(project, first),
          Body: lines.map((line) => `${line}\n`).join(''),
          ContentType: 'application/x-ndjson',
          IfNoneMatch: '*',
        }),
      );
      return true;
    } catch (error) {
      // 409: another is writing it at this moment
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      if (status === 412 || status === 409) return false;
      throw error;
    }
  }

  async get(project: ProjectId, first: number): Promise<readonly string[] | undefined> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: keyOf(project, first) }),
      );
      return (await Body?.transformToString())?.split('\n').slice(0, -1);
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async *list(project: ProjectId, from: number) {
    const prefix = tenantObjectPrefix('segments', project);
    let after = keyOf(project, Math.max(0, from - SEGMENT_ENTRIES));
    for (;;) {
      const { Contents = [], IsTruncated } = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, StartAfter: after }),
      );
      for (const { Key = '' } of Contents) {
        after = Key;
        const first = /^(\d{12})\.ndjson$/.exec(Key.slice(prefix.length))?.[1];
        if (first !== undefined) yield Number(first);
      }
      if (!IsTruncated) return;
    }
  }
}

const keyOf = (project: ProjectId, first: number): string =>
  `${tenantObjectPrefix('segments', project)}${toSortKey(first)}.ndjson`;
