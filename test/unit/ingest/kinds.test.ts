import { describe, expect, it } from 'vitest';
import type { Draft } from '../../../functions/ingest/draft.ts';
import { processByKind } from '../../../functions/ingest/kinds/process.ts';
import { parseLine } from '../../../functions/ingest/parse/parse-line.ts';

const event = (attributes: Draft['attributes'], body: Draft['body'] = 'm', more: Partial<Draft> = {}): Draft => ({
  body,
  attributes,
  resource: {},
  ...more,
});

describe('an access log', () => {
  it('gets OpenTelemetry’s names, the class of its status, its duration and a level', () => {
    const read = processByKind(
      event({ method: 'GET', path: '/a', status: 503, duration_ms: 120, remote_addr: '192.0.2.1' }),
    );
    expect(read).toMatchObject({
      severityNumber: 17,
      attributes: {
        method: 'GET',
        'http.request.method': 'GET',
        'url.path': '/a',
        'http.response.status_code': 503,
        'client.address': '192.0.2.1',
      },
      resource: { 'log.kind': 'access', 'http.response.status_class': '5xx', 'http.server.request.duration': 0.12 },
    });
  });

  it('keeps the level and the names that it has', () => {
    const line = '192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 404 1';
    const parsed = parseLine(line, 0);
    const read = processByKind({ ...parsed, severityNumber: 5, severityText: 'DEBUG' });
    expect(read).toMatchObject({ severityNumber: 5, severityText: 'DEBUG', attributes: parsed.attributes });
    expect(read.resource).toEqual({ 'log.kind': 'access', 'http.response.status_class': '4xx' });
  });

  it('is not seen in a status without a request, nor in a number that is no status', () => {
    const others: Draft['attributes'][] = [
      { status: 200 },
      { status: 7, path: '/a' },
      { status: 'done', method: 'GET' },
    ];
    for (const attributes of others) expect(processByKind(event(attributes))).toEqual(event(attributes));
  });
});

describe('an audit log', () => {
  it('gets actor, action and address by their common names', () => {
    const read = processByKind(
      event({
        actor: { id: 'u1', name: 'Ann' },
        action: 'user.delete',
        entity_type: 'user',
        entity_id: '7',
        ip_address: '192.0.2.1',
      }),
    );
    expect(read).toMatchObject({
      severityNumber: 9,
      attributes: { 'user.id': 'u1', 'user.name': 'Ann', 'event.action': 'user.delete', 'client.address': '192.0.2.1' },
      resource: { 'log.kind': 'audit' },
    });
  });
});

describe('an error log', () => {
  it('gets the exception that its logger was given', () => {
    const err = { type: 'TypeError', message: 'x is no function', stack: 'TypeError: x is no function\n    at a.js:1' };
    expect(processByKind(event({ err }))).toMatchObject({
      attributes: {
        err,
        'exception.type': 'TypeError',
        'exception.message': 'x is no function',
        'exception.stacktrace': err.stack,
      },
      resource: { 'log.kind': 'error' },
    });
  });

  it('gets the exception of a stack trace in its message', () => {
    const body = 'ERROR it broke\njava.lang.IllegalStateException: no\n\tat com.example.A.b(A.java:1)';
    expect(processByKind(event({}, body)).attributes).toEqual({
      'exception.type': 'java.lang.IllegalStateException',
      'exception.message': 'no',
    });
  });

  it('is told by its level alone, and otherwise an application’s event stays as it is', () => {
    expect(processByKind(event({}, 'm', { severityNumber: 17 })).resource).toEqual({ 'log.kind': 'error' });
    const plain = event({ a: 1 }, 'm', { severityNumber: 9 });
    expect(processByKind(plain)).toBe(plain);
  });
});
