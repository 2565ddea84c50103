import { describe, expect, it } from 'vitest';
import { type Import, listImports, readImports } from '../support/imports.ts';

const imports = listImports(['bin', 'lib', 'functions', 'frontend/src']);

/** What files of one place may import of ours. The first place that a file is in decides. */
interface Place {
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly RegExp[];
  /** May be named in types only. */
  readonly mayAsType?: readonly RegExp[];
}

const CORE = /^functions\/core\//;
/** Public faces and environments: leaves that the template, the browser and other slices may read. */
const FACE = /^functions\/[\w-]+\/([a-z]+-)?api\.ts$/;
const ENVIRONMENT = /^functions\/(adapters\/)?[\w-]+\/env\.ts$/;
/** Prefixes of keys in tables, which policies name. */
const KEYS = /^functions\/adapters\/[\w-]+\/keys\.ts$/;
/** What a slice asks of what it stands on. All that a port has at run time are its failures: who catches one asks for its class. */
const PORT = /^functions\/adapters\/[\w-]+\/port\.ts$/;
const LANGUAGE = /^functions\/search\/language\//;
/** An event as clients see it: the tail sends what search answers. */
const WIRE_EVENT = /^functions\/search\/log-event\.ts$/;
/** Sample logs, also made by the command line and for the demo. */
const GENERATOR = /^functions\/ingest\/generator\/generate\.ts$/;
const LIVE_MESSAGES = /^functions\/live\/message\.ts$/;

