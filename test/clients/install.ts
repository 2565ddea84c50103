import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/steps.ts';

const CACHE = join(ROOT, 'node_modules/.cache/tributary-clients');
const INSTALL_MILLIS = 180_000;

/**
 * Puts a client's script beside its installed packages.
 * @param mayInstall whether npm may be asked for what is not there yet
 * @returns the folder to run in; undefined where the packages are not there and do not come
 */
export async function installClient(name: string, mayInstall: boolean): Promise<string | undefined> {
  const source = join(ROOT, 'test/clients', name);
  const manifest = readFileSync(join(source, 'package.json'));
  const folder = join(CACHE, `${name}-${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}`);
  const marker = join(folder, '.installed');
  if (!existsSync(marker)) {
    if (!mayInstall) return undefined;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), manifest);
    if (!(await npmInstall(folder))) return undefined;
    writeFileSync(marker, '');
  }
  cpSync(join(source, 'send.mjs'), join(folder, 'send.mjs'));
  cpSync(join(ROOT, 'test/clients/plan.mjs'), join(folder, 'plan.mjs'));
  return folder;
}

async function npmInstall(folder: string): Promise<boolean> {
  const options = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error'];
  const npm = spawn('npm', ['install', ...options], {
    cwd: folder,
    stdio: 'ignore',
    shell: process.platform === 'win32',
    timeout: INSTALL_MILLIS,
  });
  return new Promise((resolve) => {
    npm.once('error', () => resolve(false));
    npm.once('exit', (code) => resolve(code === 0));
  });
}
