import winston from 'winston';
import LokiTransport from 'winston-loki';
import { complain, form, lines, service, sleep, spanId, token, traceId, url } from './plan.mjs';

let failures = 0;
const transport = new LokiTransport({
  host: url.replace(/\/$/, ''),
  labels: { service },
  basicAuth: `demo:${token}`,
  json: form === 'json',
  interval: 0.3,
  replaceTimestamp: false,
  format: winston.format.json(),
  onConnectionError: (error) => {
    failures++;
    complain(error);
  },
});
const logger = winston.createLogger({ transports: [transport] });
for (const { text, level, iso } of lines) {
  logger.log({ level, message: text, timestamp: iso, trace_id: traceId, span_id: spanId });
}
// its loop sends again what was refused; one that is refused for good is ended by its user
const { batcher } = transport;
// after a failure it waits a minute otherwise
batcher.circuitBreakerInterval = 300;
while ((batcher.batch.streams.length > 0 || batcher.batchesSending > 0) && failures < 4) await sleep(100);
if (failures < 4) await transport.flush();
process.exit();
