// Runs a program under the Node 24 that npm installs, from any Node that runs this file; installs first where that is needed.
//   node bin/node24.mjs PROGRAM ARGUMENTS…
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, 'node_modules/.package-lock.json');
const lock = join(root, 'package-lock.json');

install();
const child = spawn(findNode24(), ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  stdio: 'inherit',
  // types are stripped and code is compiled once, not at every start of every process and thread
  env: { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'), ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (signal !== null) process.removeAllListeners(signal);
  signal === null ? process.exit(code ?? 1) : process.kill(process.pid, signal);
});

/** Installs where `node_modules` is missing or older than the lock file. */
function install() {
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stderr.write('Installing packages …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // not `npm ci`: a lock file made on one kind of machine may lack optional packages of another, which it refuses and `install` adds
  const { status } = spawnSync(npm, ['install', '--no-save', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write('npm install failed; its output above says why\n');
    process.exit(status ?? 1);
  }
  const now = new Date();
  utimesSync(installed, now, now);
}

/** This Node where it is 24, else the one that came as a package for this machine. */
function findNode24() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    process.stderr.write(
      `npm has no Node 24 for ${process.platform}-${process.arch}: run this with Node 24 itself (this is ${process.version})\n`,
    );
    process.exit(1);
  }
}
