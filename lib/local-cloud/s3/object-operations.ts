import type { Readable } from 'node:stream';
import { AwsError } from '../aws-server/aws-error.ts';
import type { HttpAnswer } from '../aws-server/http-server.ts';
import { checkWriteConditions, isUnmodified, noSuchKey } from './conditions.ts';
import {
  checksumHeaders,
  describeObject,
  objectHeaders,
  retentionOf,
  toRetention,
  versionHeader,
} from './object-headers.ts';
import type { ObjectVersion } from './object-store.ts';
import { objectArn, type S3Call, type S3Context, type S3Operation } from './operation.ts';
import { receivePayload } from './payload.ts';
import { header, invalidArgument, parseCopySource } from './s3-request.ts';
import { childText, readXml, writeXml } from './xml.ts';

/** Headers that describe a new object. */
export const WRITE_HEADERS = [
  'x-amz-meta-*',
  'x-amz-checksum-*',
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-website-redirect-location',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
];
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const READ_PARAMETERS = ['versionId', ...OVERRIDES.map((name) => `response-${name}`)];
const READ_HEADERS = ['x-amz-checksum-mode'];

const readNeeds = (call: S3Call) => [
  { action: call.query.has('versionId') ? 's3:GetObjectVersion' : 's3:GetObject', resource: objectArn(call) },
];
export const writeNeeds = (call: S3Call) => [
  { action: 's3:PutObject', resource: objectArn(call), context: conditionsOf(call) },
  ...(call.headers['x-amz-object-lock-mode'] === undefined
    ? []
    : [{ action: 's3:PutObjectRetention', resource: objectArn(call) }]),
];

/** Keys of a policy's conditions that a conditional write has. */
function conditionsOf({ headers }: S3Call): Readonly<Record<string, readonly string[]>> {
  const [ifMatch, ifNoneMatch] = [header(headers, 'if-match'), header(headers, 'if-none-match')];
  return {
    ...(ifMatch !== undefined && { 's3:if-match': [ifMatch] }),
    ...(ifNoneMatch !== undefined && { 's3:if-none-match': [ifNoneMatch] }),
  };
}

/** Reading, writing, copying and deleting one object. */
export const OBJECT_OPERATIONS: readonly S3Operation[] = [
  {
    name: 'GetObject',
    method: 'GET',
    on: 'object',
    parameters: READ_PARAMETERS,
    headers: READ_HEADERS,
    needs: readNeeds,
    run: getObject,
  },
  {
    name: 'HeadObject',
    method: 'HEAD',
    on: 'object',
    parameters: READ_PARAMETERS,
    headers: READ_HEADERS,
    needs: readNeeds,
    run: getObject,
  },
  { name: 'PutObject', method: 'PUT', on: 'object', headers: WRITE_HEADERS, needs: writeNeeds, run: putObject },
  {
    name: 'CopyObject',
    method: 'PUT',
    on: 'object',
    header: 'x-amz-copy-source',
    headers: [...WRITE_HEADERS, 'x-amz-copy-source', 'x-amz-metadata-directive'],
    needs: (call) => {
      const { bucket, key, versionId } = parseCopySource(header(call.headers, 'x-amz-copy-source') ?? '');
      const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
      return [{ action, resource: `arn:aws:s3:::${bucket}/${key}` }, ...writeNeeds(call)];
    },
    run: copyObject,
  },
  {
    name: 'DeleteObject',
    method: 'DELETE',
    on: 'object',
    parameters: ['versionId'],
    headers: ['x-amz-bypass-governance-retention'],
    needs: (call) => deleteNeeds(call, call.key, call.query.get('versionId') ?? undefined),
    run: async (call, context) => {
      const { versionId, marker } = await deleteVersion(
        call,
        context,
        call.key,
        call.query.get('versionId') ?? undefined,
      );
      const headers = {
        ...(versionId === undefined ? {} : { 'x-amz-version-id': versionId }),
        ...(marker ? { 'x-amz-delete-marker': 'true' } : {}),
      };
      return { status: 204, headers };
    },
  },
  {
    name: 'PutObjectRetention',
    method: 'PUT',
    on: 'object',
    marker: 'retention',
    parameters: ['versionId'],
    headers: ['x-amz-bypass-governance-retention', 'x-amz-checksum-*'],
    needs: (call) => [{ action: 's3:PutObjectRetention', resource: objectArn(call) }],
    run: putRetention,
  },
  {
    name: 'GetObjectRetention',
    method: 'GET',
    on: 'object',
    marker: 'retention',
    parameters: ['versionId'],
    needs: (call) => [{ action: 's3:GetObjectRetention', resource: objectArn(call) }],
    run: async (call, { store }) => {
      const { retention } = existing(
        store.find(call.declared, call.key, call.query.get('versionId') ?? undefined),
        call,
      );
      if (retention === undefined) {
        throw new AwsError(
          'NoSuchObjectLockConfiguration',
          'The specified object does not have a ObjectLock configuration',
          404,
        );
      }
      const until = new Date(retention.untilMillis).toISOString();
      return xmlAnswer(
        writeXml('Retention', [
          ['Mode', retention.mode],
          ['RetainUntilDate', until],
        ]),
      );
    },
  },
];

