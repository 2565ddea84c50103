import pino from 'pino';
import pinoHttpSend from 'pino-http-send';
import { lines, service, spanId, token, traceId, url } from './plan.mjs';

let now = 0;
const stream = pinoHttpSend.createWriteStream({
  url: `${url}v1/ingest`,
  username: 'demo',
  password: token,
  batchSize: 5,
  timeout: 100,
  interval: 200,
  retries: 4,
  silent: false,
});
const logger = pino({ base: { name: service }, timestamp: () => `,"time":${now}` }, stream);
for (const { text, level, time } of lines) {
  now = time;
  logger[level]({ trace_id: traceId, span_id: spanId }, text);
}
