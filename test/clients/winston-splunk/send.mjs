import winston from 'winston';
import SplunkStreamEvent from 'winston-splunk-httplogger';
import { complain, lines, service, spanId, token, traceId, url } from './plan.mjs';

const transport = new SplunkStreamEvent({ splunk: { token, url, sourcetype: service }, exitOnError: false });
transport.server.error = complain;
const logger = winston.createLogger({ transports: [transport] });
for (const { text, level, time } of lines) {
  logger.log({ level, message: text, splunk: { time }, trace_id: traceId, span_id: spanId });
}
