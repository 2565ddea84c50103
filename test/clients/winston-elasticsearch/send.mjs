import winston from 'winston';
import { ElasticsearchTransport } from 'winston-elasticsearch';
import { complain, lines, sleep, spanId, token, traceId, url } from './plan.mjs';

let failures = 0;
const transport = new ElasticsearchTransport({
  flushInterval: 200,
  retryLimit: 4,
  clientOpts: { node: url, auth: { username: 'demo', password: token }, maxRetries: 0 },
});
transport.on('warning', (error) => {
  failures++;
  complain(error);
});
transport.on('error', complain);
const logger = winston.createLogger({ transports: [transport] });
for (const { text, level, iso } of lines) {
  logger.log({ level, message: text, timestamp: iso, 'trace.id': traceId, 'span.id': spanId });
}
await sleep(1000);
while (failures > 0 && failures < 4 && transport.bulkWriter.bulk.length > 0) await sleep(200);
await transport.flush();
process.exit();
