import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT } from './steps.ts';

/** One import of one source file. */
export interface Import {
  /** Path from the repository's root. */
  readonly file: string;
  /** Path from the repository's root for a file of ours, else the package or `node:` module as written. */
  readonly target: string;
  readonly ours: boolean;
  /** Whether it is gone at run time. */
  readonly typeOnly: boolean;
}

const SOURCE = /\.(ts|tsx|mjs|js)$/;
/** A statement at the start of a line; the repository's formatter puts none elsewhere. */
const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[\w*{][^;'"`]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** All imports of the sources below some folders. */
export function listImports(folders: readonly string[]): readonly Import[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => SOURCE.test(file))
      .flatMap((file) =>
        readImports(posix.join(folder, file.replaceAll('\\', '/')), readFileSync(join(ROOT, folder, file), 'utf8')),
      ),
  );
}

/** Imports of one source text. @param file its path from the root, which relative imports start at */
export function readImports(file: string, text: string): readonly Import[] {
  const toImport = (specifier: string, typeOnly: boolean): Import => {
    const ours = specifier.startsWith('.');
    return { file, target: ours ? posix.join(posix.dirname(file), specifier) : specifier, ours, typeOnly };
  };
  return [
    ...[...text.matchAll(STATEMENT)].map(([, type, specifier = '']) => toImport(specifier, type !== undefined)),
    ...[...text.matchAll(DYNAMIC)].map(([, specifier = '']) => toImport(specifier, false)),
  ];
}