export const xmlAnswer = (body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body,
});

async function getObject(call: S3Call, { store, files, access }: S3Context): Promise<HttpAnswer> {
  const { declared, key, query, headers, method } = call;
  const versionId = query.get('versionId') ?? undefined;
  const found = store.find(declared, key, versionId);
  if (found === undefined || found.isDeleteMarker) {
    // who may not list must not learn what is not there
    access.check(call.caller, [{ action: 's3:ListBucket', resource: declared.arn, context: { 's3:prefix': [key] } }]);
    if (found !== undefined && versionId !== undefined)
      throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
    if (versionId !== undefined)
      throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key: key });
    throw noSuchKey(key);
  }
  const overrides = Object.fromEntries(
    OVERRIDES.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );
  const range = parseRange(header(headers, 'range'), found.size);
  const withChecksum = header(headers, 'x-amz-checksum-mode') === 'ENABLED' && range === undefined;
  const described = { ...describeObject(declared, found, withChecksum), ...overrides };
  if (isUnmodified(call, found))
    return { status: 304, headers: { etag: `"${found.etag}"`, 'last-modified': described['last-modified'] ?? '' } };
  const { start, end } = range ?? { start: 0, end: found.size - 1 };
  const answer = {
    status: range === undefined ? 200 : 206,
    headers: {
      ...described,
      'content-length': String(end - start + 1),
      ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${found.size}` }),
    },
  };
  if (method === 'HEAD' || found.size === 0 || found.blob === undefined) return answer;
  const file = await files.open(found.blob);
  const body: Readable = file.createReadStream({ start, end, highWaterMark: 256 * 1024 });
  return { ...answer, body };
}

/** One range of bytes; several, or what is no range, mean the whole object, as S3 has it. @throws AwsError `InvalidRange` */
function parseRange(
  text: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, { ActualObjectSize: size });
  }
  return { start, end };
}

async function putObject(call: S3Call, { store, files, now }: S3Context): Promise<HttpAnswer> {
  const { declared, key, headers } = call;
  checkKey(key);
  const kept = objectHeaders(headers);
  const retention = retentionOf(declared, headers, now());
  checkWriteConditions(call, store.find(declared, key));
  const { md5, ...payload } = await receivePayload(call, files);
  const version = await keep({ store, files }, payload.blob, () => {
    // once more, for what came while the body was received
    checkWriteConditions(call, store.find(declared, key));
    return store.add(declared, key, { ...payload, etag: md5, headers: kept, retention }, now());
  });
  return {
    status: 200,
    headers: {
      etag: `"${md5}"`,
      ...versionHeader(declared, version),
      ...(version.checksum === undefined ? {} : checksumHeaders(version.checksum)),
      ...encryption(kept),
    },
  };
}

async function copyObject(call: S3Call, context: S3Context): Promise<HttpAnswer> {
  const { declared, key, headers } = call;
  const { store, files, buckets, now } = context;
  checkKey(key);
  const from = parseCopySource(header(headers, 'x-amz-copy-source') ?? '');
  const bucket = buckets.get(from.bucket);
  if (bucket === undefined) throw noSuchBucket(from.bucket);
  const found = store.find(bucket, from.key, from.versionId);
  if (found === undefined || found.isDeleteMarker || found.blob === undefined) throw noSuchKey(from.key);
  const directive = header(headers, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') throw invalidArgument('Unknown metadata directive.');
  const itself = bucket.name === declared.name && from.key === key && from.versionId === undefined;
  if (itself && directive === 'COPY' && header(headers, 'x-amz-storage-class') === undefined) {
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const kept = directive === 'COPY' ? found.headers : objectHeaders(headers);
  const retention = retentionOf(declared, headers, now());
  const blob = await files.write(files.read(found.blob));
  const version = await keep(context, blob, () => {
    const content = { blob, size: found.size, etag: found.etag, headers: kept, checksum: found.checksum, retention };
    return store.add(declared, key, content, now());
  });
  const body = writeXml('CopyObjectResult', [
    ['LastModified', new Date(version.modifiedMillis).toISOString()],
    ['ETag', `"${version.etag}"`],
  ]);
  return xmlAnswer(body, versionHeader(declared, version));
}

/** Notes a written file as an object, or removes it when that is refused; then removes what it took the place of. */
export async function keep(
  { store, files }: Pick<S3Context, 'store' | 'files'>,
  blob: string,
  add: () => { readonly version: ObjectVersion; readonly unused: readonly string[] },
): Promise<ObjectVersion> {
  try {
    const { version, unused } = store.transact(add);
    await files.remove(unused);
    return version;
  } catch (error) {
    await files.remove([blob]);
    throw error;
  }
}

export const deleteNeeds = (call: S3Call, key: string, versionId: string | undefined) => [
  {
    action: versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
    resource: `${call.declared.arn}/${key}`,
  },
];

/** Deletes a version for good, or hides the object behind a delete marker where versions are kept. @throws AwsError for a locked one */
export async function deleteVersion(
  call: S3Call,
  { store, files, access, now }: S3Context,
  key: string,
  versionId: string | undefined,
): Promise<{ readonly versionId: string | undefined; readonly marker: boolean }> {
  const { declared } = call;
  if (declared.versioned && versionId === undefined) {
    const { version } = store.transact(() => store.add(declared, key, undefined, now()));
    return { versionId: version.versionId, marker: true };
  }
  const found = store.find(declared, key, versionId ?? 'null');
  if (found === undefined) return { versionId, marker: false };
  const { retention } = found;
  if (retention !== undefined && retention.untilMillis > now()) {
    const bypass =
      retention.mode === 'GOVERNANCE' &&
      header(call.headers, 'x-amz-bypass-governance-retention') === 'true' &&
      access.allows(call.caller, { action: 's3:BypassGovernanceRetention', resource: `${declared.arn}/${key}` });
    if (!bypass) throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
  }
  await files.remove(store.transact(() => store.remove(declared, key, found.versionId)));
  return { versionId, marker: found.isDeleteMarker };
}

async function putRetention(call: S3Call, { store, files, access, now }: S3Context): Promise<HttpAnswer> {
  const { declared, key, query } = call;
  if (!declared.objectLock) throw new AwsError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  const found = existing(store.find(declared, key, query.get('versionId') ?? undefined), call);
  const node = await readDocument(call, { files });
  const wanted = toRetention(childText(node, 'Mode'), childText(node, 'RetainUntilDate'), now());
  const { retention } = found;
  const shortens =
    retention !== undefined && retention.untilMillis > now() && wanted.untilMillis < retention.untilMillis;
  const bypass =
    retention?.mode === 'GOVERNANCE' &&
    header(call.headers, 'x-amz-bypass-governance-retention') === 'true' &&
    access.allows(call.caller, { action: 's3:BypassGovernanceRetention', resource: objectArn(call) });
  if (shortens && !bypass)
    throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
  store.setRetention(declared, key, found.versionId, wanted);
  return { status: 200 };
}

/** The body as an XML document, its checksums checked as those of any body. @throws AwsError `MalformedXML` */
export async function readDocument(call: S3Call, { files }: Pick<S3Context, 'files'>) {
  const { blob } = await receivePayload(call, files);
  const parts: Buffer[] = [];
  for await (const bytes of files.read(blob)) parts.push(bytes);
  await files.remove([blob]);
  const node = readXml(Buffer.concat(parts).toString('utf8'));
  if (node === undefined) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  return node;
}

export const noSuchBucket = (name: string): AwsError =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long');
}

function existing(version: ObjectVersion | undefined, { key }: S3Call): ObjectVersion {
  if (version === undefined || version.isDeleteMarker) throw noSuchKey(key);
  return version;
}

function encryption(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')),
  );
}
