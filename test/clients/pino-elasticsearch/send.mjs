import pino from 'pino';
import pinoElasticsearch from 'pino-elasticsearch';
import { complain, lines, service, spanId, token, traceId, url } from './plan.mjs';

let now = 0;
const stream = pinoElasticsearch({
  index: 'logs-shop',
  node: url,
  auth: { username: 'demo', password: token },
  esVersion: 8,
  opType: 'create',
  flushBytes: 300,
  flushInterval: 200,
});
for (const event of ['error', 'insertError', 'unknown']) stream.on(event, complain);
const logger = pino({ base: { service }, timestamp: () => `,"time":${now}` }, stream);
for (const { text, level, time } of lines) {
  now = time;
  logger[level]({ trace_id: traceId, span_id: spanId }, text);
}
stream.end();
