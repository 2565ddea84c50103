import { AwsError } from '../aws-server/aws-error.ts';
import type { HttpAnswer } from '../aws-server/http-server.ts';
import { deleteNeeds, deleteVersion, readDocument, xmlAnswer } from './object-operations.ts';
import type { ObjectVersion } from './object-store.ts';
import type { S3Call, S3Context, S3Operation } from './operation.ts';
import { invalidArgument } from './s3-request.ts';
import { childText, writeXml, type XmlElement } from './xml.ts';

const MAX_KEYS = 1000;

const listNeeds = ({ declared, query }: S3Call) => [
  {
    action: 's3:ListBucket',
    resource: declared.arn,
    context: {
      's3:prefix': [query.get('prefix') ?? ''],
      's3:delimiter': [query.get('delimiter') ?? ''],
      's3:max-keys': [query.get('max-keys') ?? String(MAX_KEYS)],
    },
  },
];

/** Listing a bucket, and what is known of it as a whole. */
export const BUCKET_OPERATIONS: readonly S3Operation[] = [
  {
    name: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    marker: 'list-type',
    parameters: [
      'prefix',
      'delimiter',
      'max-keys',
      'continuation-token',
      'start-after',
      'encoding-type',
      'fetch-owner',
    ],
    needs: listNeeds,
    run: listObjects,
  },
  {
    name: 'ListObjectVersions',
    method: 'GET',
    on: 'bucket',
    marker: 'versions',
    parameters: ['prefix', 'encoding-type'],
    needs: ({ declared }) => [{ action: 's3:ListBucketVersions', resource: declared.arn }],
    run: listVersions,
  },
  {
    name: 'HeadBucket',
    method: 'HEAD',
    on: 'bucket',
    needs: ({ declared }) => [{ action: 's3:ListBucket', resource: declared.arn }],
    run: async (_call, { region }) => ({ status: 200, headers: { 'x-amz-bucket-region': region } }),
  },
  {
    name: 'GetBucketLocation',
    method: 'GET',
    on: 'bucket',
    marker: 'location',
    needs: ({ declared }) => [{ action: 's3:GetBucketLocation', resource: declared.arn }],
    // the oldest region has no name here
    run: async (_call, { region }) =>
      xmlAnswer(
        writeXml('LocationConstraint', []).replace(
          '></LocationConstraint>',
          `>${region === 'us-east-1' ? '' : region}</LocationConstraint>`,
        ),
      ),
  },
  {
    name: 'GetBucketVersioning',
    method: 'GET',
    on: 'bucket',
    marker: 'versioning',
    needs: ({ declared }) => [{ action: 's3:GetBucketVersioning', resource: declared.arn }],
    run: async ({ declared }) =>
      xmlAnswer(writeXml('VersioningConfiguration', declared.versioned ? [['Status', 'Enabled']] : [])),
  },
  {
    name: 'DeleteObjects',
    method: 'POST',
    on: 'bucket',
    marker: 'delete',
    headers: ['x-amz-checksum-*', 'x-amz-bypass-governance-retention'],
    // each key needs its own right, and a denied one is an entry of the answer
    needs: () => [],
    run: deleteObjects,
  },
];

async function listObjects(call: S3Call, { store }: S3Context): Promise<HttpAnswer> {
  const { declared, query } = call;
  if (query.get('list-type') !== '2') throw invalidArgument('list-type must be 2');
  const [prefix, delimiter, startAfter] = ['prefix', 'delimiter', 'start-after'].map(
    (name) => query.get(name) ?? '',
  ) as [string, string, string];
  const limit = Math.min(parseMaxKeys(query.get('max-keys')), MAX_KEYS);
  const token = query.get('continuation-token');
  const from = token === null ? { after: startAfter, skip: '' } : readToken(token);
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (text: string) => text;

  const objects: ObjectVersion[] = [];
  const prefixes: string[] = [];
  let after = from.after;
  let skip = from.skip;
  let truncated = false;
  for (const object of store.list(declared, prefix, after)) {
    if (skip !== '' && object.key.startsWith(skip)) continue;
    if (objects.length + prefixes.length === limit) {
      truncated = limit > 0;
      break;
    }
    const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    after = object.key;
    if (cut < 0) objects.push(object);
    else {
      skip = object.key.slice(0, cut + delimiter.length);
      prefixes.push(skip);
    }
  }
  // a folder that this page named is not named again by the next
  const next = truncated ? makeToken(after, prefixes.at(-1) === skip ? skip : '') : undefined;
  const body: XmlElement[] = [
    ['Name', declared.name],
    ['Prefix', encode(prefix)],
    ['Delimiter', delimiter === '' ? undefined : encode(delimiter)],
    ['StartAfter', startAfter === '' ? undefined : encode(startAfter)],
    ['ContinuationToken', token ?? undefined],
    ['MaxKeys', limit],
    ['KeyCount', objects.length + prefixes.length],
    ['EncodingType', query.get('encoding-type') ?? undefined],
    ['IsTruncated', truncated],
    ['NextContinuationToken', next],
    ...objects.map((object): XmlElement => ['Contents', contents(object, encode, query.get('fetch-owner') === 'true')]),
    ...prefixes.map((one): XmlElement => ['CommonPrefixes', [['Prefix', encode(one)]]]),
  ];
  return xmlAnswer(writeXml('ListBucketResult', body));
}

