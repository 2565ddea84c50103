import type { AuthenticatedCall, Call } from '../core/http.ts';
import { isSecretName, MASKED, maskSecrets } from '../core/mask.ts';
import { currentContext } from '../core/trace-context.ts';
import type { TraceContextResponse, TraceDebugResponse } from './trace-api.ts';

/** `GET /trace/context` */
export const makeTraceContextAnswer =
  (now: () => number) =>
  async (_input: object, { requestId, correlationId, traceId }: Call): Promise<TraceContextResponse> => {
    const { spanId, parentSpanId } = currentContext() ?? {};
    return {
      request_id: requestId,
      correlation_id: correlationId,
      trace_id: traceId,
      span_id: spanId ?? '',
      ...(parentSpanId !== undefined && { parent_span_id: parentSpanId }),
      timestamp: new Date(now()).toISOString(),
    };
  };

/** Headers that prove somebody, beside those whose names say so. */
const PROOFS = new Set(['x-api-key', 'dd-api-key', 'x-amz-firehose-access-key', 'x-origin-verify', 'cookie']);

/** `GET /trace/debug` */
export const makeTraceDebugAnswer = (now: () => number) => {
  const answerContext = makeTraceContextAnswer(now);
  return async (_input: undefined, call: AuthenticatedCall): Promise<TraceDebugResponse> => {
    const { request, caller } = call;
    const hide = (name: string, value: string) =>
      PROOFS.has(name) || isSecretName(name) || name === 'key' ? MASKED : maskSecrets(value);
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, hide(name, value)]],
    );
    const query = [...new Set(request.query.keys())].map((name) => {
      const values = request.query.getAll(name).map((value) => hide(name, value));
      return [name, values.length === 1 ? values[0] : values];
    });
    return {
      ...(await answerContext({}, call)),
      method: request.method,
      path: request.path,
      headers: Object.fromEntries(headers),
      query_params: Object.fromEntries(query),
      user: caller.name,
      project_id: caller.project ?? null,
      client_address: request.sourceIp,
    };
  };
};
