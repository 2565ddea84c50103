import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { upload } from '../../../bin/cli/upload.ts';

const CONTENT = 'one\ntwo\n';
const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
  vi.restoreAllMocks();
});

/** The platform's routes of uploads: a file is read by the second time that it is asked for. @param end how the upload ends */
async function startUploads(end: object, putStatus = 200) {
  const calls: string[] = [];
  const bodies: string[] = [];
  let asked = 0;
  const now = new Date().toISOString();
  const state = (more: object) => ({
    id: 'u1',
    name: 'app.log',
    size: CONTENT.length,
    status: 'queued',
    error: null,
    created_at: now,
    updated_at: now,
    progress: 0,
    accepted: 0,
    rejected: 0,
    rejections: [],
    first_time: null,
    last_time: null,
    ...more,
  });
  const server = createServer(async (request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'nobody'}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    const { port } = server.address() as AddressInfo;
    const put = { url: `http://127.0.0.1:${port}/bucket/u1`, headers: {}, expires_at: now };
    const answer =
      request.method === 'GET'
        ? state(++asked < 2 ? { status: 'processing' } : end)
        : state(request.url === '/api/v1/uploads' ? { status: 'waiting', put } : {});
    response.writeHead(request.method === 'PUT' ? putStatus : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'tributary-upload-'));
  ended.push(
    () => server.close(),
    () => rmSync(folder, { recursive: true }),
  );
  const file = join(folder, 'app.log');
  writeFileSync(file, CONTENT);
  const printed: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const { port } = server.address() as AddressInfo;
  const run = (path = file) =>
    upload({ url: `http://127.0.0.1:${port}`, credential: 'key' } as never, {
      file: path,
      service: 'shop',
      quiet: true,
      pollMillis: 1,
    });
  return { calls, bodies, printed, run };
}

describe('send --upload', () => {
  it('puts the file without credentials, completes it and tells what was accepted', async () => {
    const { calls, bodies, printed, run } = await startUploads({ status: 'completed', accepted: 2 });
    expect(await run()).toBe(0);
    expect(calls).toEqual([
      'POST /api/v1/uploads Bearer key',
      'PUT /bucket/u1 nobody',
      'POST /api/v1/uploads/u1/complete Bearer key',
      'GET /api/v1/uploads/u1 Bearer key',
      'GET /api/v1/uploads/u1 Bearer key',
    ]);
    expect(JSON.parse(bodies[0] ?? '')).toEqual({ name: 'app.log', size: 8, service: 'shop' });
    expect(bodies[1]).toBe(CONTENT);
    expect(printed).toEqual(['2 accepted, 0 rejected\n']);
  });

  it('says which events were rejected, and ends with a code where the file could not be read, put or found', async () => {
    const rejection = { reason: 'too large', entry: 'b.log', offset: 7 };
    const some = await startUploads({ status: 'completed', accepted: 1, rejected: 1, rejections: [rejection] });
    expect(await some.run()).toBe(0);
    expect(some.printed).toContain('too large at byte 7 of b.log\n');
    const unread = await startUploads({ status: 'failed', error: 'the zip is damaged' });
    await expect(unread.run()).rejects.toThrow('the zip is damaged');
    const refused = await startUploads({}, 403);
    await expect(refused.run()).rejects.toThrow('the file was not taken: 403');
    expect(refused.calls).toHaveLength(2);
    await expect(refused.run('/nowhere/app.log')).rejects.toMatchObject({ exitCode: 2 });
    await expect(refused.run('-')).rejects.toMatchObject({ exitCode: 2 });
  });
});
