import winston from 'winston';
import Log2gelf from 'winston-log2gelf';
import { hostname, lines, port, service, spanId, token, traceId } from './plan.mjs';

const transport = new Log2gelf({
  protocol: 'http',
  host: hostname,
  port,
  service,
  keepAlive: -1,
  protocolOptions: { headers: { authorization: `Bearer ${token}` } },
});
const logger = winston.createLogger({ transports: [transport] });
for (const { text, level } of lines) logger.log({ level, message: text, trace_id: traceId, span_id: spanId });