function contents(object: ObjectVersion, encode: (text: string) => string, withOwner: boolean): readonly XmlElement[] {
  return [
    ['Key', encode(object.key)],
    ['LastModified', new Date(object.modifiedMillis).toISOString()],
    ['ETag', `"${object.etag}"`],
    ['ChecksumAlgorithm', object.checksum?.algorithm],
    ['ChecksumType', object.checksum?.type],
    ['Size', object.size],
    ['StorageClass', object.headers['x-amz-storage-class'] ?? 'STANDARD'],
    ['Owner', withOwner ? [['ID', 'local']] : undefined],
  ];
}

async function listVersions({ declared, query }: S3Call, { store }: S3Context): Promise<HttpAnswer> {
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (text: string) => text;
  const versions = store.listVersions(declared, query.get('prefix') ?? '');
  const body: XmlElement[] = [
    ['Name', declared.name],
    ['Prefix', encode(query.get('prefix') ?? '')],
    ['EncodingType', query.get('encoding-type') ?? undefined],
    ['IsTruncated', false],
    ...versions.map((version): XmlElement => {
      const common: readonly XmlElement[] = [
        ['VersionId', version.versionId],
        ['IsLatest', version.isLatest],
      ];
      return version.isDeleteMarker
        ? [
            'DeleteMarker',
            [['Key', encode(version.key)], ['LastModified', new Date(version.modifiedMillis).toISOString()], ...common],
          ]
        : ['Version', [...contents(version, encode, false), ...common]];
    }),
  ];
  return xmlAnswer(writeXml('ListVersionsResult', body));
}

async function deleteObjects(call: S3Call, context: S3Context): Promise<HttpAnswer> {
  const document = await readDocument(call, context);
  const wanted = document.children.filter(({ name }) => name === 'Object');
  const unknown = document.children.find(({ name }) => name !== 'Object' && name !== 'Quiet');
  if (document.name !== 'Delete' || unknown !== undefined || wanted.length === 0 || wanted.length > MAX_KEYS) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const quiet = childText(document, 'Quiet') === 'true';
  const results: XmlElement[] = [];
  for (const node of wanted) {
    const key = childText(node, 'Key') ?? '';
    const versionId = childText(node, 'VersionId');
    const about: readonly XmlElement[] = [
      ['Key', key],
      ['VersionId', versionId],
    ];
    try {
      context.access.check(call.caller, deleteNeeds(call, key, versionId));
      const deleted = await deleteVersion(call, context, key, versionId);
      const marker: readonly XmlElement[] = deleted.marker
        ? [
            ['DeleteMarker', true],
            ['DeleteMarkerVersionId', deleted.versionId],
          ]
        : [];
      if (!quiet) results.push(['Deleted', [...about, ...marker]]);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      results.push(['Error', [...about, ['Code', error.code], ['Message', error.message]]]);
    }
  }
  return xmlAnswer(writeXml('DeleteResult', results));
}

function parseMaxKeys(text: string | null): number {
  const count = text === null ? MAX_KEYS : Number(text);
  if (!Number.isSafeInteger(count) || count < 0)
    throw invalidArgument('Provided max-keys not an integer or within integer range');
  return count;
}

const makeToken = (after: string, skip: string): string =>
  Buffer.from(JSON.stringify([after, skip])).toString('base64url');

function readToken(token: string): { readonly after: string; readonly skip: string } {
  try {
    const [after, skip] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [unknown, unknown];
    if (typeof after === 'string' && typeof skip === 'string') return { after, skip };
  } catch {
    // said below
  }
  throw invalidArgument('The continuation token provided is incorrect');
}

/** As S3 encodes keys on request: all but unreserved characters and `/`. */
export const encodeKey = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
