import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayRequest } from '../../../../lib/local-cloud/gateway/message.ts';
import { PublicServer } from '../../../../lib/local-cloud/gateway/public-server.ts';

let port = 0;
let seen: GatewayRequest | undefined;
const server = new PublicServer({
  host: '127.0.0.1',
  port: 0,
  handle: async (request) => {
    seen = request;
    return { status: request.path === '/none' ? 204 : 200, headers: [['x-a', '1']], body: Buffer.from('body') };
  },
  upgrade: (_request, socket) => socket.destroy(),
});
beforeAll(async () => {
  port = await server.listen();
});
afterAll(() => server.close(0));

/** Sends raw HTTP and reads until the server closes. */
async function raw(...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const answer = text(socket);
  for (const part of parts) if (!socket.write(part)) await new Promise((resolve) => socket.once('drain', resolve));
  return answer;
}

const CLOSE = 'Host: x\r\nConnection: close\r\n';

describe('the public server', () => {
  it('reads a chunked body whole', async () => {
    await raw(
      `POST /a?b=c HTTP/1.1\r\n${CLOSE}Transfer-Encoding: chunked\r\n\r\n`,
      '3\r\nabc\r\n',
      '2\r\nde\r\n',
      '0\r\n\r\n',
    );
    expect(seen).toMatchObject({ method: 'POST', path: '/a', query: 'b=c' });
    expect(seen?.body.toString()).toBe('abcde');
  });

  it('asks for the body of a client that expects to be asked', async () => {
    const answer = await raw(`POST /a HTTP/1.1\r\n${CLOSE}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`, 'ok');
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('does not ask for a body that is too large', async () => {
    const answer = await raw(`POST /a HTTP/1.1\r\n${CLOSE}Expect: 100-continue\r\nContent-Length: 11000000\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('{"message":"Request Entity Too Large"}');
  });

  it('answers a chunked body that is too large, and lets the client finish sending', async () => {
    const megabyte = new Uint8Array(1_000_000);
    const chunks = Array.from({ length: 20 }, () => ['f4240\r\n', megabyte, '\r\n']).flat();
    const answer = await raw(`POST /a HTTP/1.1\r\n${CLOSE}Transfer-Encoding: chunked\r\n\r\n`, ...chunks, '0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('gives HEAD the headers and no body, and 204 no length', async () => {
    const head = await raw(`HEAD /a HTTP/1.1\r\n${CLOSE}\r\n`);
    expect(head).toMatch(/x-a: 1\r\n/);
    expect(head).toMatch(/content-length: 4\r\n/);
    expect(head).toMatch(/\r\n\r\n$/);
    const none = await raw(`GET /none HTTP/1.1\r\n${CLOSE}\r\n`);
    expect(none).not.toMatch(/content-length|body/);
  });

  it('answers more than one request on a connection', async () => {
    const answer = await raw('GET /1 HTTP/1.1\r\nHost: x\r\n\r\n', `GET /2 HTTP/1.1\r\n${CLOSE}\r\n`);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });

  it('answers what is no HTTP, and headers without end, with JSON', async () => {
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(await raw(`GET / HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

it('closes with a client that was upgraded and stays', async () => {
  const stubborn = new PublicServer({
    host: '127.0.0.1',
    port: 0,
    handle: async () => ({ status: 204, headers: [], body: Buffer.alloc(0) }),
    upgrade: (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n'),
  });
  const socket = connect(await stubborn.listen(), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await stubborn.close(50);
  await ended;
});