const PLACES: readonly Place[] = [
  { name: 'the CDK app', files: /^bin\/app\.ts$/, may: [/^lib\/(bundles\.ts|config\/|stacks\/)/] },
  {
    name: 'the command line and the tools',
    files: /^bin\//,
    may: [/^bin\//, /^lib\/(bundles\.ts|config\/)/, /^lib\/local-cloud\/local-cloud\.ts$/, CORE, FACE, GENERATOR],
    mayAsType: [LIVE_MESSAGES],
  },
  { name: 'the local cloud', files: /^lib\/local-cloud\//, may: [/^lib\/local-cloud\//] },
  { name: 'settings', files: /^lib\/config\//, may: [/^lib\/config\//] },
  {
    name: 'constructs',
    files: /^lib\/constructs\//,
    may: [/^lib\/(bundles\.ts|config\/|constructs\/)/],
    mayAsType: [ENVIRONMENT],
  },
  {
    name: 'stacks',
    files: /^lib\/stacks\//,
    may: [/^lib\/(config|constructs|stacks)\//, KEYS],
    mayAsType: [ENVIRONMENT],
  },
  { name: 'the bundler', files: /^lib\/bundles\.ts$/, may: [] },
  { name: 'the kernel', files: CORE, may: [CORE] },
  { name: 'the query language', files: LANGUAGE, may: [LANGUAGE, CORE] },
  { name: 'faces', files: FACE, may: [CORE, FACE] },
  { name: 'environments', files: ENVIRONMENT, may: [CORE, ENVIRONMENT] },
  { name: 'ports', files: PORT, may: [], mayAsType: [CORE, PORT, LANGUAGE] },
  {
    name: 'adapters',
    files: /^functions\/adapters\//,
    may: [/^functions\/adapters\//, CORE, LANGUAGE],
  },
];

/** What a slice's own files may import: itself, ports, another's face, the kernel and the language. */
const sliceOf = (file: string) => file.split('/').slice(0, 2).join('/');
const isHandler = (file: string) => file.endsWith('.handler.ts');

function mayImport({ file, target, typeOnly }: Import): boolean {
  const place = PLACES.find(({ files }) => files.test(file));
  if (place !== undefined)
    return (
      place.may.some((pattern) => pattern.test(target)) ||
      (typeOnly && (place.mayAsType ?? []).some((pattern) => pattern.test(target)))
    );
  if (file.startsWith('functions/'))
    return (
      target.startsWith(`${sliceOf(file)}/`) ||
      [CORE, FACE, LANGUAGE, WIRE_EVENT].some((pattern) => pattern.test(target)) ||
      (isHandler(file) ? target.startsWith('functions/adapters/') : PORT.test(target))
    );
  return mayFrontendImport(file, target, typeOnly);
}

const featureOf = (path: string) => /^frontend\/src\/features\/([\w-]+)\//.exec(path)?.[1];

function mayFrontendImport(file: string, target: string, typeOnly: boolean): boolean {
  if (LANGUAGE.test(target)) return true;
  // schemas cost the browser 26 KB
  if (FACE.test(target)) return typeOnly;
  if (!target.startsWith('frontend/src/')) return false;
  const [, , folder = ''] = target.split('/');
  if (file === 'frontend/src/main.tsx' || file.startsWith('frontend/src/app/')) return true;
  if (folder === 'features') return featureOf(file) !== undefined && featureOf(file) === featureOf(target);
  if (file.startsWith('frontend/src/lib/')) return folder === 'lib';
  return folder === 'lib' || folder === 'ui';
}

const ours = imports.filter(({ ours }) => ours);
const packages = imports.filter(({ ours }) => !ours);
const tell = ({ file, target }: Import) => `${file} imports ${target}`;

describe('imports', () => {
  it('are found', () => {
    expect(ours.length).toBeGreaterThan(500);
    expect(packages.length).toBeGreaterThan(100);
  });

  it('point one way', () => {
    expect(ours.filter((each) => !mayImport(each)).map(tell)).toEqual([]);
  });

  it('of the other way would be seen', () => {
    const forbidden: [string, string][] = [
      ['lib/local-cloud/functions.ts', "import { x } from '../../functions/core/json.ts';"],
      ['lib/local-cloud/functions.ts', "import type { StageSettings } from '../config/stage.ts';"],
      ['functions/search/facets.ts', "import { x } from '../ingest/accept.ts';"],
      ['functions/search/facets.ts', "import { OpenSearchEventStore } from '../adapters/event-store/opensearch.ts';"],
      ['functions/search/api.ts', "import { x } from './facets.ts';"],
      ['functions/core/http.ts', "import type { Limiter } from '../adapters/limiter/port.ts';"],
      ['frontend/src/features/logs/x.ts', "import { SearchInput } from '../../../../functions/search/api.ts';"],
      ['frontend/src/features/logs/x.ts', "import { x } from '../overview/api/overview.ts';"],
      ['frontend/src/ui/x.ts', "import { x } from '../features/overview/api/overview.ts';"],
      ['frontend/src/lib/x.ts', "import {\n  x,\n} from '../ui/button.tsx';"],
      ['bin/app.ts', "import { x } from '../functions/ingest/accept.ts';"],
      ['lib/stacks/app-stack.ts', "const { x } = await import('../../functions/ingest/accept.ts');"],
    ];
    for (const [file, text] of forbidden) {
      const [found, ...more] = readImports(file, text);
      expect(more).toEqual([]);
      expect(found && mayImport(found), `${file}: ${text}`).toBe(false);
    }
  });

  it('keep raw clients of stores in adapters, where the tenant is added; handlers make them', () => {
    const clients = packages.filter(
      ({ target }) => /^@aws-sdk\/|^@smithy\//.test(target) && target !== '@aws-sdk/lib-dynamodb',
    );
    const astray = clients.filter(
      ({ file }) => file.startsWith('functions/') && !file.startsWith('functions/adapters/') && !isHandler(file),
    );
    expect(astray.map(tell)).toEqual([]);
    const statements = packages.filter(
      ({ file, target }) => target === '@aws-sdk/lib-dynamodb' && file.startsWith('functions/'),
    );
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.filter(({ file }) => !file.startsWith('functions/adapters/')).map(tell)).toEqual([]);
  });

  it('let the raw search client be seen by the event store alone', () => {
    const users = ours.filter(({ target }) => /^functions\/adapters\/event-store\/opensearch-client\.ts$/.test(target));
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter(({ file }) => !file.startsWith('functions/adapters/event-store/')).map(tell)).toEqual([]);
  });

  it('keep the query language pure: neither it nor what it reaches imports a module of Node', () => {
    const reached = new Set(imports.filter(({ file }) => LANGUAGE.test(file)).map(({ file }) => file));
    for (const file of reached)
      for (const each of ours) if (each.file === file && !each.typeOnly) reached.add(each.target);
    expect(reached.size).toBeGreaterThan(5);
    const used = packages.filter(({ file, typeOnly }) => reached.has(file) && !typeOnly);
    expect(used.filter(({ target }) => target.startsWith('node:')).map(tell)).toEqual([]);
  });

  it('let neither the CDK nor Node into the browser', () => {
    const browser = packages.filter(({ file }) => file.startsWith('frontend/src/'));
    expect(browser.filter(({ target }) => /^(node:|aws-cdk|@aws-sdk|zod$)/.test(target)).map(tell)).toEqual([]);
  });

  it('name the file, so that no barrel hides where a thing lives', () => {
    const unnamed = ours.filter(({ target }) => !/\.(ts|tsx|js|mjs|css|svg)$/.test(target));
    expect(unnamed.map(tell)).toEqual([]);
    expect(ours.filter(({ target }) => /\/index\.tsx?$/.test(target)).map(tell)).toEqual([]);
  });
});
