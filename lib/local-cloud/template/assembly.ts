import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemplateError } from './template-error.ts';

/** A CloudFormation template as written. */
interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

interface TemplateOutput {
  readonly Value: unknown;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

/** One stack of a cloud assembly. */
export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** As in the manifest: a real account and region, or `unknown-…` when the stack is environment-agnostic. */
  readonly accountId: string | undefined;
  readonly region: string | undefined;
}

/** A synthesised `cdk.out`: its stacks, each after those it depends on, and where the files of its assets are. */
export interface Assembly {
  readonly stacks: readonly Stack[];
  /** Path of the file or folder that is published under this object key, by key. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: {
          readonly path?: string;
          readonly packaging?: string;
        };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
  readonly dockerImages?: Readonly<Record<string, unknown>>;
}

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  // CDK writes one, about its bootstrap version, which does not exist here
  'Rules',
]);

/**
 * Reads the manifest, the templates and the asset manifests of a cloud assembly, nested assemblies (CDK stages) included.
 * @throws TemplateError where a template has a section that is not known here; Error when the folder is no assembly
 */
export function readAssembly(directory: string): Assembly {
  const manifestPath = join(directory, 'manifest.json');
  if (!existsSync(manifestPath)) throw new Error(`${directory} is no cloud assembly: manifest.json is missing`);
  const { artifacts = {} } = readJson<{ artifacts?: Record<string, Artifact> }>(manifestPath);
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  const seen = new Set<string>();

  const visit = (id: string) => {
    const artifact = artifacts[id];
    if (artifact === undefined || seen.has(id)) return;
    seen.add(id);
    for (const dependency of artifact.dependencies ?? []) visit(dependency);
    const property = (name: string) => {
      const value = artifact.properties?.[name];
      if (value === undefined) throw new Error(`${manifestPath}: artifact ${id} has no property ${name}`);
      return value;
    };
    switch (artifact.type) {
      case 'aws:cloudformation:stack':
        stacks.push(readStack(directory, artifact.properties?.stackName ?? id, property('templateFile'), artifact));
        break;
      case 'cdk:asset-manifest':
        readAssets(directory, property('file'), assets);
        break;
      case 'cdk:cloud-assembly': {
        const nested = readAssembly(join(directory, property('directoryName')));
        stacks.push(...nested.stacks);
        for (const [key, path] of nested.assets) assets.set(key, path);
        break;
      }
      case 'cdk:tree':
      case 'cdk:feature-flag-report':
        break;
      default:
        throw new Error(`${manifestPath}: artifact ${id} is of type ${artifact.type}, which is not known here`);
    }
  };
  for (const id of Object.keys(artifacts)) visit(id);
  if (stacks.length === 0) throw new Error(`${directory} holds no stack`);
  return { stacks, assets };
}

function readStack(directory: string, name: string, templateFile: string, artifact: Artifact): Stack {
  const template = readJson<Template>(join(directory, templateFile));
  for (const section of Object.keys(template)) {
    if (!SECTIONS.has(section)) throw new TemplateError({ stack: name, path: section }, 'section is not known here');
  }
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(artifact.environment ?? '') ?? [];
  const real = (value: string | undefined) => (value?.startsWith('unknown-') ? undefined : value);
  return { name, template, accountId: real(account), region: real(region) };
}

function readAssets(directory: string, file: string, into: Map<string, string>): void {
  const manifest = readJson<AssetManifest>(join(directory, file));
  const [image] = Object.keys(manifest.dockerImages ?? {});
  if (image !== undefined) throw new Error(`${file}: asset ${image} is a container image, which is not known here`);
  for (const [id, { source, destinations }] of Object.entries(manifest.files ?? {})) {
    if (source.path === undefined) throw new Error(`${file}: asset ${id} has no path`);
    for (const { objectKey } of Object.values(destinations)) into.set(objectKey, join(directory, source.path));
  }
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
