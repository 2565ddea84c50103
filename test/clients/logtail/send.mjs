import { Logtail } from '@logtail/node';
import { lines, service, spanId, token, traceId, url } from './plan.mjs';

const logtail = new Logtail(token, { endpoint: `${url}v1/ingest`, batchInterval: 100, retryBackoff: 300 });
await Promise.all(
  lines.map(({ text, level, time }) =>
    logtail[level](text, { dt: new Date(time), service, trace_id: traceId, span_id: spanId }),
  ),
);
await logtail.flush();
