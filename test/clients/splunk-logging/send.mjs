import splunk from 'splunk-logging';
import { complain, lines, service, spanId, token, traceId, url } from './plan.mjs';

const logger = new splunk.Logger({ token, url, maxBatchCount: 0 });
logger.error = complain;
// as in the client's own example of a format
logger.eventFormatter = (message, severity) => ({ ...message, severity });
for (const { text, level, time } of lines) {
  logger.send({
    message: { message: text, trace_id: traceId, span_id: spanId },
    severity: level,
    metadata: { time, sourcetype: service },
  });
}
logger.flush((error) => error && complain(error));
