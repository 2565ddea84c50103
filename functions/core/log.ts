import { currentContext } from './trace-context.ts';

/**
 * Our own logs: one JSON object a line on stdout with OpenTelemetry's names, constant text plus fields and the ids of the work it is of. Never a body, header or token:
 * this platform may ingest its own logs.
 */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

const LEVELS = { debug: 5, info: 9, warn: 13, error: 17 } as const;

/** Nothing below it is written: a line a request would cost more than many a request's events. `LOG_LEVEL` chooses another. */
const THRESHOLD = Object.hasOwn(LEVELS, process.env.LOG_LEVEL ?? '')
  ? LEVELS[process.env.LOG_LEVEL as keyof typeof LEVELS]
  : LEVELS.info;

/** Writes one line. `error` of a bug keeps its stack, of which only our own frames speak. */
export function log(level: keyof typeof LEVELS, body: string, fields: Fields = {}, error?: unknown): void {
  if (LEVELS[level] < THRESHOLD) return;
  const exception =
    error instanceof Error
      ? {
          'exception.type': error.name,
          'exception.message': error.message,
          'exception.stacktrace': error.stack,
        }
      : error === undefined
        ? {}
        : { 'exception.message': String(error) };
  const context = currentContext();
  process.stdout.write(
    `${JSON.stringify({
      timestamp: new Date().toISOString(),
      severityText: level.toUpperCase(),
      severityNumber: LEVELS[level],
      body,
      'service.name': process.env.AWS_LAMBDA_FUNCTION_NAME,
      ...(context && { traceId: context.traceId, spanId: context.spanId }),
      attributes: {
        ...(context && { request_id: context.requestId, correlation_id: context.correlationId }),
        ...fields,
        ...exception,
      },
    })}\n`,
  );
}
