import { createHash, randomBytes } from 'node:crypto';
import { AwsError } from '../aws-server/aws-error.ts';
import type { HttpAnswer } from '../aws-server/http-server.ts';
import type { BlobFiles } from './blob-files.ts';
import { encodeKey } from './bucket-operations.ts';
import { algorithmNamed, type Checksum, makeHasher } from './checksum.ts';
import { checkWriteConditions } from './conditions.ts';
import { checksumHeaders, objectHeaders, retentionOf, versionHeader } from './object-headers.ts';
import { checkKey, keep, readDocument, WRITE_HEADERS, writeNeeds, xmlAnswer } from './object-operations.ts';
import type { Part, Upload } from './object-store.ts';
import { objectArn, type S3Call, type S3Context, type S3Operation } from './operation.ts';
import { receivePayload } from './payload.ts';
import { header, invalidArgument } from './s3-request.ts';
import { childText, writeXml, type XmlElement, type XmlNode } from './xml.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

const partNeeds = (call: S3Call) => [{ action: 's3:PutObject', resource: objectArn(call) }];

/** Objects written in parts. */
export const MULTIPART_OPERATIONS: readonly S3Operation[] = [
  {
    name: 'CreateMultipartUpload',
    method: 'POST',
    on: 'object',
    marker: 'uploads',
    headers: WRITE_HEADERS,
    needs: writeNeeds,
    run: create,
  },
  {
    name: 'UploadPart',
    method: 'PUT',
    on: 'object',
    marker: 'uploadId',
    parameters: ['partNumber'],
    headers: ['x-amz-checksum-*'],
    needs: partNeeds,
    run: uploadPart,
  },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    on: 'object',
    marker: 'uploadId',
    headers: ['x-amz-checksum-*', 'x-amz-mp-object-size'],
    needs: partNeeds,
    run: complete,
  },
  {
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    on: 'object',
    marker: 'uploadId',
    needs: (call) => [{ action: 's3:AbortMultipartUpload', resource: objectArn(call) }],
    run: async (call, { store, files }) => {
      const { id } = findUpload(call, store);
      await files.remove(store.transact(() => store.removeUpload(id)));
      return { status: 204 };
    },
  },
  {
    name: 'ListParts',
    method: 'GET',
    on: 'object',
    marker: 'uploadId',
    needs: (call) => [{ action: 's3:ListMultipartUploadParts', resource: objectArn(call) }],
    run: listParts,
  },
  {
    name: 'ListMultipartUploads',
    method: 'GET',
    on: 'bucket',
    marker: 'uploads',
    parameters: ['encoding-type'],
    needs: ({ declared }) => [{ action: 's3:ListBucketMultipartUploads', resource: declared.arn }],
    run: listUploads,
  },
];

async function create(call: S3Call, { store, now }: S3Context): Promise<HttpAnswer> {
  const { declared, key, headers } = call;
  checkKey(key);
  const named = header(headers, 'x-amz-checksum-algorithm');
  const algorithm = named === undefined ? undefined : algorithmNamed(named);
  if (named !== undefined && algorithm === undefined)
    throw invalidArgument(`Checksum algorithm ${named} is not supported.`);
  const type = header(headers, 'x-amz-checksum-type') ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (type !== 'COMPOSITE' && type !== 'FULL_OBJECT') throw invalidArgument(`Checksum type ${type} is not supported.`);
  const upload: Upload = {
    id: randomBytes(24).toString('hex'),
    key,
    createdMillis: now(),
    headers: objectHeaders(headers),
    retention: retentionOf(declared, headers, now()),
    checksum: algorithm && { algorithm, type },
  };
  store.transact(() => store.addUpload(declared, upload));
  const body = writeXml('InitiateMultipartUploadResult', [
    ['Bucket', declared.name],
    ['Key', key],
    ['UploadId', upload.id],
  ]);
  const checksum: Record<string, string> =
    algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type };
  return xmlAnswer(body, checksum);
}

async function uploadPart(call: S3Call, { store, files, now }: S3Context): Promise<HttpAnswer> {
  const upload = findUpload(call, store);
  const number = Number(call.query.get('partNumber') ?? Number.NaN);
  if (!Number.isSafeInteger(number) || number < 1 || number > MAX_PARTS) {
    throw invalidArgument(`Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`);
  }
  const { md5, ...payload } = await receivePayload(call, files);
  await keepPart(call, { store, files }, upload, { ...payload, number, etag: md5, modifiedMillis: now() });
  return {
    status: 200,
    headers: { etag: `"${md5}"`, ...(payload.checksum === undefined ? {} : checksumHeaders(payload.checksum)) },
  };
}

async function keepPart(
  call: S3Call,
  { store, files }: Pick<S3Context, 'store' | 'files'>,
  upload: Upload,
  part: Part,
): Promise<void> {
  try {
    const unused = store.transact(() => {
      // it may have been completed or aborted while the part was received
      findUpload(call, store);
      return store.addPart(upload.id, part);
    });
    await files.remove(unused);
  } catch (error) {
    await files.remove([part.blob]);
    throw error;
  }
}

