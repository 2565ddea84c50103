import type { AuthenticatedCall } from '../core/http.ts';
import type { Attributes } from '../core/log-record.ts';
import { parseSeverity } from '../core/severity.ts';
import { currentContext } from '../core/trace-context.ts';
import { parseEpochNano } from '../core/unix-nano.ts';
import type { Accept } from './accept.ts';
import type { Draft } from './draft.ts';
import { toRequestArrival } from './request-arrival.ts';
import type { TraceLogged, TraceLogRequest } from './trace-api.ts';

/** `POST /trace/log`: an event like any other, found again by the correlation of the request that sent it. */
export const makeTraceLog =
  (accept: Accept, now: () => number) =>
  async ({ event, details, level, service }: TraceLogRequest, call: AuthenticatedCall): Promise<TraceLogged> => {
    const { requestId, correlationId, traceId } = call;
    const time = parseEpochNano(now());
    const spanId = currentContext()?.parentSpanId;
    const severityNumber = parseSeverity(level);
    const draft: Draft = {
      ...(time !== undefined && { time }),
      ...(severityNumber !== undefined && { severityNumber }),
      severityText: level,
      body: event,
      // what a JSON parser makes is an attribute value
      attributes: { ...(details as Attributes), correlation_id: correlationId, request_id: requestId },
      resource: { 'service.name': service },
      eventName: event,
      traceId,
      ...(spanId !== undefined && { spanId }),
      raw: () => JSON.stringify([event, level, service]) + call.request.body.toString('utf8'),
    };
    const [id] = await accept([draft], toRequestArrival(call, 'tributary'), call.signal);
    return {
      status: 'logged',
      id: id ?? '',
      event,
      request_id: requestId,
      correlation_id: correlationId,
      trace_id: traceId,
    };
  };
