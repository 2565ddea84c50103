import type { BlobFiles } from './blob-files.ts';
import type { Bucket } from './bucket.ts';
import type { ObjectStore } from './object-store.ts';

const DAY_MILLIS = 86_400_000;

/** Does what the bucket's lifecycle rules say is due. Locked versions stay. */
export async function applyLifecycle(
  store: ObjectStore,
  files: BlobFiles,
  bucket: Bucket,
  nowMillis: number,
): Promise<void> {
  const unused = store.transact(() => bucket.lifecycle.flatMap((rule) => applyRule(store, bucket, rule, nowMillis)));
  await files.remove(unused);
}

/** @returns files no longer used */
function applyRule(
  store: ObjectStore,
  bucket: Bucket,
  rule: Bucket['lifecycle'][number],
  nowMillis: number,
): readonly string[] {
  const unused: string[] = [];
  if (rule.expirationDays !== undefined) {
    for (const object of store.olderThan(bucket, rule.prefix, dueBefore(nowMillis, rule.expirationDays), 'latest')) {
      if (bucket.versioned) unused.push(...store.add(bucket, object.key, undefined, nowMillis).unused);
      else unused.push(...store.remove(bucket, object.key, object.versionId));
    }
  }
  if (rule.noncurrentDays !== undefined) {
    for (const version of store.olderThan(
      bucket,
      rule.prefix,
      dueBefore(nowMillis, rule.noncurrentDays),
      'superseded',
    )) {
      if ((version.retention?.untilMillis ?? 0) > nowMillis) continue;
      unused.push(...store.remove(bucket, version.key, version.versionId));
    }
  }
  if (rule.abortUploadDays !== undefined) {
    const before = dueBefore(nowMillis, rule.abortUploadDays);
    for (const upload of store.uploads(bucket)) {
      if (upload.key.startsWith(rule.prefix) && upload.createdMillis <= before)
        unused.push(...store.removeUpload(upload.id));
    }
  }
  return unused;
}

/** S3 counts whole days and waits for the midnight (UTC) after the last of them. */
const dueBefore = (nowMillis: number, days: number): number =>
  Math.floor(nowMillis / DAY_MILLIS) * DAY_MILLIS - days * DAY_MILLIS;