async function complete(call: S3Call, context: S3Context): Promise<HttpAnswer> {
  const { declared, key } = call;
  const { store, files, now } = context;
  const upload = findUpload(call, store);
  const document = await readDocument(call, context);
  const parts = chooseParts(store.parts(upload.id), document.children);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const announced = header(call.headers, 'x-amz-mp-object-size');
  if (announced !== undefined && Number(announced) !== size) {
    throw new AwsError(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${announced} does not match what was computed: ${size}`,
    );
  }
  const { blob, checksum } = await join(files, parts, upload);
  const md5s = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  const etag = `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`;
  const version = await keep(context, blob, () => {
    findUpload(call, store);
    checkWriteConditions(call, store.find(declared, key));
    const { headers, retention } = upload;
    const added = store.add(declared, key, { blob, size, etag, headers, retention, checksum }, now());
    return { version: added.version, unused: [...added.unused, ...store.removeUpload(upload.id)] };
  });
  const body: XmlElement[] = [
    ['Location', `/${declared.name}/${encodeKey(key)}`],
    ['Bucket', declared.name],
    ['Key', key],
    ['ETag', `"${etag}"`],
    ...(checksum === undefined
      ? []
      : ([
          [`Checksum${checksum.algorithm}`, checksum.value],
          ['ChecksumType', checksum.type],
        ] as XmlElement[])),
  ];
  return xmlAnswer(writeXml('CompleteMultipartUploadResult', body), versionHeader(declared, version));
}

/** The parts that a completion names. @throws AwsError when they are not there, not in order, or too small */
function chooseParts(uploaded: readonly Part[], nodes: readonly XmlNode[]): Part[] {
  const wanted = nodes.filter(({ name }) => name === 'Part');
  if (wanted.length === 0) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const parts = wanted.map((node) => {
    const number = Number(childText(node, 'PartNumber'));
    const etag = childText(node, 'ETag')?.replaceAll('"', '');
    const part = uploaded.find((one) => one.number === number);
    const { checksum } = part ?? {};
    const given = checksum && childText(node, `Checksum${checksum.algorithm}`);
    if (part === undefined || part.etag !== etag || (given !== undefined && given !== checksum?.value)) {
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { PartNumber: number },
      );
    }
    return part;
  });
  if (parts.some(({ number }, index) => index > 0 && number <= (parts[index - 1]?.number ?? 0))) {
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART_BYTES)) {
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  return parts;
}

/** Puts parts into one file and makes the checksum that the upload asked for. */
async function join(
  files: BlobFiles,
  parts: readonly Part[],
  { checksum: wanted }: Upload,
): Promise<{ blob: string; checksum: Checksum | undefined }> {
  const hasher = wanted && (await makeHasher(wanted.algorithm));
  const composite = wanted?.type === 'COMPOSITE';
  const blob = await files.write(
    (async function* () {
      for (const part of parts) {
        for await (const bytes of files.read(part.blob)) {
          if (!composite) hasher?.update(bytes);
          yield bytes;
        }
        if (composite) hasher?.update(Buffer.from(part.checksum?.value ?? '', 'base64'));
      }
    })(),
  );
  if (wanted === undefined || hasher === undefined) return { blob, checksum: undefined };
  const value = hasher.digest().toString('base64');
  return { blob, checksum: { ...wanted, value: composite ? `${value}-${parts.length}` : value } };
}

async function listParts(call: S3Call, { store }: S3Context): Promise<HttpAnswer> {
  const upload = findUpload(call, store);
  const body: XmlElement[] = [
    ['Bucket', call.declared.name],
    ['Key', call.key],
    ['UploadId', upload.id],
    ['IsTruncated', false],
    ...store
      .parts(upload.id)
      .map(
        (part): XmlElement => [
          'Part',
          [
            ['PartNumber', part.number],
            ['LastModified', new Date(part.modifiedMillis).toISOString()],
            ['ETag', `"${part.etag}"`],
            ['Size', part.size],
            ...(part.checksum === undefined
              ? []
              : ([[`Checksum${part.checksum.algorithm}`, part.checksum.value]] as XmlElement[])),
          ],
        ],
      ),
  ];
  return xmlAnswer(writeXml('ListPartsResult', body));
}

async function listUploads({ declared, query }: S3Call, { store }: S3Context): Promise<HttpAnswer> {
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (text: string) => text;
  const body: XmlElement[] = [
    ['Bucket', declared.name],
    ['IsTruncated', false],
    ...store.uploads(declared).map(
      (upload): XmlElement => [
        'Upload',
        [
          ['Key', encode(upload.key)],
          ['UploadId', upload.id],
          ['Initiated', new Date(upload.createdMillis).toISOString()],
        ],
      ],
    ),
  ];
  return xmlAnswer(writeXml('ListMultipartUploadsResult', body));
}

function findUpload({ declared, key, query }: S3Call, store: S3Context['store']): Upload {
  const upload = store.findUpload(declared, key, query.get('uploadId') ?? '');
  if (upload === undefined) {
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
    );
  }
  return upload;
}
