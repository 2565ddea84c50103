import { client, v2 } from '@datadog/datadog-api-client';
import { complain, lines, service, spanId, token, traceId, url } from './plan.mjs';

const configuration = client.createConfiguration({
  authMethods: { apiKeyAuth: token },
  baseServer: new client.BaseServerConfiguration(url.replace(/\/$/, ''), {}),
  enableRetry: true,
  backoffBase: 2,
});
try {
  await new v2.LogsApi(configuration).submitLog({
    body: lines.map(({ text, level, time }) => ({
      ddsource: 'nodejs',
      ddtags: 'env:test,version:1.2',
      hostname: 'web-1',
      service,
      message: text,
      additionalProperties: { status: level, timestamp: String(time), trace_id: traceId, span_id: spanId },
    })),
  });
} catch (error) {
  complain(error);
}
