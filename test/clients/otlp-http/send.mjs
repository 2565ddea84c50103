import { context, DiagConsoleLogger, DiagLogLevel, diag, SeverityNumber, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { lines, service, spanId, token, traceId, url } from './plan.mjs';

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.ERROR);
const exporter = new OTLPLogExporter({ url: `${url}v1/logs`, headers: { authorization: `Bearer ${token}` } });
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': service }),
  processors: [new BatchLogRecordProcessor({ exporter })],
});
const logger = provider.getLogger('test');
const traced = trace.setSpanContext(context.active(), { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
for (const { text, level, time } of lines) {
  logger.emit({
    timestamp: time,
    severityNumber: SeverityNumber[level.toUpperCase()],
    severityText: level,
    body: text,
    context: traced,
  });
}
await provider.shutdown();
