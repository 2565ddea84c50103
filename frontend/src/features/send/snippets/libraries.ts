import { placeOf, type Snippet, withPort } from './snippet.ts';

/** Loggers that send by themselves. */
export const LIBRARIES: readonly Snippet[] = [
  {
    id: 'otel-sdk',
    name: 'OpenTelemetry SDK',
    note: 'For every SDK that reads its settings from the environment.',
    text: (url, key) => `export OTEL_LOGS_EXPORTER=otlp
export OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=${url}/v1/logs
export OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_LOGS_HEADERS="authorization=Bearer%20${key}"
export OTEL_SERVICE_NAME=checkout`,
  },
  {
    id: 'pino',
    name: 'pino',
    text: (url, key) => `import pino from 'pino';

export const logger = pino(
  pino.transport({
    target: 'pino-loki',
    options: {
      host: '${url}',
      basicAuth: { username: 'tributary', password: '${key}' },
      labels: { service: 'checkout' },
      batching: { interval: 1 },
    },
  }),
);`,
  },
  {
    id: 'winston',
    name: 'winston',
    text: (url, key) => {
      const { host, port, tls } = placeOf(url);
      return `import winston from 'winston';

export const logger = winston.createLogger({
  defaultMeta: { service: 'checkout' },
  format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
  transports: [
    new winston.transports.Http({
      host: '${host}',
      port: ${port},
      ssl: ${tls},
      path: '/v1/ingest',
      headers: { 'X-API-Key': '${key}' },
      batch: true,
    }),
  ],
});`;
    },
  },
  {
    id: 'elasticsearch',
    name: 'Elasticsearch client',
    text: (url, key) => `import { Client } from '@elastic/elasticsearch';

const client = new Client({ node: '${withPort(url)}', auth: { username: 'tributary', password: '${key}' } });
await client.helpers.bulk({
  datasource: [{ '@timestamp': new Date().toISOString(), message: 'order placed', service: { name: 'checkout' } }],
  onDocument: () => ({ create: { _index: 'logs' } }),
});`,
  },
  {
    id: 'logtail',
    name: 'Logtail (Better Stack)',
    text: (url, key) => `import { Logtail } from '@logtail/node';

const logtail = new Logtail('${key}', { endpoint: '${url}/v1/ingest' });
await logtail.info('order placed', { service: 'checkout' });
await logtail.flush();`,
  },
];
