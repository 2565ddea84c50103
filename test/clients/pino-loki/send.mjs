import pino from 'pino';
import { lines, service, spanId, token, traceId, url } from './plan.mjs';

let now = 0;
const transport = pino.transport({
  target: 'pino-loki',
  options: {
    host: url,
    labels: { service },
    basicAuth: { username: 'demo', password: token },
    batching: { interval: 0.2 },
  },
});
const logger = pino({ base: null, timestamp: () => `,"time":${now}` }, transport);
for (const { text, level, time } of lines) {
  now = time;
  logger[level]({ trace_id: traceId, span_id: spanId }, text);
}
transport.end();
