import { readFileSync } from 'node:fs';
import { glob, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { matches } from '../iam/authorize.ts';
import type { Credentials } from '../iam/credentials.ts';
import { placeOf } from '../iam/roles.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';

/** Media types by file extension, as far as a site has them. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown',
  '.mjs': 'text/javascript',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};

interface DeploymentProperties {
  readonly SourceObjectKeys: readonly string[];
  readonly SourceMarkers?: readonly Readonly<Record<string, string>>[];
  readonly SourceMarkersConfig?: readonly { readonly jsonEscape?: boolean | string }[];
  readonly DestinationBucketName: string;
  readonly DestinationBucketKeyPrefix?: string;
  readonly Prune?: boolean | string;
  readonly Extract?: boolean | string;
  readonly Include?: readonly string[];
  readonly Exclude?: readonly string[];
  readonly SystemMetadata?: Readonly<Record<string, string>>;
  readonly UserMetadata?: Readonly<Record<string, string>>;
}

/** A file that a deployment puts into a bucket. */
export interface DeployedFile {
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  /** Placeholders in the file and what stands for them. */
  readonly markers: Readonly<Record<string, string>>;
  /** Whether what stands for them is escaped for a JSON text. */
  readonly jsonEscape: boolean;
  readonly resource: Resource;
}

/**
 * What `Custom::CDKBucketDeployment` publishes: every file of its assets that `Exclude` does not name, or `Include` names again.
 * @throws TemplateError for an asset that is missing, zipped or to be left zipped, and for pruning
 */
export async function listDeployedFiles(deployment: Deployment): Promise<readonly DeployedFile[]> {
  const files: DeployedFile[] = [];
  for (const resource of deployment.resources.filter(({ type }) => type === 'Custom::CDKBucketDeployment')) {
    const properties = resource.properties as unknown as DeploymentProperties;
    if (isTrue(properties.Prune ?? true))
      throw new TemplateError(placeOf(resource, 'Prune'), 'pruning is not known here, expected false');
    if (!isTrue(properties.Extract ?? true))
      throw new TemplateError(placeOf(resource, 'Extract'), 'only extracted assets are known here');
    const prefix = (properties.DestinationBucketKeyPrefix ?? '').replace(/^\/|\/$/g, '');
    for (const [index, objectKey] of properties.SourceObjectKeys.entries()) {
      const folder = deployment.assets.get(objectKey);
      if (folder === undefined || !(await stat(folder)).isDirectory()) {
        throw new TemplateError(
          placeOf(resource, `SourceObjectKeys.${index}`),
          `${objectKey} is no folder of the assembly`,
        );
      }
      for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const name = relative(folder, path).split(sep).join('/');
        if (!isWanted(name, properties)) continue;
        files.push({
          bucket: properties.DestinationBucketName,
          key: prefix === '' ? name : `${prefix}/${name}`,
          path,
          markers: properties.SourceMarkers?.[index] ?? {},
          jsonEscape: isTrue(properties.SourceMarkersConfig?.[index]?.jsonEscape ?? false),
          resource,
        });
      }
    }
  }
  return files;
}

interface PublishOptions {
  /** `AWS_ENDPOINT_URL_S3`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** What a text with values of the template becomes on this machine. */
  readonly localise: (text: string) => string;
}

/** Puts the files where the template wants them, with content type and the deployment's metadata. */
export async function publishFiles(
  files: readonly DeployedFile[],
  { endpoint, region, credentials, localise }: PublishOptions,
): Promise<void> {
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const queue = [...files];
  const work = async () => {
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      const { SystemMetadata = {}, UserMetadata } = file.resource.properties as unknown as DeploymentProperties;
      await s3.send(
        new PutObjectCommand({
          Bucket: file.bucket,
          Key: file.key,
          Body: Object.keys(file.markers).length === 0 ? await readFile(file.path) : localise(withMarkers(file)),
          ContentType:
            SystemMetadata['content-type'] ??
            MEDIA_TYPES[extname(file.key).toLowerCase()] ??
            'application/octet-stream',
          CacheControl: SystemMetadata['cache-control'],
          ContentDisposition: SystemMetadata['content-disposition'],
          ContentEncoding: SystemMetadata['content-encoding'],
          ContentLanguage: SystemMetadata['content-language'],
          Metadata: UserMetadata === undefined ? undefined : { ...UserMetadata },
        }),
      );
    }
  };
  try {
    await Promise.all([work(), work(), work(), work()]);
  } finally {
    s3.destroy();
  }
}

function withMarkers({ path, markers, jsonEscape }: DeployedFile): string {
  let text = readFileSync(path, 'utf8');
  for (const [marker, value] of Object.entries(markers)) {
    text = text.replaceAll(marker, () => (jsonEscape ? JSON.stringify(value).slice(1, -1) : value));
  }
  return text;
}

// as `aws s3 sync` does: later filters win, and CDK writes the excludes first
function isWanted(name: string, { Exclude = [], Include = [] }: DeploymentProperties): boolean {
  const isNamed = (patterns: readonly string[]) => patterns.some((pattern) => matches(pattern, name));
  return !isNamed(Exclude) || isNamed(Include);
}

// custom resources get their booleans as text
function isTrue(value: boolean | string): boolean {
  return String(value) === 'true';
}
