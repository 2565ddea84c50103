import { describe, expect, it } from 'vitest';
import { SNIPPET_GROUPS } from '../../../frontend/src/features/send/snippets.ts';
import { shipperTable } from '../../../functions/ingest/shipper-table.ts';

/** The path that a shipper set up as its snippet says sends to, and by which protocol that is read. */
const SENDS_TO: Readonly<Record<string, readonly [path: string, protocol: string]>> = {
  file: ['/v1/ingest', 'ingest'],
  'otel-collector': ['/v1/logs', 'otlp'],
  'fluent-bit': ['/v1/ingest', 'ingest'],
  fluentd: ['/v1/ingest', 'ingest'],
  vector: ['/v1/ingest', 'ingest'],
  alloy: ['/loki/api/v1/push', 'loki'],
  filebeat: ['/_bulk', 'elasticsearch'],
  logstash: ['/_bulk', 'elasticsearch'],
  'datadog-agent': ['/api/v2/logs', 'datadog'],
  'splunk-hec': ['/services/collector/event', 'splunk-hec'],
  docker: ['/services/collector/event/1.0', 'splunk-hec'],
  rsyslog: ['/v1/ingest', 'ingest'],
  'syslog-ng': ['/v1/ingest', 'ingest'],
  gelf: ['/gelf', 'gelf'],
  'docker-loki': ['/loki/api/v1/push', 'loki'],
  firehose: ['/firehose', 'firehose'],
  heroku: ['/logplex', 'syslog'],
  'otel-sdk': ['/v1/logs', 'otlp'],
  pino: ['/loki/api/v1/push', 'loki'],
  winston: ['/v1/ingest', 'ingest'],
  elasticsearch: ['/_bulk', 'elasticsearch'],
  logtail: ['/v1/ingest', 'ingest'],
};
/** These add the path by themselves. */
const ADDS_PATH = new Set([
  'otel-collector',
  'filebeat',
  'logstash',
  'datadog-agent',
  'docker',
  'pino',
  'elasticsearch',
]);
/** They speak to the platform's own API, which the end to end test of snippets runs. */
const OWN = new Set(['curl', 'cli', 'node', 'python']);

const snippets = SNIPPET_GROUPS.flatMap((group) => group.snippets);

describe('snippets', () => {
  it('are each looked at here', () => {
    expect(snippets.map(({ id }) => id).filter((id) => !OWN.has(id))).toEqual(Object.keys(SENDS_TO));
  });

  it.each(Object.entries(SENDS_TO))('%s sends to a path that takes events', (id, [path, protocol]) => {
    expect(shipperTable.intakes.find((intake) => intake.path.test(path))?.protocol).toBe(protocol);
    const text = snippets.find((snippet) => snippet.id === id)?.text('https://in.example.com', 'the-key') ?? '';
    if (!ADDS_PATH.has(id)) expect(text).toContain(path.slice(1));
  });

  it.each(['https://in.example.com', 'http://127.0.0.1:8080'])('name host, port and TLS of %s', (url) => {
    const { protocol, port } = new URL(url);
    for (const { id, text } of snippets) expect(text(url, 'the-key'), id).toContain(new URL(url).hostname);
    const tls = protocol === 'https:';
    const of = (wanted: string) => snippets.find(({ id }) => id === wanted)?.text(url, 'the-key');
    expect(of('fluent-bit')).toMatch(new RegExp(`Port +${port || 443}\\n[\\s\\S]*tls +${tls ? 'On' : 'Off'}`));
    expect(of('rsyslog')).toContain(`usehttps="${tls ? 'on' : 'off'}"`);
    expect(of('datadog-agent')).toContain(`logs_no_ssl: ${!tls}`);
    expect(of('filebeat')).toContain(`hosts: ["${protocol}//${new URL(url).hostname}:${port || 443}"]`);
  });
});
