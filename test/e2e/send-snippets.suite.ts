import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SNIPPET_GROUPS } from '../../frontend/src/features/send/snippets.ts';
import { eventually, type Platform } from '../support/platform.ts';

const run = promisify(execFile);
const snippets = SNIPPET_GROUPS.flatMap((group) => group.snippets);

/** Those that need nothing but a shell, with what runs them. */
const RUN: Readonly<Record<string, { readonly program: readonly string[]; readonly protocol: string }>> = {
  curl: { program: ['bash', '-ec'], protocol: 'tributary' },
  file: { program: ['bash', '-ec'], protocol: 'ingest' },
  node: { program: [process.execPath, '--input-type=module', '-e'], protocol: 'tributary' },
  python: { program: ['python3', '-c'], protocol: 'tributary' },
  'splunk-hec': { program: ['bash', '-ec'], protocol: 'splunk-hec' },
  gelf: { program: ['bash', '-ec'], protocol: 'gelf' },
};

/** What people are told to paste, pasted. */
export const sendSnippets = (platform: () => Platform) =>
  describe('the snippets of the page that says how to send', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'tributary-snippets-'));
      writeFileSync(join(folder, 'app.log'), 'level=info msg="order placed"\n');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const stored = async (protocol: string) => {
      const query = new URLSearchParams({ query: `source:${protocol} service:checkout "order placed"` });
      return (await platform().json<{ total: number }>(`/api/v1/logs/search?${query}`)).total;
    };

    it.for(Object.entries(RUN))('%s works as it stands', async ([id, { program, protocol }], { skip }) => {
      // a machine without Python is not a wrong snippet
      skip(spawnSync(program[0] ?? '', ['--version']).error !== undefined, `there is no ${program[0]}`);
      const text = snippets.find((snippet) => snippet.id === id)?.text(platform().url, platform().apiKey) ?? '';
      const before = await stored(protocol);
      const [file = '', ...args] = program;
      await run(file, [...args, text], { cwd: folder });
      const stands = await eventually(
        () => stored(protocol),
        (total) => total > before,
      );
      expect(stands).toBe(before + 1);
    });
  });
